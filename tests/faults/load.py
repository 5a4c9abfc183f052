"""Agencies at work on a running stack: many clues at once, each told in order, each told until it is taken.

As an agency's own system would, a sender repeats the same event id after a broken connection or a failure of
ours, and states the next fact of a clue when the door has acknowledged the one before.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Self

import httpx

from deploy.embedded.testing import NeverSeen
from tests.faults.clues import DEPARTMENTS, SHANGHAI, TOWNS, Clue, Statement

if TYPE_CHECKING:
    from types import TracebackType

    from deploy.embedded.testing import StackHandle

LANES = 30
"""Clues in flight at once."""
MOST_CLUES = 1000
"""A bound for a load whose test waits for ever."""
PAUSE_SECONDS = 0.5
AGAIN_SECONDS = 0.3
PATIENCE_SECONDS = 120.0
TAKEN = (200, 202)
FAILED = 500


class Load:
    """Runs while inside: `async with Load(stack, acknowledged) as load`. At the end every clue is told out.

    `acknowledged` grows by the event ids that the door has taken. Raises what a lane met: a refusal at the
    door, or a door that took nothing for two minutes.
    """

    def __init__(self, stack: StackHandle, acknowledged: set[str], lanes: int = LANES) -> None:
        self.acknowledged = acknowledged
        self.repeats = 0
        self._url = stack.gateway_url
        self._tokens = stack.tokens
        self._lanes = lanes
        self._numbers = count()
        self._finishing = False
        self._client = httpx.AsyncClient(timeout=20.0, limits=httpx.Limits(max_connections=lanes))
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._lane()) for _ in range(self._lanes)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finishing = True
        if error is not None:
            for task in self._tasks:
                task.cancel()
        outcomes = await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()
        failed = [o for o in outcomes if isinstance(o, Exception)]
        if error is None and failed:
            raise failed[0]

    async def more(self, facts: int) -> None:
        """Wait until so many more facts were acknowledged. Raises what a lane met, NeverSeen."""
        aim = len(self.acknowledged) + facts
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while len(self.acknowledged) < aim:
                    for task in self._tasks:
                        if task.done() and task.exception() is not None:
                            await task
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise NeverSeen(f"{facts} more facts acknowledged") from None

    async def _lane(self) -> None:
        while not self._finishing:
            number = next(self._numbers)
            if number >= MOST_CLUES:
                return
            towns = list(TOWNS)
            await self._tell(
                Clue(
                    DEPARTMENTS[number % len(DEPARTMENTS)],
                    towns[number % len(towns)],
                    complete=number % 3 > 0,
                )
            )

    async def _tell(self, clue: Clue) -> None:
        matter = await self._state(clue.opening(datetime.now(SHANGHAI)))
        for statement in clue.later(matter, datetime.now(SHANGHAI)):
            await asyncio.sleep(PAUSE_SECONDS)
            await self._state(statement)
        case = await self._state(clue.case(matter, datetime.now(SHANGHAI)))
        await self._state(clue.penalty(case, matter, datetime.now(SHANGHAI)))

    async def _state(self, statement: Statement) -> str:
        """State one fact until the door has taken it; gives its matter."""
        headers = {"Authorization": f"Bearer {self._tokens[statement.agency]}"}
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    try:
                        answer = await self._client.post(
                            f"{self._url}/v1/facts", json=statement.body, headers=headers
                        )
                    except httpx.TransportError:
                        pass
                    else:
                        if answer.status_code in TAKEN:
                            self.acknowledged.add(statement.event_id)
                            return str(answer.json()["matter"])
                        if answer.status_code < FAILED:
                            raise AssertionError(f"{statement.body['type']}: {answer.text}")
                    self.repeats += 1
                    await asyncio.sleep(AGAIN_SECONDS)
        except TimeoutError:
            raise NeverSeen(f"{statement.event_id} taken by the door") from None
