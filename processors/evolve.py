"""THE fold of a matter: the only way in which a `Matter` changes, live and in every rebuild.

It needs no rulebook: the seal carries the state that a record led to, clock facts carry their alarms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from msgspec.structs import replace

from processors.model import (
    BREACHED,
    CANCELLED,
    ESCALATE,
    MET,
    PAUSED,
    RUNNING,
    Alarm,
    Clock,
    Kept,
    Matter,
    Totals,
    jurisdiction,
)
from schemas.contracts import kept_fields
from schemas.seal import SealMatter

Record: TypeAlias = Mapping[str, Any]
ClockFold: TypeAlias = Callable[[Clock, SealMatter, Record], Clock]

COUNTED = "PenaltyCounted"
"""The effect that a digest collects."""


def evolve(matter: Matter, seal: SealMatter, record: Record, digest: bytes) -> Matter:
    """Give the matter after one of its ledger records; `digest` is that record's hash.

    What stands outside the chain (seq 0) changes at most whether the matter is held.
    """
    if seal.kind == "HELD":
        return replace(matter, held=True)
    if seal.kind == "MEND":
        return replace(matter, held=record["remaining"] > 0)
    if seal.seq == 0:
        return matter
    meta = record["meta"]
    opening = matter.seq == 0
    return replace(
        matter,
        procedure=seal.procedure,
        state=seal.state,
        resume=seal.resume,
        seq=seal.seq,
        head=digest,
        holder=seal.holder,
        handlers=_handlers(matter, seal.holder),
        originator=seal.agency if opening else matter.originator,
        region=jurisdiction(seal.matter, meta["region"]) if opening else matter.region,
        correlation=meta["correlation_id"] if opening else matter.correlation,
        lacking=_lacking(matter, seal, record),
        kept=_kept(matter, seal.fact_type, record),
        totals=counted(matter.totals, record) if seal.fact_type == COUNTED else matter.totals,
        tally={**matter.tally, seal.fact_type: matter.tally.get(seal.fact_type, 0) + 1},
        clocks=_clocks(matter.clocks, seal, record),
    )


def _handlers(matter: Matter, holder: str) -> tuple[str, ...]:
    if not matter.holder or matter.holder in {holder, *matter.handlers}:
        return matter.handlers
    return (*matter.handlers, matter.holder)


def _kept(matter: Matter, fact: str, record: Record) -> dict[str, Kept]:
    names = kept_fields(fact)
    if not names:
        return matter.kept
    return matter.kept | {name: record[name] for name in names if record[name] is not None}


def counted(totals: Totals | None, record: Record) -> Totals:
    """Add one penalty to what a digest has collected; the order in which they come changes nothing."""
    before = totals or Totals()
    amount = record["amount"]
    return Totals(
        count=before.count + 1,
        amount=before.amount + amount,
        by_cause=_added(before.by_cause, record["cause_code"], amount),
        by_township=_added(before.by_township, record["township_code9"], amount),
    )


def _added(sums: dict[str, tuple[int, int]], key: str, amount: int) -> dict[str, tuple[int, int]]:
    count, total = sums.get(key, (0, 0))
    return {**sums, key: (count + 1, total + amount)}


def _lacking(matter: Matter, seal: SealMatter, record: Record) -> tuple[str, ...]:
    if seal.fact_type == "ClueReturnedForSupplement":
        return tuple(item["element"] for item in record["missing"])
    return matter.lacking if seal.resume else ()


def _clocks(clocks: dict[str, Clock], seal: SealMatter, record: Record) -> dict[str, Clock]:
    if seal.fact_type == "DeadlineScheduled":
        return {**clocks, record["clock"]: _scheduled(record)}
    fold = _CLOCK_FOLDS.get(seal.fact_type)
    if fold is None:
        return clocks
    clock = fold(clocks[record["clock"]], seal, record)
    return {**clocks, clock.id: clock}


def _alarms(record: Record) -> tuple[Alarm, ...]:
    return tuple(Alarm(a["instant"], a["kind"], tuple(a["to"])) for a in record["alarms"])


def _scheduled(record: Record) -> Clock:
    return Clock(
        id=record["clock"],
        rule=record["rule"],
        name_zh=record["name_zh"],
        responsible=record["responsible"],
        start_at=record["start_at"],
        due=record["due"],
        due_date=record["due_date"],
        state=RUNNING,
        n=record["n"],
        unit=record["unit"],
        day_kind=record["day_kind"],
        alarms=_alarms(record),
        calendar=record["calendar_version"],
        provisional=record["provisional"],
        watchers=tuple(record["watchers"]),
    )


def _warned(clock: Clock, seal: SealMatter, record: Record) -> Clock:
    given = (seal.received_at, record["level"])
    return replace(clock, alarms=tuple(a for a in clock.alarms if (a.instant, a.kind) != given))


def _escalated(clock: Clock, _: SealMatter, record: Record) -> Clock:
    raised = f"{ESCALATE}{record['level']}"
    return replace(clock, alarms=tuple(a for a in clock.alarms if a.kind != raised))


def _paused(clock: Clock, _: SealMatter, record: Record) -> Clock:
    return replace(clock, state=PAUSED, pauses=(*clock.pauses, (record["paused_at"], None)))


def _recounted(clock: Clock, record: Record) -> Clock:
    return replace(
        clock,
        due=record["due"],
        due_date=record["due_date"],
        alarms=_alarms(record),
        calendar=record["calendar_version"],
        provisional=record["provisional"],
    )


def _resumed(clock: Clock, _: SealMatter, record: Record) -> Clock:
    start, _end = clock.pauses[-1]
    pauses = (*clock.pauses[:-1], (start, record["resumed_at"]))
    return replace(_recounted(clock, record), state=RUNNING, pauses=pauses)


def _extended(clock: Clock, _: SealMatter, record: Record) -> Clock:
    until = clock.until if record["n"] else record["due_date"]
    after = replace(clock, n=clock.n + record["n"], until=until, extended=record["times"])
    # A paused clock keeps its old date until it is resumed, and is counted anew then.
    return after if clock.state == PAUSED else _recounted(after, record)


def _recalculated(clock: Clock, _: SealMatter, record: Record) -> Clock:
    return _recounted(clock, record)


def _met(clock: Clock, _: SealMatter, record: Record) -> Clock:
    """End it: too late, or in time though told after the breach (an effect counts from its cause)."""
    late = clock.state == BREACHED and record["met_at"] >= clock.due
    return replace(clock, state=BREACHED if late else MET, alarms=(), ended=True)


def _cancelled(clock: Clock, _: SealMatter, __: Record) -> Clock:
    state = BREACHED if clock.state == BREACHED else CANCELLED
    return replace(clock, state=state, alarms=(), ended=True)


def _breached(clock: Clock, _: SealMatter, __: Record) -> Clock:
    ladder = tuple(a for a in clock.alarms if a.kind.startswith(ESCALATE))
    return replace(clock, state=BREACHED, alarms=ladder)


_CLOCK_FOLDS: dict[str, ClockFold] = {
    "DeadlineWarned": _warned,
    "DeadlinePaused": _paused,
    "DeadlineResumed": _resumed,
    "DeadlineExtended": _extended,
    "DeadlineRecalculated": _recalculated,
    "DeadlineMet": _met,
    "DeadlineCancelled": _cancelled,
    "DeadlineBreached": _breached,
    "EscalationRaised": _escalated,
}
