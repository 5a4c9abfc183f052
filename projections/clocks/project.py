"""Clocks, folded from the facts that started, paused, resumed and ended them."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from backbone.queries import load_queries
from projections.rows import as_rows
from projections.times import beijing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backbone.database import Connection
    from projections.told import Told

SQL = load_queries("projections.clocks", "queries.sql")
State = Literal["RUNNING", "PAUSED", "MET", "BREACHED", "CANCELLED"]
FACTS = frozenset(
    {
        "DeadlineScheduled",
        "DeadlineWarned",
        "DeadlinePaused",
        "DeadlineResumed",
        "DeadlineMet",
        "DeadlineBreached",
    },
)
"""The fact types that this view folds."""


class Clock(msgspec.Struct, kw_only=True):
    """The row of a clock. `pauses` are pairs of microseconds; the end of one that still lasts is None."""

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
    paused_at: datetime | None = None
    pauses: list[tuple[int, int | None]] = []
    reason_zh: str | None = None
    met_at: datetime | None = None
    breached_at: datetime | None = None
    calendar_version: int
    provisional: bool
    verified: bool
    citation: dict[str, Any] | None = None
    warned: list[str] = []
    watchers: list[str] = []


def scheduled(matter: str, record: Mapping[str, Any]) -> Clock:
    """The row of a clock that was just started."""
    return Clock(
        clock=record["clock"], matter=matter, responsible=record["responsible"], rule=record["rule"],
        name_zh=record["name_zh"], day_kind=record["day_kind"], day_kind_basis=record["day_kind_basis"],
        n=record["n"], unit=record["unit"], start_at=beijing(record["start_at"]), due=beijing(record["due"]),
        due_date=record["due_date"], calendar_version=record["calendar_version"],
        provisional=record["provisional"], verified=record["verified"], citation=record["meta"]["citation"],
        watchers=list(record["watchers"]),
    )  # fmt: skip


def evolve(clock: Clock, fact_type: str, record: Mapping[str, Any]) -> None:
    """Apply one fact to a clock that exists."""
    if fact_type == "DeadlineWarned":
        clock.warned = [*clock.warned, record["level"]]
    elif fact_type == "DeadlinePaused":
        clock.state, clock.paused_at = "PAUSED", beijing(record["paused_at"])
        clock.reason_zh = record["reason_zh"]
        clock.pauses = [*clock.pauses, (record["paused_at"], None)]
    elif fact_type == "DeadlineResumed":
        _resume(clock, record)
    elif fact_type == "DeadlineMet":
        _close_pause(clock, record["met_at"])
        clock.state, clock.paused_at, clock.met_at = "MET", None, beijing(record["met_at"])
    elif fact_type == "DeadlineBreached":
        clock.state, clock.breached_at = "BREACHED", beijing(record["due"])


def _resume(clock: Clock, record: Mapping[str, Any]) -> None:
    _close_pause(clock, record["resumed_at"])
    clock.state, clock.paused_at, clock.reason_zh = "RUNNING", None, None
    clock.due, clock.due_date = beijing(record["due"]), record["due_date"]
    clock.calendar_version, clock.provisional = record["calendar_version"], record["provisional"]


def _close_pause(clock: Clock, at: int) -> None:
    if clock.pauses and clock.pauses[-1][1] is None:
        clock.pauses = [*clock.pauses[:-1], (clock.pauses[-1][0], at)]


async def project(connection: Connection, told: Iterable[Told]) -> None:
    """Fold records into the clocks' rows. Raises what the database raises."""
    records = [t for t in told if t.seal.fact_type in FACTS]
    if not records:
        return
    known = list({t.record["clock"] for t in records if t.seal.fact_type != "DeadlineScheduled"})
    rows = await connection.fetch(SQL["clocks"], known) if known else []
    clocks: dict[str, Clock] = {c.clock: c for c in (msgspec.json.decode(r["row"], type=Clock) for r in rows)}
    for one in records:
        clock = clocks.get(one.record["clock"])
        if one.seal.fact_type == "DeadlineScheduled":
            clocks[one.record["clock"]] = scheduled(one.matter, one.record)
        elif clock is not None:
            evolve(clock, one.seal.fact_type, one.record)
    await connection.execute(SQL["put_clocks"], as_rows(clocks.values()))
