"""Server-sent events: what a source gives is sent as fast as the reader takes it, and no faster.

Nothing is read ahead of the reader: the next records are asked for when the last ones were sent, so a slow
reader costs one batch. The stream ends when the reader goes away or takes nothing for a minute, and with the
process; the browser's EventSource, and every client of its kind, comes back with `Last-Event-ID`.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from starlette.responses import Response

from backbone.log import logger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.types import Message, Receive, Scope, Send

log = logger(__name__)

AT_ONCE = 50
_LAST_WORD_SECONDS = 1.0
_COME_BACK = b"retry: 3000\n\n"
_ALIVE = b": alive\n\n"

Event = dict[str, Any]


class Source(Protocol):
    """Where the events come from."""

    async def more(self, at_most: int, patience: float) -> Sequence[Event]:
        """Give the next events as soon as there are any, none after `patience` seconds."""
        ...  # pragma: no cover - a protocol has no body


@dataclass(frozen=True, slots=True)
class Pace:
    """In seconds: when a silent stream says that it lives, how long it waits for a reader, how long it lasts.

    It ends after a while so that who may read is asked again.
    """

    heartbeat: float = 15.0
    stuck: float = 60.0
    life: float = 900.0


class EventStream(Response):
    """The answer that goes on. `close` is called at its end, whatever ends it."""

    media_type = "text/event-stream"

    def __init__(
        self,
        source: Source,
        name: Callable[[Event], str],
        close: Callable[[], Awaitable[None]],
        stopping: asyncio.Event,
        pace: Pace = Pace(),
    ) -> None:
        """`name` gives the id of an event, with which a reader comes back."""
        self._source, self._name, self._close, self._stopping = source, name, close, stopping
        self._pace = pace
        self.status_code = 200
        self.background = None
        # A proxy that gathers an answer before it passes it on would hold the events back.
        self.init_headers({"X-Accel-Buffering": "no"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until something ends it."""
        del scope
        sending = asyncio.ensure_future(self._send(send))
        away = asyncio.ensure_future(_away(receive))
        stopping = asyncio.ensure_future(self._stopping.wait())
        works: set[asyncio.Future[Any]] = {sending, away, stopping}
        try:
            done, _ = await asyncio.wait(works, timeout=self._pace.life, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)
            await self._close()
        if sending in done and (error := sending.exception()) is not None:
            log.warning("event_stream_broken", error=type(error).__name__, detail=str(error))
        if away not in done:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_WORD_SECONDS):
                    await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        await self._take(send, start)
        await self._take(send, _part(_COME_BACK))
        while True:
            events = await self._source.more(AT_ONCE, self._pace.heartbeat)
            await self._take(send, _part(b"".join(map(self._event, events)) or _ALIVE))

    async def _take(self, send: Send, message: Message) -> None:
        """Wait until the reader has taken what went before. Raises TimeoutError if it takes nothing."""
        async with asyncio.timeout(self._pace.stuck):
            await send(message)

    def _event(self, event: Event) -> bytes:
        return f"id: {self._name(event)}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


def _part(body: bytes) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": True}


async def _away(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
