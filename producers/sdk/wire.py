"""A connection to a door: asks again while it cannot answer, and names every other answer's reaction."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from producers.sdk.reactions import GiveUp, Refused, TryLater

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_MEND = frozenset({400, 409, 413, 422})
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to talk to a door.

    ``wait``: seconds for a decision (the door waits 30 at most), ``patience``: seconds in which a door that
    fails or says "later" is asked again, ``at_once``: requests under way, ``queue``: facts accepted and not
    answered yet, beyond which publishing waits for room.
    """

    wait: float = 20.0
    patience: float = 60.0
    at_once: int = 8
    queue: int = 1000


class Wire:
    """An open connection. ``transport`` stands for the network in tests."""

    def __init__(
        self, url: str, token: str, options: Options, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.options = options
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(10.0, read=options.wait + 20.0),
            limits=httpx.Limits(max_connections=options.at_once),
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def ask(self, method: str, path: str, event_id: str = "", **what: Any) -> dict[str, Any]:
        """The door's answer, a JSON object, asked for until patience ends.

        Raises Refused, TryLater, GiveUp.
        """
        end = time.monotonic() + self.options.patience
        pause = _FIRST_PAUSE
        while True:
            try:
                answer = await self._client.request(method, path, **what)
            except httpx.TransportError as error:
                reason, least = f"{self._client.base_url}: {error or type(error).__name__}", pause
            else:
                if answer.status_code not in _LATER:
                    return _told(answer, event_id)
                reason = f"{self._client.base_url} answers {answer.status_code}"
                least = max(pause, _retry_after(answer))
            if time.monotonic() + least > end:
                raise TryLater(reason, retry_after=least, event_id=event_id)
            await asyncio.sleep(least)
            pause = min(2 * pause, _LONGEST_PAUSE)


def _retry_after(answer: httpx.Response) -> float:
    told = answer.headers.get("retry-after", "")
    return float(told) if told.isdigit() else 0.0


def _told(answer: httpx.Response, event_id: str) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        body = None
    if answer.is_success and isinstance(body, dict):
        return body
    problem = body if isinstance(body, dict) else {}
    names = ("code", "field", "detail", "detail_en", "remedy_en")
    words = " ".join(str(problem[name]) for name in names if problem.get(name))
    failed = Refused if answer.status_code in _MEND and problem.get("code") else GiveUp
    # What is no door (a proxy, a login page) answers in its own way: its words are shown as they are.
    message = f"{answer.status_code} {words or answer.text[:200]}".strip()
    raise failed(message, problem=problem, event_id=event_id)
