"""Stating planned facts at a door, and holding what comes back against the plan.

As an agency's own system would, the poster repeats a fact under its id after a broken connection or a failure
of ours, and states the next fact of a matter when the door has acknowledged the one before.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import httpx

from producers.simulate.planned import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from producers.simulate.planned import Planned

__all__ = ["NotTaken", "Outcome", "Poster", "Surprise"]

AT_ONCE: Final = 48
"""Facts on their way at once, over all matters."""
_AGAIN_SECONDS = 0.3
_WAIT_SECONDS = 20
_OURS = frozenset({429, 500, 502, 503, 504})
_TOLD = 200
_REMEMBERED = 10_000


class NotTaken(Exception):
    """The door takes nothing: the message says why. Mend that and simulate again with the same seed."""


@dataclass(frozen=True, slots=True)
class Surprise:
    """A fact that was answered otherwise than planned: the law has changed, or the simulator errs."""

    planned: Planned
    got: str
    code: str
    detail: str

    def __str__(self) -> str:
        """Say it in one line."""
        wanted = f"{self.planned.answer.value} {self.planned.code}".strip()
        got = f"{self.got} {self.code} {self.detail}".strip()
        return f"{self.planned.fact} {self.planned.event_id}: planned {wanted}, got {got}"


@dataclass(slots=True)
class Outcome:
    """What became of the facts that were stated; `acknowledged` are the event ids that the door has taken."""

    stated: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    surprises: list[Surprise] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    repeats: int = 0


class Poster:
    """States facts at the door at `client`'s base URL, each agency with its token.

    `check`: wait for every receipt and compare it with the plan. `patience`: seconds for a door that fails.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        tokens: Mapping[str, str],
        *,
        check: bool = True,
        patience: float = 60.0,
    ) -> None:
        self.outcome = Outcome()
        self._client = client
        self._tokens = tokens
        self._check = check
        self._patience = patience
        self._room = asyncio.Semaphore(AT_ONCE)
        self._last: dict[str, asyncio.Future[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._failed: BaseException | None = None

    async def submit(self, planned: Planned) -> None:
        """Let a fact be stated as soon as the one before it in its matter is acknowledged.

        Waits while too many are on their way. Raises NotTaken if an earlier one was not taken.
        """
        if planned.agency not in self._tokens:
            raise NotTaken(f"there is no token of {planned.agency}")
        await self._room.acquire()
        self._raise()
        before = self._last.get(planned.matter)
        acknowledged: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._last[planned.matter] = acknowledged
        if len(self._last) > _REMEMBERED:
            self._last = {matter: last for matter, last in self._last.items() if not last.done()}
        task = asyncio.create_task(self._state(planned, before, acknowledged))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def drain(self) -> None:
        """Wait until everything that was submitted is answered. Raises NotTaken."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))
        self._last.clear()
        self._raise()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._room.release()
        if not task.cancelled() and task.exception() is not None:
            self._failed = self._failed or task.exception()

    def _raise(self) -> None:
        if self._failed is not None:
            raise self._failed

    async def _state(
        self, planned: Planned, before: asyncio.Future[None] | None, acknowledged: asyncio.Future[None]
    ) -> None:
        try:
            if before is not None:
                await before
            answer = await self._ask("POST", "/v1/facts", planned, json=dict(planned.body))
        finally:
            acknowledged.set_result(None)
        self.outcome.stated += 1
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            self._compare(planned, Answer.TURNED_AWAY.value, _body(answer))
            return
        self.outcome.acknowledged.append(planned.event_id)
        if self._check:
            await self._receipt(planned)
        else:
            self.outcome.answers["accepted"] += 1

    async def _receipt(self, planned: Planned) -> None:
        path = f"/v1/receipts/{planned.event_id}"
        loop = asyncio.get_running_loop()
        end = loop.time() + self._patience
        while loop.time() < end:
            answer = await self._ask("GET", path, planned, params={"wait": str(_WAIT_SECONDS)})
            if answer.status_code == _TOLD:
                told = _body(answer)
                self._compare(planned, str(told.get("status", "")), told.get("problem") or {})
                return
        self._compare(planned, "undecided", {})

    def _compare(self, planned: Planned, got: str, problem: Mapping[str, Any]) -> None:
        self.outcome.answers[got] += 1
        wanted = planned.answer.value
        if planned.answer is Answer.REPEATED:
            # The first receipt again: whatever it says, it is not turned away.
            fits = got not in {Answer.TURNED_AWAY.value, "undecided"}
        else:
            fits = got == wanted and problem.get("code", "") == planned.code
        if not fits:
            code, detail = str(problem.get("code", "")), str(problem.get("detail", ""))
            self.outcome.surprises.append(Surprise(planned, got, code, detail))

    async def _ask(self, method: str, path: str, planned: Planned, **sent: Any) -> httpx.Response:
        """Ask until the door answers for itself. Raises NotTaken when patience ends."""
        headers = {"Authorization": f"Bearer {self._tokens[planned.agency]}"}
        end = asyncio.get_running_loop().time() + self._patience
        while True:
            try:
                answer = await self._client.request(method, path, headers=headers, **sent)
            except httpx.TransportError as error:
                reason = f"{self._client.base_url}: {error or type(error).__name__}"
            else:
                if answer.status_code not in _OURS:
                    return answer
                reason = f"{self._client.base_url} answers {answer.status_code}"
            if asyncio.get_running_loop().time() > end:
                raise NotTaken(f"{reason}. {NotTaken.__doc__}")
            self.outcome.repeats += 1
            await asyncio.sleep(_AGAIN_SECONDS)


def _body(answer: httpx.Response) -> dict[str, Any]:
    told = answer.json()
    return told if isinstance(told, dict) else {}
