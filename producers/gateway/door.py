"""The way of a submission through the door: check, number, seal, send, and wait if the sender waits."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from backbone.clock import SimulatedClock
from backbone.database import TRANSIENT
from backbone.log import concerning, logger
from backbone.vault import Erased
from producers.gateway.answers import Answer, problems
from producers.gateway.checks import Doorway, Draft, Unfit, check
from producers.gateway.discretion import is_event_id, place
from producers.gateway.measures import FACTS_TAKEN
from producers.gateway.numbering import numbered
from producers.gateway.registers import Registers
from producers.gateway.sealing import Sealed, seal
from schemas.errors import Code, Refused, problem
from schemas.identifiers import make_event_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backbone.clock import Clock
    from backbone.database import Pool
    from backbone.vault import KeyProvider
    from producers.gateway.reading import Body, Item
    from producers.gateway.receipts import Receipts
    from producers.gateway.sender import Sender, Unacknowledged
    from schemas.agencies import Register
    from schemas.envelope import StampKey

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Means:
    """What the door works with. ``partitions`` is the count of `inbound`, fixed for the life of the stack."""

    pool: Pool
    keys: KeyProvider
    stamp: StampKey
    clock: Clock
    simulated: bool
    partitions: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A submission on its way: its answer so far, and the sealed fact if it became one."""

    answer: Answer
    sealed: Sealed | None = None


class Door:
    """Takes submissions of one agency at a time; between two requests it keeps the register alone."""

    def __init__(self, means: Means, sender: Sender, receipts: Receipts) -> None:
        self._means = means
        self._sender = sender
        self._receipts = receipts
        self._registers = Registers(means.pool)

    async def publish(self, agency: str, body: Body, wait: float) -> list[Answer]:
        """Answer every submission of a body, in its order.

        A fact is answered when the broker has acknowledged it; with ``wait`` (seconds) when it is decided, or
        when the time is over. A bad submission keeps nobody else from being taken.
        """
        now, _ = await self.clock()
        doorway = Doorway(agency, now, self._means.simulated, await self.register())
        taken = [await self._take(item, doorway) for item in body.items]
        await self._send(taken, now)
        if wait > 0:
            return list(await asyncio.gather(*(self._decided(each, wait) for each in taken)))
        return [each.answer for each in taken]

    async def rehearse(self, agency: str, body: Body) -> list[Answer]:
        """What the checks of the door would say of each submission; nothing is numbered, sealed or sent."""
        now, _ = await self.clock()
        doorway = Doorway(agency, now, self._means.simulated, await self.register())
        return [rehearsal(item, doorway) for item in body.items]

    async def register(self) -> Register:
        """The agencies in force at this door."""
        return await self._registers.current()

    async def clock(self) -> tuple[int, bool]:
        """The time at the door in microseconds, and whether it is simulated. Raises TimeNotSet."""
        clock = self._means.clock
        now = await clock.refresh() if isinstance(clock, SimulatedClock) else clock.now()
        return now, self._means.simulated

    async def _take(self, item: Item, doorway: Doorway) -> Taken:
        made = make_event_id(doorway.now, secrets.token_bytes(10))
        if item.findings:
            return _refused(item.number, item.findings, doorway, "")
        try:
            draft = check(item.value, made, doorway)
        except Unfit as unfit:
            return _refused(item.number, unfit.found, doorway, unfit.event_id)
        try:
            draft = await numbered(self._means.pool, draft, doorway.now)
            return await self._seal(item.number, draft)
        except Refused as refused:
            return _refused(item.number, (refused,), doorway, draft.record["meta"]["event_id"])

    async def _seal(self, number: int, draft: Draft) -> Taken:
        means, meta = self._means, draft.record["meta"]
        answer = Answer(number, meta["event_id"], meta["matter"])
        try:
            sealed = await seal(draft.name, draft.record, means.keys, means.stamp, means.partitions)
        except Erased as erased:
            # What was said before the erasure stands: who repeats it gets the receipt of that time.
            known = await self._receipts.first(meta["agency"], meta["event_id"])
            if known is not None and known["matter"] == meta["matter"]:
                return Taken(replace(answer, receipt=known))
            raise Refused(Code.ERASED) from erased
        return Taken(answer, sealed)

    async def _send(self, taken: list[Taken], now: int) -> None:
        """Send what was sealed; what the broker did not acknowledge is answered as ours to mend."""
        ready = [index for index, each in enumerate(taken) if each.sealed is not None]
        facts = [sealed for each in taken if (sealed := each.sealed) is not None]
        for index, fact, outcome in zip(ready, facts, await self._sender.send(facts, now), strict=True):
            with concerning(event_id=fact.event_id, matter=fact.matter):
                taken[index] = _after_sending(taken[index], outcome)

    async def _decided(self, taken: Taken, wait: float) -> Answer:
        sealed = taken.sealed
        if sealed is None or taken.answer.problem is not None:
            return taken.answer
        with self._receipts.listening(sealed.event_id) as bell:
            try:
                found = await self._receipts.wait(bell, lambda: self._receipts.of(sealed), wait)
            except TRANSIENT:
                # The fact is in, whatever became of the database: its sender must learn its id, not an error.
                return taken.answer
        return decided(taken.answer, found)


def rehearsal(item: Item, doorway: Doorway) -> Answer:
    """The answer to a submission as far as the door's own checks can give it."""
    if item.findings:
        return Answer(item.number, problem=problems(item.findings))
    own = item.value.get("event_id") if isinstance(item.value, dict) else None
    event_id = own if isinstance(own, str) else ""
    try:
        check(item.value, make_event_id(doorway.now, secrets.token_bytes(10)), doorway)
    except Unfit as unfit:
        return Answer(item.number, event_id, problem=problems(unfit.found))
    return Answer(item.number, event_id)


def decided(answer: Answer, found: dict[str, Any] | None) -> Answer:
    """The answer once its receipt is known: a refusal is told as the problem that it is."""
    if found is None:
        return answer
    if found["status"] == "refused":
        return replace(answer, problem=found["problem"] | {"receipt": found["receipt"]})
    return replace(answer, receipt=found)


def _after_sending(taken: Taken, outcome: Unacknowledged | None) -> Taken:
    if outcome is None:
        FACTS_TAKEN.labels("accepted").inc()
        log.info("fact_accepted")
        return taken
    FACTS_TAKEN.labels("unacknowledged").inc()
    log.warning("fact_unacknowledged", reason=str(outcome))
    unavailable = problem(Refused(Code.UNAVAILABLE))
    return Taken(replace(taken.answer, problem=unavailable))


def _refused(number: int, found: Sequence[Refused], doorway: Doorway, event_id: str) -> Taken:
    FACTS_TAKEN.labels("refused").inc()
    with concerning(event_id=event_id if is_event_id(event_id) else ""):
        log.info("fact_refused", agency=doorway.agency, code=found[0].code.value, field=place(found[0].field))
    return Taken(Answer(number, event_id, problem=problems(found)))
