"""THE fold of a matter: the only way in which a `Matter` changes, live and in every rebuild.

It needs no rulebook: the seal carries the state that a record led to, clock facts carry their alarms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from msgspec.structs import replace

from processors.model import BREACHED, MET, PAUSED, RUNNING, Alarm, Clock, Matter
from schemas.seal import SealMatter

Record: TypeAlias = Mapping[str, Any]
ClockFold: TypeAlias = Callable[[Clock, SealMatter, Record], Clock]


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
        originator=seal.agency if opening else matter.originator,
        region=meta["region"] if opening else matter.region,
        correlation=meta["correlation_id"] if opening else matter.correlation,
        lacking=_lacking(matter, seal, record),
        tally={**matter.tally, seal.fact_type: matter.tally.get(seal.fact_type, 0) + 1},
        clocks=_clocks(matter.clocks, seal, record),
    )


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
        alarms=_alarms(record),
        calendar=record["calendar_version"],
        watchers=tuple(record["watchers"]),
    )


def _warned(clock: Clock, seal: SealMatter, record: Record) -> Clock:
    given = (seal.received_at, record["level"])
    return replace(clock, alarms=tuple(a for a in clock.alarms if (a.instant, a.kind) != given))


def _paused(clock: Clock, _: SealMatter, record: Record) -> Clock:
    return replace(clock, state=PAUSED, pauses=(*clock.pauses, (record["paused_at"], None)))


def _resumed(clock: Clock, _: SealMatter, record: Record) -> Clock:
    start, _end = clock.pauses[-1]
    return replace(
        clock,
        state=RUNNING,
        pauses=(*clock.pauses[:-1], (start, record["resumed_at"])),
        due=record["due"],
        due_date=record["due_date"],
        alarms=_alarms(record),
        calendar=record["calendar_version"],
    )


def _met(clock: Clock, _: SealMatter, __: Record) -> Clock:
    return replace(clock, state=MET, alarms=())


def _breached(clock: Clock, _: SealMatter, __: Record) -> Clock:
    return replace(clock, state=BREACHED, alarms=())


_CLOCK_FOLDS: dict[str, ClockFold] = {
    "DeadlineWarned": _warned,
    "DeadlinePaused": _paused,
    "DeadlineResumed": _resumed,
    "DeadlineMet": _met,
    "DeadlineBreached": _breached,
}
