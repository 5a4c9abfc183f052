"""Server-sent events: never ahead of the reader, alive in silence, over when somebody goes."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from projections.api.streaming import AT_ONCE, EventStream, Pace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import Message

QUICK = Pace(heartbeat=0.01, stuck=0.05, life=60)


class Endless:
    """A source that always has more, and counts how much was asked for."""

    def __init__(self, *, silent: bool = False) -> None:
        self.given = 0
        self.closed = 0
        self._silent = silent

    async def more(self, at_most: int, patience: float) -> Sequence[dict[str, Any]]:
        if self._silent:
            await asyncio.sleep(patience)
            return []
        await asyncio.sleep(0)
        self.given += at_most
        return [{"offset": self.given - at_most + n} for n in range(at_most)]

    async def close(self) -> None:
        self.closed += 1


class Reader:
    """The other end: takes so many messages, then none, until it goes away."""

    def __init__(self, takes: int) -> None:
        self.taken: list[Message] = []
        self.gone = asyncio.Event()
        self.full = asyncio.Event()
        self._takes = takes

    async def send(self, message: Message) -> None:
        if len(self.taken) >= self._takes:
            self.full.set()
            await asyncio.Event().wait()
        self.taken.append(message)

    async def receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    def text(self) -> str:
        return b"".join(message.get("body", b"") for message in self.taken).decode()


def stream(source: Endless, stopping: asyncio.Event, pace: Pace) -> EventStream:
    return EventStream(source, lambda event: f"at-{event['offset']}", source.close, stopping, pace)


async def test_nothing_is_read_ahead_of_a_reader_that_takes_nothing_more() -> None:
    source, reader = Endless(), Reader(takes=4)
    answer = asyncio.create_task(stream(source, asyncio.Event(), Pace())({}, reader.receive, reader.send))
    await reader.full.wait()
    await asyncio.sleep(0.05)
    # Two messages begin the answer, two bring events, and one waits to be taken.
    assert source.given == 3 * AT_ONCE
    reader.gone.set()
    await answer
    assert source.closed == 1


async def test_a_reader_that_takes_nothing_for_too_long_is_given_up() -> None:
    source, reader = Endless(), Reader(takes=3)
    await asyncio.wait_for(stream(source, asyncio.Event(), QUICK)({}, reader.receive, reader.send), 30)
    assert source.closed == 1


async def test_each_event_bears_the_id_with_which_a_reader_comes_back() -> None:
    source, reader = Endless(), Reader(takes=3)
    answer = asyncio.create_task(stream(source, asyncio.Event(), Pace())({}, reader.receive, reader.send))
    await reader.full.wait()
    reader.gone.set()
    await answer
    begin, *events, rest = reader.text().split("\n\n")
    assert (begin, rest) == ("retry: 3000", "")
    for number, event in enumerate(events):
        name, data = event.split("\n")
        assert name == f"id: at-{number}"
        assert json.loads(data.removeprefix("data: ")) == {"offset": number}


async def test_a_silent_stream_says_that_it_lives_and_a_stopping_process_ends_it_properly() -> None:
    source, reader, stopping = Endless(silent=True), Reader(takes=1_000), asyncio.Event()
    answer = asyncio.create_task(stream(source, stopping, QUICK)({}, reader.receive, reader.send))
    async with asyncio.timeout(30):
        while ": alive" not in reader.text():
            await asyncio.sleep(0.01)
    stopping.set()
    await asyncio.wait_for(answer, 30)
    assert reader.taken[0]["type"] == "http.response.start"
    assert reader.taken[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
    assert source.closed == 1


async def test_a_stream_ends_after_its_life_so_that_who_may_read_is_asked_again() -> None:
    source, reader = Endless(silent=True), Reader(takes=1_000)
    brief = Pace(heartbeat=0.01, stuck=60, life=0.05)
    await asyncio.wait_for(stream(source, asyncio.Event(), brief)({}, reader.receive, reader.send), 30)
    assert reader.taken[-1]["more_body"] is False
    assert source.closed == 1


async def test_what_breaks_the_source_ends_the_stream_and_not_the_process() -> None:
    class Broken(Endless):
        async def more(self, at_most: int, patience: float) -> Sequence[dict[str, Any]]:
            del at_most, patience
            raise ConnectionError("the broker is away")

    source, reader = Broken(), Reader(takes=1_000)
    await asyncio.wait_for(stream(source, asyncio.Event(), QUICK)({}, reader.receive, reader.send), 30)
    assert reader.taken[-1]["more_body"] is False
    assert source.closed == 1
