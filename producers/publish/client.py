"""Send facts to a door over HTTP: batch after batch, again after a failure, then wait for the receipts."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import httpx

from producers.gateway.answers import problems
from producers.publish.report import Report, Result, Status
from producers.publish.source import Entry, entries
from schemas.identifiers import make_event_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_BATCH_BYTES = 512 * 1024
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
_AT_ONCE = 8
_LONGEST_WAIT = 20.0
_OURS = frozenset({429, 500, 502, 503, 504})


class NotPublished(Exception):
    """The door takes nothing from us: the message says why. Mend that and publish again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to publish. ``wait``: seconds for receipts (0: none), ``patience``: for a door that fails."""

    batch: int = 100
    wait: float = 30.0
    patience: float = 60.0


async def publish(
    sources: Sequence[str],
    url: str,
    token: str,
    options: Options | None = None,
    progress: Callable[[Result], None] | None = None,
) -> Report:
    """Publish every fact of the sources (paths, ``-`` for standard input) through the door at ``url``.

    Each fact has its event id before it is first sent, so a repeat after a failure is the same fact.
    ``progress`` is called with each result when it is final.

    Raises NotPublished, and OSError for a file that cannot be read.
    """
    timeout = httpx.Timeout(10.0, read=_LONGEST_WAIT + 20.0)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=timeout) as client:
        run = _Run(client, options or Options(), progress or (lambda _: None))
        return await run.all_of(sources)


class _Run:
    """One publication: its report grows as facts are read."""

    def __init__(
        self, client: httpx.AsyncClient, options: Options, progress: Callable[[Result], None]
    ) -> None:
        self._client = client
        self._options = options
        self._progress = progress
        self._report = Report()

    async def all_of(self, sources: Sequence[str]) -> Report:
        make_id = await self._ids()
        found = (entry for source in sources for entry in entries(source, make_id))
        for batch in _batches(found, self._options.batch):
            await self._send(batch)
        await self._receipts()
        return self._report

    async def _ids(self) -> Callable[[], str]:
        """Ids bear the door's time: in a simulated stack that is not ours."""
        answer = await self._patiently("GET", "/v1/clock")
        told = _body(answer)
        ahead = int(datetime.fromisoformat(told["now"]).timestamp() * 1_000_000) - time.time_ns() // 1000
        stands = told["simulated"]
        began = time.time_ns() // 1000

        def make_id() -> str:
            now = began if stands else time.time_ns() // 1000
            return make_event_id(now + ahead, secrets.token_bytes(10))

        return make_id

    async def _send(self, batch: Sequence[Entry]) -> None:
        """Send a batch; what the door could not take is sent again, the rest is not."""
        open_ = []
        for entry in batch:
            result = Result(entry.source, entry.line, entry.event_id)
            self._report.results.append(result)
            if entry.refused:
                _refuse(result, problems(entry.refused))
                self._progress(result)
            else:
                open_.append((entry, result))
        end = time.monotonic() + self._options.patience
        pause = _FIRST_PAUSE
        while open_:
            answer = await self._patiently("POST", "/v1/facts", [entry.body for entry, _ in open_])
            results = _body(answer)["results"]
            for (_, result), told in zip(open_, results, strict=True):
                self._take(result, told)
            open_ = [pair for pair, told in zip(open_, results, strict=True) if told["status"] in _OURS]
            if open_ and time.monotonic() > end:
                for _, result in open_:
                    self._progress(result)
                return
            if open_:
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _take(self, result: Result, told: dict[str, Any]) -> None:
        result.event_id = told["event_id"] or result.event_id
        result.matter = told["matter"]
        if told["status"] in _OURS:
            result.problem = told["problem"]
            return
        result.problem = None
        if "problem" in told:
            _refuse(result, told["problem"])
        elif "decided" in told:
            _decide(result, told["decided"])
        else:
            result.status = Status.ACCEPTED
        if result.status is not Status.ACCEPTED:
            self._progress(result)

    async def _receipts(self) -> None:
        """Wait for what was taken and not decided at once."""
        end = time.monotonic() + self._options.wait
        pending = [result for result in self._report.results if result.status is Status.ACCEPTED]
        gate = asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(self._receipt(result, end, gate) for result in pending))

    async def _receipt(self, result: Result, end: float, gate: asyncio.Semaphore) -> None:
        async with gate:
            left = end - time.monotonic()
            while left > 0 and result.status is Status.ACCEPTED:
                path = f"/v1/receipts/{result.event_id}"
                wait = f"{min(left, _LONGEST_WAIT):.1f}"
                answer = await self._patiently("GET", path, params={"wait": wait})
                if answer.status_code == httpx.codes.OK:
                    _decide(result, answer.json())
                left = end - time.monotonic()
        self._progress(result)

    async def _patiently(
        self,
        method: str,
        path: str,
        lines: Sequence[bytes] | None = None,
        params: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Ask until the door answers for itself. Raises NotPublished when patience ends."""
        end = time.monotonic() + self._options.patience
        pause = _FIRST_PAUSE
        sent: dict[str, Any] = {"params": params}
        if lines is not None:
            sent["content"] = b"\n".join(lines)
            sent["headers"] = {"Content-Type": "application/x-ndjson"}
            sent["params"] = {"wait": f"{min(self._options.wait, _LONGEST_WAIT):.1f}"}
        while True:
            try:
                answer = await self._client.request(method, path, **sent)
            except httpx.TransportError as error:
                reason = f"{self._client.base_url}: {error or type(error).__name__}"
            else:
                # A body of many bears its own results even when all of them are ours to mend.
                if answer.status_code not in _OURS or "results" in _json(answer):
                    return answer
                reason = f"{self._client.base_url} answers {answer.status_code}"
            if time.monotonic() + pause > end:
                raise NotPublished(f"{reason}. {NotPublished.__doc__}")
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


def _batches(found: Iterable[Entry], most: int) -> Iterator[list[Entry]]:
    """Cut into batches of so many facts and bytes; what was refused here takes no room."""
    stream = iter(found)
    while batch := list(islice(stream, 1)):
        size = len(batch[0].body)
        while size < _BATCH_BYTES and len(batch) < most and (more := next(stream, None)) is not None:
            batch.append(more)
            size += len(more.body)
        yield batch


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _body(answer: httpx.Response) -> dict[str, Any]:
    """What the door answered to a request that it understood. Raises NotPublished with the problem."""
    told = _json(answer)
    if "results" in told or "now" in told:
        return told
    words = " ".join(str(told.get(name, "")) for name in ("code", "detail", "remedy", "remedy_en")).strip()
    raise NotPublished(f"{answer.status_code} {words or answer.text[:200]}")


def _refuse(result: Result, problem: dict[str, Any]) -> None:
    result.status = Status.REFUSED
    result.problem = problem


def _decide(result: Result, receipt: dict[str, Any]) -> None:
    result.status = Status(receipt["status"])
    result.matter = receipt["matter"]
    result.receipt = receipt
    result.problem = receipt.get("problem")
