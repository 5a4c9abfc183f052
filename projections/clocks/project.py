"""Clocks, folded from the facts that started, paused, extended, recounted and ended them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime  # noqa: TC003 - msgspec reads the annotations
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import msgspec

from backbone.queries import load_queries
from projections.rows import as_rows
from projections.times import beijing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backbone.database import Connection
    from projections.told import Told

SQL = load_queries("projections.clocks", "queries.sql")
State = Literal["RUNNING", "PAUSED", "MET", "BREACHED", "CANCELLED"]
Record: TypeAlias = Mapping[str, Any]


class Extension(msgspec.Struct, frozen=True, kw_only=True):
    """One extension: when (micros), by how much (`n` is 0 if to a date), and the last day after it."""

    at: int
    n: int
    unit: str
    day_kind: str
    due_date: str


class Clock(msgspec.Struct, kw_only=True):
    """The row of a clock. `pauses` are pairs of microseconds; the end of one that still lasts is None.

    `open` says that somebody still has to act: a breach is for ever, and open until it is made good. A clock
    that was met in time and told late is MET with an instant of breach; one met too late stays BREACHED and
    has `met_at`.
    """

    clock: str
    matter: str
    responsible: str
    rule: str
    name_zh: str
    day_kind: str
    day_kind_basis: str
    n: int
    unit: str
    start_at: datetime
    due: datetime
    due_date: str
    state: State = "RUNNING"
    open: bool = True
    paused_at: datetime | None = None
    pauses: list[tuple[int, int | None]] = []
    reason_zh: str | None = None
    extensions: list[Extension] = []
    met_at: datetime | None = None
    breached_at: datetime | None = None
    cancelled_at: datetime | None = None
    escalated: int = 0
    calendar_version: int
    provisional: bool
    verified: bool
    citation: dict[str, Any] | None = None
    warned: list[str] = []
    watchers: list[str] = []


def scheduled(matter: str, record: Record) -> Clock:
    """The row of a clock that was just started."""
    return Clock(
        clock=record["clock"], matter=matter, responsible=record["responsible"], rule=record["rule"],
        name_zh=record["name_zh"], day_kind=record["day_kind"], day_kind_basis=record["day_kind_basis"],
        n=record["n"], unit=record["unit"], start_at=beijing(record["start_at"]), due=beijing(record["due"]),
        due_date=record["due_date"], calendar_version=record["calendar_version"],
        provisional=record["provisional"], verified=record["verified"], citation=record["meta"]["citation"],
        watchers=list(record["watchers"]),
    )  # fmt: skip


def evolve(clock: Clock, fact_type: str, record: Record) -> None:
    """Apply one fact to a clock that exists."""
    _FOLDS[fact_type](clock, record)


def _warned(clock: Clock, record: Record) -> None:
    clock.warned = [*clock.warned, record["level"]]


def _paused(clock: Clock, record: Record) -> None:
    clock.state, clock.paused_at = "PAUSED", beijing(record["paused_at"])
    clock.reason_zh = record["reason_zh"]
    clock.pauses = [*clock.pauses, (record["paused_at"], None)]


def _resumed(clock: Clock, record: Record) -> None:
    _close_pause(clock, record["resumed_at"])
    clock.state, clock.reason_zh = "RUNNING", None
    _recounted(clock, record)


def _extended(clock: Clock, record: Record) -> None:
    extension = Extension(
        at=record["extended_at"],
        n=record["n"],
        unit=record["unit"],
        day_kind=record["day_kind"],
        due_date=record["due_date"],
    )
    clock.extensions = [*clock.extensions, extension]
    # A paused clock keeps its old date until it is resumed, and is counted anew then.
    if clock.state != "PAUSED":
        _recounted(clock, record)


def _recounted(clock: Clock, record: Record) -> None:
    clock.due, clock.due_date = beijing(record["due"]), record["due_date"]
    clock.calendar_version, clock.provisional = record["calendar_version"], record["provisional"]


def _met(clock: Clock, record: Record) -> None:
    _close_pause(clock, record["met_at"])
    clock.open, clock.met_at = False, beijing(record["met_at"])
    if clock.state != "BREACHED" or clock.met_at < clock.due:
        clock.state = "MET"


def _breached(clock: Clock, record: Record) -> None:
    clock.state, clock.breached_at = "BREACHED", beijing(record["due"])


def _escalated(clock: Clock, record: Record) -> None:
    clock.escalated = max(clock.escalated, record["level"])


def _cancelled(clock: Clock, record: Record) -> None:
    _close_pause(clock, record["cancelled_at"])
    clock.open, clock.cancelled_at = False, beijing(record["cancelled_at"])
    clock.reason_zh = record["reason_zh"]
    if clock.state != "BREACHED":
        clock.state = "CANCELLED"


def _close_pause(clock: Clock, at: int) -> None:
    clock.paused_at = None
    if clock.pauses and clock.pauses[-1][1] is None:
        clock.pauses = [*clock.pauses[:-1], (clock.pauses[-1][0], at)]


SCHEDULED: Final = "DeadlineScheduled"
_FOLDS: Final[Mapping[str, Callable[[Clock, Record], None]]] = {
    "DeadlineWarned": _warned,
    "DeadlinePaused": _paused,
    "DeadlineResumed": _resumed,
    "DeadlineExtended": _extended,
    "DeadlineRecalculated": _recounted,
    "DeadlineMet": _met,
    "DeadlineBreached": _breached,
    "EscalationRaised": _escalated,
    "DeadlineCancelled": _cancelled,
}
FACTS: Final = frozenset({SCHEDULED, *_FOLDS})
"""The fact types that this view folds."""


async def project(connection: Connection, told: Iterable[Told]) -> None:
    """Fold records into the clocks' rows. Raises what the database raises."""
    records = [t for t in told if t.seal.fact_type in FACTS]
    if not records:
        return
    known = list({t.record["clock"] for t in records if t.seal.fact_type != SCHEDULED})
    rows = await connection.fetch(SQL["clocks"], known) if known else []
    clocks: dict[str, Clock] = {c.clock: c for c in (msgspec.json.decode(r["row"], type=Clock) for r in rows)}
    for one in records:
        clock = clocks.get(one.record["clock"])
        if one.seal.fact_type == SCHEDULED:
            clocks[one.record["clock"]] = scheduled(one.matter, one.record)
        elif clock is not None:
            evolve(clock, one.seal.fact_type, one.record)
    await connection.execute(SQL["put_clocks"], as_rows(clocks.values()))
