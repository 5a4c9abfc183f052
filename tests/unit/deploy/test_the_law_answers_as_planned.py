"""The simulated agencies know the law: whatever they state is answered as they expect, for weeks on end."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from processors.model import Rules
from processors.owner.force import Base
from processors.rulebook.library import Library
from processors.testing import Town
from producers.simulate import Answer, Plan
from producers.simulate.records import arriving, opaque, record_of
from schemas.agencies import AGENCIES
from schemas.calendar import CALENDAR
from schemas.days import instant_of
from schemas.seal import SealKind

if TYPE_CHECKING:
    from processors.model import Entry

PACKS = ("national", "delta", "fengxian")
START = date(2026, 9, 1)
OUTCOMES = {SealKind.ADMITTED: "admitted", SealKind.REFUSED: "refused", SealKind.HELD: "held"}


def answer(entries: list[Entry], event_id: str) -> tuple[str, str]:
    """What became of a fact, and the code of its refusal; nothing at all for the very same again."""
    for entry in entries:
        record = entry.record
        told = record.get("refused_event") or record.get("held_event") or entry.seal.event_id
        if told == event_id and entry.seal.kind in OUTCOMES:
            return OUTCOMES[entry.seal.kind], str(record.get("code", record.get("reason_code", "")))
    return Answer.REPEATED.value, ""


@pytest.mark.parametrize(("seed", "timed"), [(1, True), (2, True), (3, False)])
def test_every_fact_of_seven_weeks_is_answered_as_planned(seed: int, *, timed: bool) -> None:
    library = Library.load(PACKS)
    town = Town(Base(Rules(library.own, CALENDAR, AGENCIES, simulated=True), library), instant_of(START))
    differing = []
    denied = []
    for planned in arriving(Plan(seed=seed, days=50, per_day=40, start=START, timed=timed)):
        # Facts that may be told at any pace are told at once here, with no time passing.
        town.advance(planned.at if timed else instant_of(date(2026, 12, 1)))
        entries = town.post(planned.fact, opaque(planned.fact, record_of(planned)))
        got = answer(entries, planned.event_id)
        if got != (planned.answer.value, planned.code):
            differing.append((planned.fact, planned.mistake, planned.code, got))
        denied += [planned.fact for entry in entries if entry.seal.fact_type == "RoutingDenied"]
    assert differing == []
    assert denied == []
