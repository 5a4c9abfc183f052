"""State facts at a door: each under one event id however often it is sent, a matter's in their order."""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import AsyncExitStack
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from producers.sdk.reactions import GiveUp
from producers.sdk.receipt import Receipt
from producers.sdk.wire import Options, Wire
from schemas.facts import Fact
from schemas.identifiers import make_event_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    import httpx

Statement: TypeAlias = "Fact | Mapping[str, Any]"
"""A fact of `schemas.facts`, or a dict as the interface's page shows it: type, occurred_at, data, …"""

Answer: TypeAlias = "asyncio.Task[Receipt]"


class Publisher:
    """An agency's hand at a door.

        async with Publisher(url, token) as door:
            receipt = await door.publish(fact)

    ``transport`` stands for the network in tests. Opening raises TryLater or GiveUp.
    """

    def __init__(
        self,
        url: str,
        token: str,
        options: Options | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._options = options or Options()
        self._wire = Wire(url, token, self._options, transport)
        self._open = AsyncExitStack()
        self._gate = asyncio.Semaphore(self._options.at_once)
        self._room = asyncio.Semaphore(self._options.queue)
        self._latest: dict[str, Answer] = {}
        self._under_way: set[Answer] = set()
        self._ahead = 0

    async def __aenter__(self) -> Self:
        await self._open.enter_async_context(self._wire)
        try:
            await self._set_clock()
        except BaseException:
            await self._open.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for everything under way; after an error of the caller's end it."""
        if kind is not None:
            for task in self._under_way:
                task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)
        await self._open.aclose()

    async def publish(self, fact: Statement) -> Receipt:
        """State a fact, and return what the door says when it is decided, or when `Options.wait` is over.

        Raises Refused, TryLater, GiveUp; each names the event id.
        """
        return await (await self.submit(fact))

    async def submit(self, fact: Statement) -> Answer:
        """Queue a fact and return a task that gives what `publish` gives; waits while the queue is full.

        Facts of one matter are sent in the order in which they were submitted.
        """
        statement = self._identified(fact)
        await self._room.acquire()
        matter = statement.get("matter") or statement["event_id"]
        task = asyncio.create_task(self._send(statement, self._latest.get(matter)))
        self._latest[matter] = task
        self._under_way.add(task)
        task.add_done_callback(lambda done: self._finished(matter, done))
        return task

    def _finished(self, matter: str, task: Answer) -> None:
        self._room.release()
        self._under_way.discard(task)
        if self._latest.get(matter) is task:
            del self._latest[matter]

    async def _send(self, statement: dict[str, Any], before: Answer | None) -> Receipt:
        if before is not None:
            await asyncio.wait({before})
        event_id = statement["event_id"]
        async with self._gate:
            params = {"wait": f"{self._options.wait:.1f}"}
            told = await self._wire.ask("POST", "/v1/facts", event_id, json=statement, params=params)
        receipt = Receipt.of(told)
        if receipt.status == "skipped":
            raise GiveUp("an operator skipped this fact", problem=receipt.body, event_id=event_id)
        return receipt

    def _identified(self, fact: Statement) -> dict[str, Any]:
        """The submission, with an event id made here if it has none: once, before it is first sent."""
        statement = submission(fact) if isinstance(fact, Fact) else dict(fact)
        if statement.get("event_id") is None:
            statement["event_id"] = self._new_id()
        return statement

    async def _set_clock(self) -> None:
        """Ids bear the door's time: ours may be wrong, and in a simulated stack it is another altogether."""
        told = await self._wire.ask("GET", "/v1/clock")
        if "now" not in told:
            raise GiveUp("there is no door at this address")
        self._ahead = int(datetime.fromisoformat(told["now"]).timestamp() * 1_000_000) - _now()

    def _new_id(self) -> str:
        return make_event_id(_now() + self._ahead, secrets.token_bytes(10))


def _now() -> int:
    return time.time_ns() // 1000


def submission(fact: Fact) -> dict[str, Any]:
    """A typed fact as a door reads it: the members of its meta outside, everything else in data."""
    data = fact.model_dump(mode="json", exclude_none=True)
    meta = data.pop("meta")
    return {"type": fact.FACT, **meta, "data": data}
