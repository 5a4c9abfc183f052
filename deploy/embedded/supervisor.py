"""The supervisor: starts parts in order, restarts what dies, stops in reverse, and leaves nothing behind.

Run it in the main thread: the kernel ends its children when the thread that started them ends.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploy.embedded import child, rotation
from deploy.embedded.obstacles import WouldNotStart
from deploy.embedded.state import PartState, StackState, start_time, write_state

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from deploy.embedded.child import Command
    from deploy.embedded.layout import Layout
    from deploy.embedded.state import Condition, Phase

FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
# One that lived this long had started well: its next restart is quick again.
GOOD_LIFE = 60.0
ATTEMPTS_AT_START = 3
# What a shell returns for a command that it cannot run.
CANNOT_START = 126
_LOOK_EVERY = 0.1


@dataclass(frozen=True, slots=True)
class Part:
    """One process of a stack.

    `title` is what people are told when it is up. `ready` is asked until it says yes (None: it is ready as
    soon as it runs); `patience` is how many seconds a start may take. A part that runs `once` is ready when
    it has ended well, and is not restarted.
    """

    name: str
    command: Command
    ready: Callable[[], Awaitable[bool]] | None = None
    port: int | None = None
    patience: float = 60.0
    once: bool = False
    title: str = ""


def describe_exit(code: int) -> str:
    """Say in words how a process ended: `exit 1`, `killed by SIGKILL`."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit {code}"


class Supervisor:
    """Keeps the parts of one stack running.

    `state` is written to the layout's state file at every change; `report` gets lines for people.
    """

    def __init__(
        self, layout: Layout, parts: Sequence[Part], state: StackState, report: Callable[[str], None]
    ) -> None:
        self._layout = layout
        self._parts = tuple(parts)
        self._state = state
        self._report = report
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._ready = {part.name: asyncio.Event() for part in parts}
        for part in parts:
            log = layout.logs / f"{part.name}.log"
            state.parts[part.name] = PartState(port=part.port, log=str(log))

    async def run(self, stop: asyncio.Event) -> None:
        """Start everything, keep it until `stop` is set, stop everything.

        Raises WouldNotStart if a part does not come up at the start; what was started is stopped first.
        """
        keepers: list[asyncio.Task[None]] = []
        stopped = asyncio.create_task(stop.wait())
        minder = asyncio.create_task(rotation.mind(self._layout, self._report))
        try:
            for part in self._parts:
                keeper = asyncio.create_task(self._keep(part), name=part.name)
                keepers.append(keeper)
                if not await self._await_ready(part, keepers, stopped):
                    return
                self._report(f"✔ {part.title or part.name}")
            self._phase("ready")
            self._report(self._state.greeting)
            while not stopped.done():
                running = [keeper for keeper in keepers if not keeper.done()]
                await asyncio.wait([stopped, *running], return_when=asyncio.FIRST_COMPLETED)
                _raise_first(keepers)
        finally:
            self._phase("stopping")
            for task in (*keepers, stopped, minder):
                task.cancel()
            await asyncio.gather(*keepers, stopped, minder, return_exceptions=True)
            await self._stop_all()

    async def _await_ready(
        self, part: Part, keepers: list[asyncio.Task[None]], stopped: asyncio.Task[bool]
    ) -> bool:
        """Wait for a part to come up; False if we are asked to stop meanwhile."""
        ready = asyncio.create_task(self._ready[part.name].wait())
        try:
            async with asyncio.timeout(part.patience * ATTEMPTS_AT_START):
                while not ready.done() and not stopped.done():
                    running = [keeper for keeper in keepers if not keeper.done()]
                    await asyncio.wait([ready, stopped, *running], return_when=asyncio.FIRST_COMPLETED)
                    _raise_first(keepers)
        except TimeoutError:
            raise self._would_not_start(part, f"gave no answer within {part.patience:.0f} s") from None
        finally:
            ready.cancel()
        return not stopped.done()

    async def _keep(self, part: Part) -> None:
        """Start one part again and again until we stop."""
        delay, attempts = FIRST_DELAY, 0
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            attempts += 1
            code = await self._live(part)
            if part.once and code == 0:
                self._note(part, "done")
                self._ready[part.name].set()
                return
            how = describe_exit(code)
            if not self._ready[part.name].is_set() and (part.once or attempts >= ATTEMPTS_AT_START):
                raise self._would_not_start(part, f"ended ({how})")
            if loop.time() - began >= GOOD_LIFE:
                delay = FIRST_DELAY
            self._state.parts[part.name].restarts += 1
            self._note(part, "restarting", how)
            self._report(f"{part.name} ended ({how}); again in {delay:g} s; log {self._log(part)}")
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY)

    async def _live(self, part: Part) -> int:
        """One life of a part: start it, see it ready, return how it ended."""
        try:
            process = await child.spawn(part.command, self._layout.logs / f"{part.name}.log")
        except (OSError, subprocess.SubprocessError) as error:
            # Too many processes, too little memory: it may pass, and the others must not pay for it.
            self._report(f"{part.name} cannot be started: {error}")
            return CANNOT_START
        self._processes[part.name] = process
        entry = self._state.parts[part.name]
        entry.pid, entry.started = process.pid, start_time(process.pid)
        self._note(part, "starting")
        if not part.once:
            seeing = asyncio.create_task(self._see_ready(part))
            try:
                return await process.wait()
            finally:
                seeing.cancel()
        return await process.wait()

    async def _see_ready(self, part: Part) -> None:
        while part.ready is not None and not await part.ready():  # noqa: ASYNC110 - another process
            await asyncio.sleep(_LOOK_EVERY)
        self._note(part, "running")
        if self._ready[part.name].is_set():
            self._report(f"{part.name} is running again")
        self._ready[part.name].set()

    async def _stop_all(self) -> None:
        for part in reversed(self._parts):
            process = self._processes.get(part.name)
            if process is not None:
                await child.stop(process, part.command)
            entry = self._state.parts[part.name]
            if entry.condition != "done":
                entry.condition = "stopped"
            entry.pid = entry.started = None
            self._write()

    def _would_not_start(self, part: Part, why: str) -> WouldNotStart:
        last = rotation.last_line(self._layout.logs / f"{part.name}.log")
        told = f": {last}" if last else "."
        return WouldNotStart(f"{part.name} {why}{told}", f"Read {self._log(part)}")

    def _log(self, part: Part) -> str:
        return self._state.parts[part.name].log

    def _note(self, part: Part, condition: Condition, note: str = "") -> None:
        entry = self._state.parts[part.name]
        entry.condition = condition
        entry.note = note
        self._write()

    def _phase(self, phase: Phase) -> None:
        self._state.phase = phase
        self._write()

    def _write(self) -> None:
        with suppress(OSError):  # a full disk must not end the processes that may still free it
            write_state(self._layout.state, self._state)


def _raise_first(keepers: Sequence[asyncio.Task[None]]) -> None:
    for keeper in keepers:
        if keeper.done() and not keeper.cancelled() and (error := keeper.exception()) is not None:
            raise error
