"""What a process says of itself over HTTP.

That it lives, whether it can do its work and why not, and its metrics.
"""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backbone.metrics import CONTENT_TYPE, exposition

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    Answer = bool | str
    Check = Callable[[], Answer | Awaitable[Answer]]

__all__ = ["Health", "health_routes"]

_PATIENCE_SECONDS = 3.0


class Health:
    """The checks of one process. It is ready when every one passes, asked at the moment of the question."""

    def __init__(self, process: str) -> None:
        self._process = process
        self._checks: dict[str, Check] = {}
        self._stopping = False

    def add(self, name: str, check: Check) -> None:
        """Add a check: it returns True or "" when all is well, False or a sentence that says what is not."""
        self._checks[name] = check

    def stop(self) -> None:
        """Be ready no more: nothing new is to be sent here."""
        self._stopping = True

    async def obstacles(self) -> dict[str, str]:
        """Return what stands in the way of the work, by check."""
        names = list(self._checks)
        answers = await asyncio.gather(*(_ask(self._checks[name]) for name in names))
        found = {name: answer for name, answer in zip(names, answers, strict=True) if answer}
        if self._stopping:
            found["process"] = "it is stopping"
        elif not names:
            found["process"] = "it is starting"
        return found

    async def livez(self, request: Request) -> Response:
        """`GET /healthz`: the process lives and its loop turns."""
        del request
        return JSONResponse({"status": "alive", "process": self._process})

    async def readyz(self, request: Request) -> Response:
        """`GET /readyz`: 200 when it can do its work, 503 with the reasons when it cannot."""
        del request
        found = await self.obstacles()
        checks = {
            name: found.get(name, "ok") for name in [*self._checks, *(found.keys() - self._checks.keys())]
        }
        body = {"status": "not ready" if found else "ready", "process": self._process, "checks": checks}
        return JSONResponse(body, status_code=503 if found else 200)

    async def metrics(self, request: Request) -> Response:
        """`GET /metrics`: Prometheus's text format."""
        del request
        return Response(exposition(), media_type=CONTENT_TYPE)


def health_routes(health: Health) -> list[Route]:
    """Return the three routes, for an application of their own or beside others in a larger one."""
    return [
        Route("/healthz", health.livez, include_in_schema=False),
        Route("/readyz", health.readyz, include_in_schema=False),
        Route("/metrics", health.metrics, include_in_schema=False),
    ]


async def _ask(check: Check) -> str:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            answer = check()
            if inspect.isawaitable(answer):
                answer = await answer
    except TimeoutError:
        return f"no answer within {_PATIENCE_SECONDS:.0f} s"
    except Exception as error:  # noqa: BLE001 - whatever a check meets is its answer
        return f"{type(error).__name__}: {error}"
    if isinstance(answer, str):
        return answer
    return "" if answer else "not yet"
