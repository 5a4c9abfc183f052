"""A year's calendar is published while clocks run into it: they are counted again, once, before all else.

The notice for 2027 is not out; the days used here are made up, and said to be.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from processors.model import Rules
from processors.owner.force import Base
from processors.replay import differences
from processors.rulebook import Rulebook
from processors.rulebook.library import Library
from processors.testing import Town
from producers.simulate.planned import Planned
from producers.simulate.records import opaque, record_of
from producers.testing import SPEAKERS, submission
from schemas.agencies import AGENCIES
from schemas.beijing import SHANGHAI
from schemas.calendar import CALENDAR
from schemas.codec import CODEC
from schemas.identifiers import make_matter_id, reference_matter

LIBRARY = Library([Rulebook.load(["national", "delta", "fengxian"])])
BASE = Base(Rules(LIBRARY.own, CALENDAR, AGENCIES, simulated=True, carried=LIBRARY.hashes), LIBRARY)
TOWN = "310120-JD11"
HOLIDAY = [{"date": f"2027-02-{day:02}", "name": "示例假期"} for day in range(5, 12)]


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp()) * 1_000_000


@pytest.fixture
def town() -> Town:
    return Town(BASE, at("2026-11-09 08:00"), 3)


def post(town: Town, fact: str, when: str, matter: str, **data: Any) -> list[Any]:
    """Let the agency that usually states such a fact state it at a local time."""
    town.advance(at(when))
    body = submission(fact, data=data) | {"matter": matter, "event_id": town.event_id()}
    speaker = TOWN if matter.startswith("AJ") else SPEAKERS[fact]
    body |= {"agency": speaker, "correlation_id": matter, "scope": "DISTRICT", "legal_basis": []}
    body |= {"attachments": [], "occurred_at": f"{when.replace(' ', 'T')}:00+08:00"}
    planned = Planned(town.now, speaker, body)
    return town.post(fact, opaque(fact, record_of(planned)))


def case(serial: int) -> str:
    return make_matter_id("AJ", TOWN, date(2026, 11, 9), serial)


def publish(town: Town, when: str) -> None:
    entries = post(
        town, "WorkCalendarPublished", when, reference_matter("CALENDAR"), holidays=HOLIDAY, make_up=[]
    )
    assert entries[0].seal.kind == "ADMITTED"


def told(town: Town, fact: str) -> list[tuple[str, dict[str, Any]]]:
    """Give the records of a type, in the order of their matters."""
    return sorted(
        (r.seal.matter.matter, CODEC.decode(r.value).record)
        for p in town.partitions
        for r in p.ledger
        if r.seal.matter.fact_type == fact
    )


def filed(town: Town, serial: int) -> str:
    """File a case on 2026-11-09: 90 natural days end on Sunday 2027-02-07, and roll to Monday the 8th."""
    matter = case(serial)
    post(town, "CaseFiled", "2026-11-09 10:00", matter, filed_at="2026-11-09T09:00:00+08:00", clue_refs=[])
    (clock,) = [c for c in town.matter(matter).clocks.values() if c.base == "PN-03"]
    assert (clock.due_date, clock.provisional) == ("2027-02-08", True)
    return matter


def test_running_clocks_are_counted_again_at_the_markers_instant_and_become_certain(town: Town) -> None:
    matters = [filed(town, serial) for serial in range(1, 8)]
    publish(town, "2026-11-20 09:00")
    recounted = [(m, r) for m, r in told(town, "DeadlineRecalculated") if r["rule"] == "PN-03@1"]
    assert [m for m, _ in recounted] == sorted(matters)
    for matter, record in recounted:
        # Sunday the 7th lies within the holiday that ends on Thursday the 11th.
        assert (record["old_due_date"], record["due_date"]) == ("2027-02-08", "2027-02-12")
        assert not record["provisional"]
        clocks = town.matter(matter).clocks.values()
        assert [c.due_date for c in clocks if c.base == "PN-03"] == ["2027-02-12"]
    instants = {
        r.seal.matter.received_at
        for p in town.partitions
        for r in p.ledger
        if r.seal.matter.fact_type == "DeadlineRecalculated"
    }
    assert instants == {at("2026-11-20 09:00")}


def test_what_is_met_or_breached_already_is_not_counted_again(town: Town) -> None:
    matter = filed(town, 1)
    case_no = town.matter(matter).kept["case_no"]
    decided = {"filed_at": "2026-11-09T09:00:00+08:00", "decided_at": "2026-11-10T09:00:00+08:00"}
    entries = post(
        town,
        "PenaltyDecided",
        "2026-11-10 10:00",
        matter,
        case_no=case_no,
        clue_refs=[],
        **decided,
    )
    assert entries[0].seal.kind == "ADMITTED", entries[0].record
    publish(town, "2026-11-20 09:00")
    assert [m for m, _ in told(town, "DeadlineRecalculated") if m == matter] == []


def test_a_clock_that_starts_after_the_notice_is_counted_on_it_at_once(town: Town) -> None:
    publish(town, "2026-11-09 09:00")
    matter = case(9)
    post(town, "CaseFiled", "2026-11-09 10:00", matter, filed_at="2026-11-09T09:00:00+08:00", clue_refs=[])
    (clock,) = [c for c in town.matter(matter).clocks.values() if c.base == "PN-03"]
    assert (clock.due_date, clock.provisional) == ("2027-02-12", False)


def test_a_replay_counts_them_again_at_the_same_place(town: Town) -> None:
    for serial in range(1, 8):
        filed(town, serial)
    publish(town, "2026-11-20 09:00")
    town.advance(at("2027-03-10 00:00"))
    assert told(town, "DeadlineBreached")
    for partition in town.partitions:
        assert list(differences(partition.ledger, BASE, partition.received_at)) == []
