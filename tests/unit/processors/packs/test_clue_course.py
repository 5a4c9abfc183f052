"""Registered, verified, extended, returned by its holder, fed back, closed (奉贤 四(四)2; 住建55 §15)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.processors.packs.bodies import FENGCHENG, NANQIAO, SITE, WATER
from tests.unit.processors.packs.district import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.unit.processors.conftest import Kit
    from tests.unit.processors.packs.district import District

MISSING = [{"element": "evidence", "zh": "照片不清，请补原图"}]
HEAD = {"role": "HEAD"}


def signed_for(district: District) -> str:
    clue = district.clue()
    district.say(clue, "ClueReceived", "2026-09-08 11:00", NANQIAO)
    return clue


def case_of(district: District, clue: str, when: str, **body: Any) -> str:
    """File a case for a clue; the clue is told."""
    case = district.open("AJ", NANQIAO)
    district.say(case, "CaseFiled", when, NANQIAO, clue_refs=[clue], filed_at=district.kit.at(when), **body)
    return case


def test_a_registered_clue_is_transferred_within_two_working_days(district: District) -> None:
    clue = district.open("XS", WATER)
    district.say(clue, "ClueRegistered", "2026-09-08 10:00", WATER)
    transfer = district.clock(clue, "FX-01-TRANSFER")
    assert (transfer.due_date, transfer.responsible) == ("2026-09-10", WATER)
    # A transfer that finds nobody is none.
    nowhere = {**SITE, "township_code9": "310120999"}
    district.say(clue, "ClueTransferred", "2026-09-09 10:00", WATER, location=nowhere)
    assert (district.matter(clue).state, district.clock(clue, "FX-01-TRANSFER").state) == (
        "registered",
        "RUNNING",
    )
    district.say(clue, "ClueTransferred", "2026-09-09 11:00", WATER)
    assert district.clock(clue, "FX-01-TRANSFER").state == "MET"
    assert district.matter(clue).holder == NANQIAO
    district.check()


def test_a_registered_clue_that_turns_out_to_be_nothing_is_closed_by_who_registered_it(
    district: District,
) -> None:
    clue = district.open("XS", WATER)
    district.say(clue, "ClueRegistered", "2026-09-08 10:00", WATER)
    refused = refusal(district.say(clue, "ClueClosed", "2026-09-08 11:00", WATER, reason="OTHER"))
    assert refused["field"] == "/reason"
    district.say(clue, "ClueClosed", "2026-09-08 12:00", WATER, reason="OTHER", note=b"x")
    assert (district.matter(clue).state, district.clock(clue, "FX-01-TRANSFER").state) == (
        "closed",
        "CANCELLED",
    )


def test_the_head_extends_the_verification_once_by_ten_working_days(district: District, kit: Kit) -> None:
    # SC-01: 09-29, extended 10-19: 09-30, 10-08, 10-09, 10-10 (worked), 10-12..16, 10-19.
    clue = signed_for(district)
    refused = refusal(district.say(clue, "ClueVerificationExtended", "2026-09-25 10:00", NANQIAO))
    assert (refused["code"], refused["field"]) == ("NOT_YOUR_ROLE", "/meta/role")
    extended = district.say(clue, "ClueVerificationExtended", "2026-09-28 10:00", NANQIAO, HEAD)
    said = kit.of(extended, "DeadlineExtended")
    assert (said["rule"], said["n"], said["due_date"]) == ("PN-01@1", 10, "2026-10-19")
    refused = refusal(district.say(clue, "ClueVerificationExtended", "2026-09-28 11:00", NANQIAO, HEAD))
    assert refused["code"] == "ALREADY_EXTENDED"
    assert district.matter(clue).state == "received"
    district.check()


def test_an_extension_after_the_limit_is_too_late(district: District) -> None:
    clue = signed_for(district)
    refused = refusal(district.say(clue, "ClueVerificationExtended", "2026-09-30 00:00", NANQIAO, HEAD))
    assert refused["code"] == "EXTENSION_TOO_LATE"


def test_each_systems_own_procedure_sets_its_limit(district: District) -> None:
    # 市管 roads go to 区建设管理委, for which no procedure is settled; markets and farms have their own.
    limits = {
        name: (rule.limit.n, rule.limit.day_kind.value, rule.applies.procedure_rule_set)
        for name in ("PN-01@1", "PN-01b@1", "JU-05@1")
        if (rule := district.rules.rulebook.deadline(name)) is not None
    }
    assert limits == {
        "PN-01@1": (15, "WORKING", "MOHURD"),
        "PN-01b@1": (15, "WORKING", "MARKET"),
        "JU-05@1": (7, "WORKING", "AGRICULTURE"),
    }


def test_a_road_that_the_city_manages_goes_to_the_construction_commission_unverified(
    district: District, kit: Kit
) -> None:
    clue = district.open("XS", WATER)
    road = {**SITE, "road_class": "CITY_MANAGED"}
    body = {"location": road, "domain_code": "02"}
    routed = kit.of(district.say(clue, "ClueTransferred", "2026-09-08 10:00", WATER, **body), "FactRouted")
    assert (routed["to"], routed["cc"], routed["verified"]) == ("310120-ZG03", [NANQIAO], False)
    assert (routed["meta"]["rule"], routed["runners_up"]) == ("R-08@1", ["R-10@1"])


@pytest.mark.parametrize(
    ("agency", "rule", "due"),
    [
        # Forwarded on 2026-09-08: 15 working days end on 09-29, 7 on 09-17.
        ("310120-ZG05", "PN-01b", "2026-09-29"),
        ("310120-ZG08", "JU-05", "2026-09-17"),
    ],
)
def test_a_clue_that_is_forwarded_to_another_system_is_verified_by_its_procedure(
    district: District, agency: str, rule: str, due: str
) -> None:
    clue = district.clue(jurisdiction_claim="DISPUTED")
    district.say(clue, "ClueTriageReceived", "2026-09-08 11:00", "310120-CG01")
    district.say(clue, "ClueTriaged", "2026-09-08 12:00", "310120-CG01", assigned_agency=agency)
    district.say(clue, "ClueForwarded", "2026-09-08 13:00", "310120-CG01")
    assert {c.base for c in district.matter(clue).clocks.values() if c.open} == {"FX-01-SIGN", rule}
    assert district.clock(clue, rule).due_date == due


def test_the_market_bureau_extends_by_fifteen_working_days(district: District, kit: Kit) -> None:
    clue = district.clue(jurisdiction_claim="DISPUTED")
    district.say(clue, "ClueTriageReceived", "2026-09-08 11:00", "310120-CG01")
    district.say(clue, "ClueTriaged", "2026-09-08 12:00", "310120-CG01", assigned_agency="310120-ZG05")
    district.say(clue, "ClueForwarded", "2026-09-08 13:00", "310120-CG01")
    district.say(clue, "ClueReceived", "2026-09-09 09:00", "310120-ZG05")
    extended = district.say(clue, "ClueVerificationExtended", "2026-09-28 10:00", "310120-ZG05", HEAD)
    # After 09-29: 09-30, 10-08, 09, 10 (worked), 12..16, 19..23, 26.
    assert kit.of(extended, "DeadlineExtended")["due_date"] == "2026-10-26"


def test_the_holder_returns_a_clue_once_and_its_sender_has_three_working_days(
    district: District, kit: Kit
) -> None:
    clue = signed_for(district)
    returned = district.say(
        clue, "ClueReturnedForSupplement", "2026-09-09 10:00", NANQIAO, missing=MISSING, supplement_due=None
    )
    assert kit.types(returned) == ["ClueReturnedForSupplement", "DeadlinePaused", "DeadlineScheduled"]
    assert returned[0].seal.addressed_to == (WATER,)
    supplement = district.clock(clue, "FX-02-SUPPLEMENT-ASKED")
    # 09-10, 09-11, 09-14.
    assert (supplement.due_date, supplement.responsible) == ("2026-09-14", WATER)
    district.say(
        clue, "ClueSupplemented", "2026-09-10 10:00", WATER, evidence=district.kit.elements["evidence"]
    )
    assert (district.matter(clue).state, district.clock(clue, "PN-01").state) == ("received", "RUNNING")
    assert district.clock(clue, "FX-02-SUPPLEMENT-ASKED").state == "MET"

    again = district.say(clue, "ClueReturnedForSupplement", "2026-09-11 10:00", NANQIAO, missing=MISSING)
    refused = refusal(again)
    assert refused["code"] == "STATE_DOES_NOT_ALLOW"
    assert "一次性" in refused["detail_zh"]
    district.check()


def test_what_the_platform_returned_does_not_use_up_the_holders_return(district: District) -> None:
    clue = district.clue(evidence=None)
    evidence = district.kit.elements["evidence"]
    district.say(clue, "ClueSupplemented", "2026-09-08 11:00", WATER, evidence=evidence)
    district.say(clue, "ClueReceived", "2026-09-08 12:00", NANQIAO)
    district.say(clue, "ClueReturnedForSupplement", "2026-09-09 10:00", NANQIAO, missing=MISSING)
    assert district.matter(clue).state == "returned"


def test_who_returns_a_clue_names_what_is_missing(district: District) -> None:
    clue = signed_for(district)
    refused = refusal(
        district.say(clue, "ClueReturnedForSupplement", "2026-09-09 10:00", NANQIAO, missing=[])
    )
    assert (refused["code"], refused["field"]) == ("TOO_FEW", "/missing")


def test_a_sender_that_never_supplements_blocks_nobody(district: District) -> None:
    clue = district.clue(evidence=None)
    refused = refusal(district.say(clue, "ClueVerified", "2026-09-08 11:00", NANQIAO))
    assert refused["code"] == "STATE_DOES_NOT_ALLOW"
    assert "ClueReceived" in refused["detail_zh"]
    district.say(clue, "ClueReceived", "2026-09-08 12:00", NANQIAO)
    district.say(clue, "ClueVerified", "2026-09-10 12:00", NANQIAO, conclusion="NOTHING_FOUND")
    assert district.matter(clue).state == "verified"
    assert district.clock(clue, "FX-02-SUPPLEMENT").state == "CANCELLED"
    assert district.clock(clue, "PN-01").state == "MET"
    district.check()


def test_a_clue_that_is_not_supplemented_in_time_may_be_closed(district: District) -> None:
    # SC-02: returned at once, due 09-11.
    clue = district.clue(management_notice_records=None)
    assert district.clock(clue, "FX-02-SUPPLEMENT").due_date == "2026-09-11"
    early = district.say(clue, "ClueClosed", "2026-09-11 23:59", NANQIAO, reason="NOT_SUPPLEMENTED")
    assert refusal(early)["code"] == "NOT_SUPPLEMENT_OVERDUE"
    wrong = district.say(clue, "ClueClosed", "2026-09-12 00:00", NANQIAO, reason="OTHER")
    assert refusal(wrong)["field"] == "/reason"
    district.say(clue, "ClueClosed", "2026-09-14 09:00", NANQIAO, reason="NOT_SUPPLEMENTED")
    assert district.matter(clue).state == "closed"
    assert not [c for c in district.matter(clue).clocks.values() if c.open]
    district.check()


def test_a_clue_that_asked_for_a_reply_is_not_closed_without_one(district: District) -> None:
    clue = signed_for(district)
    district.say(clue, "ClueVerified", "2026-09-10 12:00", NANQIAO, conclusion="NOTHING_FOUND")
    refused = refusal(
        district.say(clue, "ClueClosed", "2026-09-10 13:00", NANQIAO, reason="NO_REPLY_REQUESTED")
    )
    assert "ClueDispositionFedBack" in refused["detail_zh"]
    # 09-11 and 09-14.
    assert district.clock(clue, "FX-01-FEEDBACK-NO-CASE").due_date == "2026-09-14"
    district.say(clue, "ClueDispositionFedBack", "2026-09-11 09:00", NANQIAO, result="NOT_FILED")
    assert district.clock(clue, "FX-01-FEEDBACK-NO-CASE").state == "MET"
    district.say(clue, "ClueClosed", "2026-09-11 10:00", NANQIAO)
    assert district.matter(clue).state == "closed"


def test_a_clue_that_asked_for_no_reply_is_closed_when_it_is_verified(district: District) -> None:
    clue = district.clue(reply_requested=False)
    district.say(clue, "ClueReceived", "2026-09-08 11:00", NANQIAO)
    district.say(clue, "ClueVerified", "2026-09-10 12:00", NANQIAO, conclusion="NOTHING_FOUND")
    assert "FX-01-FEEDBACK-NO-CASE" not in {c.base for c in district.matter(clue).clocks.values()}
    district.say(clue, "ClueClosed", "2026-09-10 13:00", NANQIAO, reason="NO_REPLY_REQUESTED")
    assert district.matter(clue).state == "closed"


def test_the_course_of_sc_01_plays_to_the_day(district: District, kit: Kit) -> None:
    clue = district.clue()
    sign, verify = district.clock(clue, "FX-01-SIGN"), district.clock(clue, "PN-01")
    assert (sign.due_date, verify.due_date) == ("2026-09-09", "2026-09-29")
    assert kit.at("2026-09-28 09:00") in {a.instant for a in verify.alarms if a.kind == "WARN_LAST_DAY"}
    district.say(clue, "ClueReceived", "2026-09-09 09:00", NANQIAO)
    district.say(clue, "ClueVerified", "2026-09-29 10:00", NANQIAO)
    # 09-30 and, over National Day, 10-08.
    assert district.clock(clue, "PN-02").due_date == "2026-10-08"
    case = case_of(district, clue, "2026-09-29 15:00")
    assert district.clock(clue, "PN-02").state == "MET"
    assert district.clock(case, "PN-03").due_date == "2026-12-28"
    assert district.matter(clue).state == "verified"

    decided = kit.at("2026-10-20 10:00")
    district.say(case, "PenaltyDecided", "2026-10-20 10:00", NANQIAO, decided_at=decided)
    assert district.clock(case, "PN-03").state == "MET"
    feedback = district.clock(clue, "FX-01-FEEDBACK")
    # 10-21, 22, 23, 26, 27.
    assert (feedback.due_date, feedback.responsible) == ("2026-10-27", NANQIAO)
    district.say(clue, "ClueDispositionFedBack", "2026-10-26 10:00", NANQIAO)
    assert district.clock(clue, "FX-01-FEEDBACK").state == "MET"
    district.say(clue, "ClueClosed", "2026-10-26 11:00", NANQIAO)
    assert not [c for c in district.matter(clue).clocks.values() if c.open]
    district.check()


def progressed(said: list[Any]) -> list[Mapping[str, Any]]:
    return [e.record for e in said if e.seal.fact_type == "ClueCaseProgressed"]


def test_what_the_case_owes_its_clue_is_taken_in_any_state_and_moves_no_clock_of_another(
    district: District, kit: Kit
) -> None:
    clue = signed_for(district)
    district.say(clue, "ClueVerified", "2026-09-10 12:00", NANQIAO)
    stranger = district.open("AJ", FENGCHENG)
    filed = kit.at("2026-09-10 13:00")
    said = district.say(
        stranger, "CaseFiled", "2026-09-10 13:00", FENGCHENG, clue_refs=[clue], filed_at=filed
    )
    (told,) = progressed(said)
    assert (told["stage"], told["meta"]["cause_agency"]) == ("FILED", FENGCHENG)
    assert district.clock(clue, "PN-02").state == "RUNNING"

    district.say(clue, "ClueDispositionFedBack", "2026-09-11 09:00", NANQIAO)
    district.say(clue, "ClueClosed", "2026-09-11 10:00", NANQIAO)
    case = case_of(district, clue, "2026-09-11 11:00")
    said = district.say(
        case, "PenaltyDecided", "2026-09-14 10:00", NANQIAO, decided_at=kit.at("2026-09-14 10:00")
    )
    assert [p["stage"] for p in progressed(said)] == ["PENALTY_DECIDED"]
    assert district.matter(clue).state == "closed"
    assert not [c for c in district.matter(clue).clocks.values() if c.open]
    district.check()
