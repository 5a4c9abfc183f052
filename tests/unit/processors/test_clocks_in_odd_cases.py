"""Clocks that are told late, extended while they stand, stopped while they stand, or run over a holiday.

Days are counted by hand on the calendar of 2026: September 25 to 27 and October 1 to 7 are holidays,
2026-09-20 is a working Sunday, October 10 a working Saturday.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from processors.clocks import said
from schemas.identifiers import reference_matter
from schemas.limits import DayKind, Limit, Unit
from tests.unit.processors.hamlet import DESK, OWN, TOWN, WATER, Hamlet, at, code, kinds

if TYPE_CHECKING:
    from processors.model import Clock
    from processors.rulebook.shapes import DeadlineRule

SHANGHAI, JIANGSU, ZHEJIANG, ANHUI = "310000-CG01", "320000-ZJ01", "330000-ZJ01", "340000-ZJ01"
HEAD = {"meta": {"role": "HEAD"}}


@pytest.fixture
def hamlet() -> Hamlet:
    return Hamlet()


def clue(hamlet: Hamlet, when: str = "2026-09-08 09:00", **fields: Any) -> str:
    """Give a clue that 南桥镇 has signed for."""
    matter = hamlet.open("XS", WATER)
    hamlet.say("ClueTransferred", when, matter, **fields)
    hamlet.say("ClueReceived", when, matter)
    return matter


def evidence(hamlet: Hamlet) -> Any:
    return hamlet.record("ClueTransferred", "")["evidence"]


def alarms(hamlet: Hamlet, matter: str, rule: str, fact: str) -> list[int]:
    return [instant for instant, said_ in hamlet.told(matter, fact) if said_["rule"] == rule]


def test_each_province_has_its_own_clock_for_a_warning(hamlet: Hamlet) -> None:
    matter = hamlet.open("YJ", SHANGHAI)
    hamlet.say("DeltaWarningIssued", "2026-09-08 09:00", matter)
    hamlet.say("DeltaWarningAcknowledged", "2026-09-09 09:00", matter, ZHEJIANG)
    hamlet.say("DeltaWarningAcknowledged", "2026-09-09 23:59", matter, JIANGSU)
    hamlet.say("DeltaWarningAcknowledged", "2026-09-10 00:00", matter, SHANGHAI)
    hamlet.say("DeltaWarningAcknowledged", "2026-09-11 09:00", matter, JIANGSU)
    hamlet.wait("2026-10-20 09:00")
    clocks = {c.responsible: (c.state, c.ended) for c in hamlet.town.matter(matter).clocks.values()}
    assert clocks == {ZHEJIANG: ("MET", True), JIANGSU: ("MET", True), ANHUI: ("BREACHED", False)}
    assert alarms(hamlet, matter, "DT-6-ACK@1", "DeadlineBreached") == [at("2026-09-10 00:00")]
    late = hamlet.say("DeltaWarningAcknowledged", "2026-10-21 09:00", matter, ANHUI)
    assert kinds(late) == ["ADMITTED", "DERIVED"]
    clocks = {c.responsible: (c.state, c.ended) for c in hamlet.town.matter(matter).clocks.values()}
    assert clocks[ANHUI] == ("BREACHED", True)
    hamlet.check_replay()


def test_the_ladder_counts_working_days_over_the_national_day(hamlet: Hamlet) -> None:
    # 15 working days from Wednesday the 9th end on Wednesday the 30th, the last before the holiday.
    matter = clue(hamlet, "2026-09-09 09:00")
    assert hamlet.clock(matter, "PN-01").due_date == "2026-09-30"
    hamlet.wait("2026-12-01 09:00")
    assert alarms(hamlet, matter, "PN-01@1", "DeadlineBreached") == [at("2026-10-01 00:00")]
    raised = alarms(hamlet, matter, "PN-01@1", "EscalationRaised")
    assert raised == [at("2026-10-09 00:00"), at("2026-10-11 00:00")]


def test_a_clock_extended_while_it_stands_has_the_extension_when_it_goes_on(hamlet: Hamlet) -> None:
    matter = clue(hamlet)
    hamlet.say("ClueReturnedForSupplement", "2026-09-09 09:00", matter, TOWN)
    entries = hamlet.say("ClueVerificationExtended", "2026-09-10 09:00", matter, TOWN, **HEAD)
    assert kinds(entries)[0] == "ADMITTED", code(entries)
    assert hamlet.clock(matter, "PN-01").state == "PAUSED"
    hamlet.say("ClueSupplemented", "2026-09-11 09:00", matter, WATER, evidence=evidence(hamlet))
    clock = hamlet.clock(matter, "PN-01")
    # 25 working days from the 14th on: none of the 9th, 10th, 11th counts.
    assert (clock.state, clock.n, clock.due_date) == ("RUNNING", 25, "2026-10-22")
    again = hamlet.say("ClueVerificationExtended", "2026-09-14 09:00", matter, TOWN, **HEAD)
    assert code(again) == "ALREADY_EXTENDED"
    hamlet.check_replay()


def test_a_clock_is_stopped_while_it_stands(hamlet: Hamlet) -> None:
    matter = clue(hamlet)
    hamlet.say("ClueReturnedForSupplement", "2026-09-09 09:00", matter, TOWN)
    hamlet.say("ClueVerified", "2026-09-10 09:00", matter, TOWN)
    clock = hamlet.clock(matter, "PN-01")
    assert (clock.state, clock.ended, clock.alarms) == ("MET", True, ())
    hamlet.wait("2026-12-31 09:00")
    assert alarms(hamlet, matter, "PN-01@1", "DeadlineBreached") == []
    hamlet.check_replay()


def test_a_breached_clock_that_is_cancelled_stays_breached_and_is_not_escalated(hamlet: Hamlet) -> None:
    matter = hamlet.open("XS", WATER)
    hamlet.say("ClueTransferred", "2026-09-08 09:00", matter)
    hamlet.say("ClueJurisdictionDisputed", "2026-09-10 08:00", matter, TOWN)
    hamlet.say("ClueTriageReceived", "2026-09-10 09:00", matter)
    clock = hamlet.clock(matter, "FX-01-SIGN")
    assert (clock.state, clock.ended) == ("BREACHED", True)
    hamlet.wait("2026-12-31 09:00")
    assert alarms(hamlet, matter, "FX-01-SIGN@1", "EscalationRaised") == []
    hamlet.check_replay()


@pytest.mark.parametrize("last", ["9999-12-31", "2200-01-01"])
def test_a_limit_is_not_extended_beyond_the_years_of_instants(hamlet: Hamlet, last: str) -> None:
    matter = asked(hamlet)
    entries = hamlet.say("AssistanceExtended", "2026-09-09 09:00", matter, WATER, new_reply_by=last)
    assert code(entries) == "EXTENSION_TOO_LONG"
    entries = hamlet.say("AssistanceExtended", "2026-09-09 09:00", matter, WATER, new_reply_by="2199-12-31")
    assert kinds(entries)[0] == "ADMITTED"


def test_a_limit_is_not_extended_to_a_day_that_it_has_already(hamlet: Hamlet) -> None:
    matter = asked(hamlet)
    due = hamlet.clock(matter, "AS-01").due_date
    entries = hamlet.say("AssistanceExtended", "2026-09-09 09:00", matter, WATER, new_reply_by=due)
    assert code(entries) == "GUARD_FAILED"


def asked(hamlet: Hamlet) -> str:
    """Give a request for assistance outside the catalogue, to 区水务局."""
    matter = hamlet.open("XZ", TOWN)
    outside = {"item_code": None, "off_catalogue_reason": b"x", "meta": {"addressed_to": [WATER]}}
    hamlet.say("AssistanceRequested", "2026-09-08 09:00", matter, TOWN, **outside)
    return matter


@pytest.mark.parametrize(("more", "until"), [(30, ""), (0, "2026-12-31")])
def test_no_extension_goes_beyond_the_ceiling_though_a_pack_forgets_to_ask(
    hamlet: Hamlet, more: int, until: str
) -> None:
    rule, clock = ceiling_of_twenty(), hamlet.clock(clue(hamlet), "PN-01")
    rules = hamlet.town.partitions[0].force.rules
    draft = said.extended(rule, clock, at("2026-09-10 09:00"), (more, until), matter_of(hamlet, clock), rules)
    # 15 working days from the 9th end on September 29: 30, then October 8, 9, the working 10th, 12.
    assert draft.body["due_date"] == "2026-10-12"


def ceiling_of_twenty() -> DeadlineRule:
    rule = OWN.deadline("PN-01@1")
    assert rule is not None
    ceiling = Limit(20, Unit.DAY, DayKind.WORKING)
    return replace(rule, counting=replace(rule.counting, ceiling=ceiling))


def matter_of(hamlet: Hamlet, clock: Clock) -> Any:
    return next(m for p in hamlet.town.partitions for m in p.matters.values() if clock.id in m.clocks)


def decide(hamlet: Hamlet, filed: str, decided: str) -> str:
    """Let 南桥镇 file and decide a case of domain 04; gives the digest that counts it."""
    case = hamlet.open("AJ", TOWN)
    told = {"filed_at": at(filed), "clue_refs": []}
    hamlet.say("CaseFiled", filed, case, TOWN, **told)
    number = hamlet.town.matter(case).kept["case_no"]
    entries = hamlet.say(
        "PenaltyDecided", decided, case, TOWN, **told, case_no=number, decided_at=at(decided)
    )
    owed = [e.record["target"] for e in entries if e.record.get("fact") == "PenaltyCounted"]
    assert owed, code(entries)
    return str(owed[0])


def test_a_case_that_is_told_long_after_its_filing_is_breached_at_once_and_not_before(hamlet: Hamlet) -> None:
    case = hamlet.open("AJ", TOWN)
    hamlet.say("CaseFiled", "2026-09-08 10:00", case, TOWN, filed_at=at("1931-09-18 22:00"), clue_refs=[])
    told = hamlet.ledger(case)
    assert [r.seal.matter.fact_type for r in told if r.seal.matter.kind == "DERIVED"] == [
        "DeadlineScheduled",
        "DeadlineBreached",
        "EscalationRaised",
        "EscalationRaised",
    ]
    assert {r.seal.matter.received_at for r in told} == {at("2026-09-08 10:00")}
    ((_, breached),) = hamlet.told(case, "DeadlineBreached")
    assert breached["due_date"] == "1931-12-17"
    assert not hamlet.town.matter(case).held
    hamlet.check_replay()


def test_the_digest_of_december_is_due_in_a_year_that_is_not_settled_yet(hamlet: Hamlet) -> None:
    digest = decide(hamlet, "2026-11-10 09:00", "2026-12-31 23:59")
    assert hamlet.town.matter(digest).kept["month"] == "2026-12"
    # New Year's Day is a Friday; the fifth working day after it is Friday the 8th.
    clock = hamlet.clock(digest, "FX-08-DIGEST")
    assert (clock.due_date, clock.provisional) == ("2027-01-08", True)
    bridge = [{"date": day, "name": "元旦"} for day in ("2027-01-01", "2027-01-04")]
    hamlet.publish("WorkCalendarPublished", "2027-01-02 09:00", "CALENDAR", holidays=bridge)
    clock = hamlet.clock(digest, "FX-08-DIGEST")
    assert (clock.due_date, clock.provisional) == ("2027-01-11", False)
    hamlet.wait("2027-03-01 09:00")
    hamlet.check_replay()


def test_a_month_whose_first_penalty_is_told_in_the_next_is_due_with_its_own_month(hamlet: Hamlet) -> None:
    case = hamlet.open("AJ", TOWN)
    told = {"filed_at": at("2026-09-08 09:00"), "clue_refs": []}
    hamlet.say("CaseFiled", "2026-09-08 10:00", case, TOWN, **told)
    number = hamlet.town.matter(case).kept["case_no"]
    hamlet.strange(case, "2026-09-29 10:00")
    hamlet.say(
        "PenaltyDecided",
        "2026-09-30 20:00",
        case,
        TOWN,
        **told,
        case_no=number,
        decided_at=at("2026-09-30 19:00"),
    )
    hamlet.wait("2026-10-08 10:00")
    hamlet.town.mend(case, "SKIP")
    (digest,) = [m for p in hamlet.town.partitions for m in p.matters.values() if m.id.startswith("HZ")]
    assert (digest.kept["month"], digest.holder) == ("2026-09", DESK)
    assert hamlet.clock(digest.id, "FX-08-DIGEST").due_date == "2026-10-13"
    hamlet.check_replay()


def test_reference_data_have_no_clocks(hamlet: Hamlet) -> None:
    hamlet.publish("AssistanceCatalogPublished", "2026-09-08 10:00", "CATALOGUE")
    assert hamlet.town.matter(reference_matter("CATALOGUE")).clocks == {}
