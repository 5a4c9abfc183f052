"""Dispute, triage, the one hand-over, objection and designation (奉贤 四(四)2; 处罚法 §25; 市监 §14).

Dates are counted by hand: 2026-09-08 is a Tuesday, the weekend of 09-12 and 09-13 is free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.processors.packs.bodies import (
    COUNCIL,
    DESK,
    FENGCHENG,
    FENGPU,
    GOVERNMENT,
    JUSTICE,
    NANQIAO,
    SITE,
    WATER,
)
from tests.unit.processors.packs.district import refusal

if TYPE_CHECKING:
    from tests.unit.processors.conftest import Kit
    from tests.unit.processors.packs.district import District

IN_FENGPU = {**SITE, "township_code9": "310120002"}


def test_a_disputed_clue_is_triaged_by_09_10_and_forwarded_and_the_receivers_clocks_start_anew(
    district: District, kit: Kit
) -> None:
    # SC-03: 奉浦 and 南桥 both say that it is not theirs.
    clue = district.clue(location=IN_FENGPU)
    disputed = district.say(clue, "ClueJurisdictionDisputed", "2026-09-08 14:00", FENGPU)
    routed = kit.of(disputed, "FactRouted")
    assert (routed["to"], routed["cc"]) == (DESK, [WATER, JUSTICE])
    triage = district.clock(clue, "FX-03-TRIAGE")
    assert (triage.due_date, triage.responsible) == ("2026-09-10", DESK)
    assert district.matter(clue).state == "disputed"

    accepted = district.say(clue, "ClueTriageReceived", "2026-09-08 15:00", DESK)
    cancelled = [e.record["rule"] for e in accepted if e.seal.fact_type == "DeadlineCancelled"]
    assert cancelled == ["FX-01-SIGN@1", "PN-01@1"]
    assert district.matter(clue).state == "in-triage"

    district.say(clue, "ClueTriaged", "2026-09-09 09:00", DESK)
    forwarded = district.say(clue, "ClueForwarded", "2026-09-10 10:00", DESK)
    assert kit.of(forwarded, "FactRouted")["to"] == NANQIAO
    assert kit.of(forwarded, "FactRouted")["meta"]["rule"] == "R-T1@1"
    assert kit.of(forwarded, "DeadlineMet")["rule"] == "FX-03-TRIAGE@1"
    assert (district.matter(clue).state, district.matter(clue).holder) == ("forwarded", NANQIAO)
    # From 09-10: 09-11 signed for; 09-11 is day 1, 09-14..18 days 2-6, 09-20 (worked) 7, 09-21..24 days 8-11,
    # 09-28..30 days 12-14, 10-08 day 15.
    assert district.clock(clue, "FX-01-SIGN").due_date == "2026-09-11"
    verify = district.clock(clue, "PN-01")
    assert (verify.due_date, verify.responsible) == ("2026-10-08", NANQIAO)
    district.check()


def test_negotiation_takes_seven_working_days_in_place_of_the_two(district: District) -> None:
    # SC-03: 09-09, 10, 11, 14, 15, 16, 17.
    clue = district.clue(jurisdiction_claim="DISPUTED")
    assert district.clock(clue, "FX-03-TRIAGE").due_date == "2026-09-10"
    district.say(clue, "ClueTriageReceived", "2026-09-08 11:00", DESK, negotiation=True)
    assert district.clock(clue, "FX-03-TRIAGE").state == "CANCELLED"
    assert district.clock(clue, "JU-02").due_date == "2026-09-17"
    district.say(clue, "ClueTriaged", "2026-09-16 11:00", DESK, negotiated=True)
    district.say(clue, "ClueForwarded", "2026-09-16 12:00", DESK)
    assert district.clock(clue, "JU-02").state == "MET"
    district.check()


def test_a_triage_that_is_overdue_climbs_to_the_council_and_the_district_government(
    district: District,
) -> None:
    clue = district.clue(jurisdiction_claim="UNKNOWN")
    rung = district.wait(clue, "2026-09-30 00:00")
    assert [
        (e.seal.fact_type, list(e.record["to"])) for e in rung if e.record["rule"] == "FX-03-TRIAGE@1"
    ] == [
        ("DeadlineWarned", [DESK]),
        ("DeadlineWarned", [DESK]),
        ("DeadlineBreached", [DESK]),
        ("EscalationRaised", [COUNCIL]),
        ("EscalationRaised", [GOVERNMENT]),
    ]


@pytest.mark.parametrize("state", ["forwarded", "received"])
def test_a_second_dispute_is_refused_and_told_to_object(district: District, state: str) -> None:
    clue = district.handed_over()
    if state == "received":
        district.say(clue, "ClueReceived", "2026-09-09 11:00", NANQIAO)
    refused = refusal(district.say(clue, "ClueJurisdictionDisputed", "2026-09-10 09:00", NANQIAO))
    assert refused["code"] == "SECOND_HAND_OVER"
    assert "CaseTransferObjected" in refused["remedy_zh"]
    assert refused["source"] == "市场监督管理行政处罚程序规定 第十四条"
    assert district.matter(clue).state == state


@pytest.mark.parametrize("state", ["forwarded", "received", "verified"])
def test_the_desk_forwards_once(district: District, state: str) -> None:
    clue = district.handed_over()
    if state != "forwarded":
        district.say(clue, "ClueReceived", "2026-09-09 11:00", NANQIAO)
    if state == "verified":
        district.say(clue, "ClueVerified", "2026-09-10 09:00", NANQIAO)
    refused = refusal(district.say(clue, "ClueForwarded", "2026-09-10 10:00", DESK))
    assert refused["code"] == "SECOND_HAND_OVER"
    assert district.matter(clue).holder == NANQIAO


def test_only_the_triage_desk_receives_triages_and_forwards(district: District) -> None:
    clue = district.clue(location=IN_FENGPU)
    district.say(clue, "ClueJurisdictionDisputed", "2026-09-08 14:00", FENGPU)
    for agency in (FENGPU, NANQIAO, WATER):
        assert refusal(district.say(clue, "ClueTriageReceived", "2026-09-08 15:00", agency))["code"] == (
            "NOT_YOUR_MATTER"
        )
    district.say(clue, "ClueTriageReceived", "2026-09-08 16:00", DESK)
    for agency in (FENGPU, NANQIAO, WATER):
        for fact in ("ClueTriaged", "ClueForwarded"):
            refused = refusal(district.say(clue, fact, "2026-09-08 17:00", agency))
            assert refused["code"] in {"NOT_YOUR_MATTER", "NOT_YOUR_FACT"}


def test_only_the_holder_disputes(district: District) -> None:
    clue = district.clue()
    refused = refusal(district.say(clue, "ClueJurisdictionDisputed", "2026-09-08 14:00", FENGCHENG))
    assert refused["code"] == "NOT_YOUR_MATTER"


def test_the_desk_forwards_only_to_whom_it_triaged(district: District) -> None:
    clue = district.clue(jurisdiction_claim="DISPUTED")
    district.say(clue, "ClueTriageReceived", "2026-09-08 11:00", DESK)
    refused = refusal(district.say(clue, "ClueForwarded", "2026-09-08 12:00", DESK))
    assert refused["code"] == "STATE_DOES_NOT_ALLOW"
    district.say(clue, "ClueTriaged", "2026-09-08 13:00", DESK)
    elsewhere = district.say(clue, "ClueForwarded", "2026-09-08 14:00", DESK, assigned_agency=FENGCHENG)
    refused = refusal(elsewhere)
    assert (refused["code"], NANQIAO in refused["detail_zh"]) == ("FORWARD_DIFFERS", True)
    # The triage may be mended until the clue is forwarded.
    district.say(clue, "ClueTriaged", "2026-09-08 15:00", DESK, assigned_agency=FENGCHENG)
    district.say(clue, "ClueForwarded", "2026-09-08 16:00", DESK, assigned_agency=FENGCHENG)
    assert district.matter(clue).holder == FENGCHENG
    district.check()


def test_a_triage_names_an_agency_if_and_only_if_it_assigns(district: District) -> None:
    clue = district.clue(jurisdiction_claim="DISPUTED")
    district.say(clue, "ClueTriageReceived", "2026-09-08 11:00", DESK)
    for wrong in (
        {"assigned_agency": None},
        {"conclusion": "NO_VIOLATION"},
        {"assigned_agency": DESK},
    ):
        refused = refusal(district.say(clue, "ClueTriaged", "2026-09-08 12:00", DESK, **wrong))
        assert (refused["code"], refused["field"]) == ("GUARD_FAILED", "/assigned_agency")


def test_a_forwarding_that_finds_nobody_leaves_the_desk_in_charge_and_its_clock_running(
    district: District, kit: Kit
) -> None:
    clue = district.clue(jurisdiction_claim="DISPUTED")
    district.say(clue, "ClueTriageReceived", "2026-09-08 11:00", DESK)
    district.say(clue, "ClueTriaged", "2026-09-08 12:00", DESK, assigned_agency="310120-XX99")
    denied = district.say(clue, "ClueForwarded", "2026-09-08 13:00", DESK)
    assert kit.types(denied) == ["ClueForwarded", "RoutingDenied"]
    assert (district.matter(clue).state, district.matter(clue).holder) == ("triaged", DESK)
    assert district.clock(clue, "FX-03-TRIAGE").state == "RUNNING"
    district.say(clue, "ClueTriaged", "2026-09-08 14:00", DESK)
    district.say(clue, "ClueForwarded", "2026-09-08 15:00", DESK)
    assert (district.matter(clue).state, district.matter(clue).holder) == ("forwarded", NANQIAO)


def test_a_desk_that_finds_no_violation_says_so_to_the_sender_and_closes(district: District) -> None:
    clue = district.clue(jurisdiction_claim="UNKNOWN")
    district.say(clue, "ClueTriageReceived", "2026-09-08 11:00", DESK)
    district.say(
        clue, "ClueTriaged", "2026-09-09 11:00", DESK, conclusion="NO_VIOLATION", assigned_agency=None
    )
    assert district.clock(clue, "FX-03-TRIAGE").state == "MET"
    assert refusal(district.say(clue, "ClueForwarded", "2026-09-09 12:00", DESK))["code"] == (
        "STATE_DOES_NOT_ALLOW"
    )
    district.say(clue, "ClueDispositionFedBack", "2026-09-09 13:00", DESK, result="OTHER")
    district.say(clue, "ClueClosed", "2026-09-09 14:00", DESK)
    assert district.matter(clue).state == "closed"


def test_nobody_objects_before_the_clue_was_handed_on(district: District) -> None:
    clue = district.clue()
    district.say(clue, "ClueReceived", "2026-09-08 11:00", NANQIAO)
    refused = refusal(district.say(clue, "CaseTransferObjected", "2026-09-08 12:00", NANQIAO))
    assert refused["code"] == "GUARD_FAILED"
    assert "ClueJurisdictionDisputed" in refused["detail_zh"]


def objected(district: District) -> str:
    clue = district.handed_over()
    district.say(clue, "ClueReceived", "2026-09-09 11:00", NANQIAO)
    district.say(clue, "CaseTransferObjected", "2026-09-10 09:00", NANQIAO)
    assert district.matter(clue).state == "objected"
    return clue


@pytest.mark.parametrize("agency", [NANQIAO, DESK, FENGPU])
def test_an_objection_goes_to_the_common_superior_who_designates_within_seven_working_days(
    district: District, kit: Kit, agency: str
) -> None:
    clue = objected(district)
    asked = district.say(clue, "JurisdictionDesignationRequested", "2026-09-10 10:00", agency)
    routed = kit.of(asked, "FactRouted")
    assert (routed["to"], routed["cc"], routed["meta"]["rule"]) == (GOVERNMENT, [JUSTICE], "R-07@1")
    # 09-11, 14, 15, 16, 17, 18, and the worked Sunday 09-20.
    designate = district.clock(clue, "JU-03")
    assert (designate.due_date, designate.responsible) == ("2026-09-20", GOVERNMENT)

    designated = district.say(clue, "JurisdictionDesignated", "2026-09-15 10:00", GOVERNMENT)
    assert kit.of(designated, "FactRouted")["to"] == NANQIAO
    assert kit.of(designated, "DeadlineMet")["rule"] == "JU-03@1"
    assert kit.of(designated, "DeadlineCancelled")["rule"] == "PN-01@1"
    # Its clocks start anew: 09-16..18 days 1-3, 09-20 4, 09-21..24 days 5-8, 09-28..30 days 9-11, 10-08,
    # 10-09, the worked Saturday 10-10, 10-12.
    assert district.clock(clue, "PN-01").due_date == "2026-10-12"
    assert (district.matter(clue).state, district.matter(clue).holder) == ("designated", NANQIAO)
    district.check()


def test_who_had_nothing_to_do_with_a_clue_does_not_ask_for_designation(district: District) -> None:
    clue = objected(district)
    refused = refusal(district.say(clue, "JurisdictionDesignationRequested", "2026-09-10 10:00", FENGCHENG))
    assert refused["code"] == "NOT_YOUR_MATTER"


def test_negotiation_that_fails_goes_to_the_common_superior(district: District) -> None:
    clue = district.clue(jurisdiction_claim="DISPUTED")
    district.say(clue, "ClueTriageReceived", "2026-09-08 11:00", DESK, negotiation=True)
    district.say(clue, "JurisdictionDesignationRequested", "2026-09-16 11:00", DESK)
    assert (district.matter(clue).state, district.matter(clue).holder) == (
        "designation-requested",
        GOVERNMENT,
    )
    assert district.clock(clue, "JU-02").state == "MET"
    # 09-17, 18, 20 (worked), 21, 22, 23, 24.
    assert district.clock(clue, "JU-03").due_date == "2026-09-24"


def test_only_the_district_government_designates_and_not_itself(district: District) -> None:
    clue = objected(district)
    district.say(clue, "JurisdictionDesignationRequested", "2026-09-10 10:00", NANQIAO)
    for agency in (NANQIAO, DESK):
        assert refusal(district.say(clue, "JurisdictionDesignated", "2026-09-11 10:00", agency))["code"] in {
            "NOT_YOUR_MATTER",
            "NOT_YOUR_FACT",
        }
    itself = district.say(
        clue, "JurisdictionDesignated", "2026-09-11 10:00", GOVERNMENT, designated_agency=GOVERNMENT
    )
    assert refusal(itself)["field"] == "/designated_agency"


@pytest.mark.parametrize("signed", [False, True])
def test_after_a_designation_nothing_moves_the_clue_to_anybody_else(
    district: District, *, signed: bool
) -> None:
    clue = objected(district)
    district.say(clue, "JurisdictionDesignationRequested", "2026-09-10 10:00", NANQIAO)
    district.say(clue, "JurisdictionDesignated", "2026-09-15 10:00", GOVERNMENT)
    if signed:
        district.say(clue, "ClueReceived", "2026-09-15 11:00", NANQIAO)
    for fact, agency in (
        ("ClueJurisdictionDisputed", NANQIAO),
        ("CaseTransferObjected", NANQIAO),
        ("ClueForwarded", DESK),
        ("ClueTriageReceived", DESK),
        ("JurisdictionDesignationRequested", NANQIAO),
        ("JurisdictionDesignated", GOVERNMENT),
    ):
        assert refusal(district.say(clue, fact, "2026-09-16 09:00", agency))
    assert district.matter(clue).holder == NANQIAO
    refused = refusal(district.say(clue, "ClueJurisdictionDisputed", "2026-09-16 10:00", NANQIAO))
    assert "指定" in refused["detail_zh"]
    district.check()
