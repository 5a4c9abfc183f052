"""One process from start to end: `run("worker", serve)` is all that a `__main__` does."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import uvicorn
import uvloop
from pydantic import ValidationError
from starlette.applications import Starlette

from backbone.lifecycle.health import Health, health_routes
from backbone.lifecycle.watchdog import Watchdog
from backbone.log import configure, logger
from backbone.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from starlette.routing import Route
    from starlette.types import ASGIApp

    from backbone.lifecycle.health import Check

__all__ = ["Service", "run"]

log = logger(__name__)

FAILED = 1
MISCONFIGURED = 78
"""EX_CONFIG: starting it again changes nothing until its settings change."""


class Service:
    """What a process's main is given: settings, the wish to stop, and where it says how it fares."""

    def __init__(self, process: str, settings: Settings) -> None:
        self.process = process
        self.settings = settings
        self.stopping = asyncio.Event()
        self._health = Health(process)
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._background: set[asyncio.Task[None]] = set()

    def readiness(self, name: str, check: Check) -> None:
        """Add a check of `/readyz`.

        Plain or async, True or "" when all is well, False or a sentence otherwise.
        """
        self._health.add(name, check)

    def watch(self, name: str, pending: Callable[[], bool], progress: Callable[[], int]) -> None:
        """End the process when there is work and `progress` stands still for `patience` seconds."""
        self.background(Watchdog(name, pending, progress, self.settings.patience).watch())

    def background(self, work: Awaitable[None]) -> None:
        """Run beside the main; what it raises ends the process, and its end is the end of it alone."""
        task = asyncio.ensure_future(_awaited(work))
        self._background.add(task)
        task.add_done_callback(self._ended)

    @property
    def routes(self) -> list[Route]:
        """`/healthz`, `/readyz`, `/metrics`, for the application of a process that is an HTTP server."""
        return health_routes(self._health)

    async def serve(self, application: ASGIApp, host: str, port: int) -> None:
        """Serve HTTP until the process is asked to stop, then finish the requests in hand.

        Raises OSError if the address is taken or not ours.
        """
        config = uvicorn.Config(
            application,
            host=host,
            port=port,
            log_config=None,
            # Our applications begin and end with their process, so there is nothing to announce to them.
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=max(1, int(self.settings.grace / 2)),
        )
        server = _Server(config)
        listening = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
        )
        serving = asyncio.ensure_future(server.serve([listening]))
        stopping = asyncio.ensure_future(self.stopping.wait())
        try:
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            server.should_exit = True
            await serving

    async def live(self, main: Callable[[Service], Awaitable[None]]) -> None:
        """Run the main until it ends, is asked to stop and has done so, or something beside it fails."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop, number.name)
        address = self.settings.health_address(self.process)
        if address is not None:
            self.background(self.serve(Starlette(routes=self.routes), *address))
        work = asyncio.ensure_future(_awaited(main(self)))
        try:
            await self._outlast(work)
        finally:
            self.stopping.set()
            for task in {work, *self._background}:
                task.cancel()
            await asyncio.gather(work, *self._background, return_exceptions=True)

    async def _outlast(self, work: asyncio.Task[None]) -> None:
        stopping = asyncio.ensure_future(self.stopping.wait())
        awaited: set[asyncio.Future[Any]] = {work, stopping, self._failed}
        await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self._failed.done():
            await self._failed
        if not work.done():
            done, _ = await asyncio.wait({work}, timeout=self.settings.grace)
            if not done:
                log.warning("stop_took_too_long", grace_seconds=self.settings.grace)
                return
        await work
        if not self.stopping.is_set():
            raise RuntimeError(f"the {self.process} ended without having been asked to")

    def _stop(self, signal_name: str) -> None:
        log.info("stopping", signal=signal_name)
        self._health.stop()
        self.stopping.set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._failed.done():
            self._failed.set_exception(error)


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: the process has its own."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def run(process: str, main: Callable[[Service], Awaitable[None]]) -> NoReturn:
    """Run a process to its end and exit.

    0 when it was asked to stop, 78 for wrong settings, 1 for anything else.

    `main` is given a Service; it works until `service.stopping` is set, and then finishes what it has in
    hand.
    """
    configure(process)
    try:
        settings = Settings()
    except ValidationError as error:
        wrong = {f"LIANDONG_{'_'.join(map(str, e['loc'])).upper()}": e["msg"] for e in error.errors()}
        log.critical("misconfigured", settings=wrong)
        sys.exit(MISCONFIGURED)
    configure(process, settings.log_level)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        code = runner.run(_live(process, settings, main))
    sys.stdout.flush()
    sys.exit(code)


async def _live(process: str, settings: Settings, main: Callable[[Service], Awaitable[None]]) -> int:
    log.info("started", stack=settings.stack)
    try:
        await Service(process, settings).live(main)
    except Exception as error:
        log.critical("ended_by_error", error=type(error).__name__, detail=str(error), exc_info=True)
        return FAILED
    log.info("stopped")
    return 0


async def _awaited(work: Awaitable[None]) -> None:
    await work
