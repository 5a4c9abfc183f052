"""A clue from 区水务局 to 南桥镇. Dates are counted by hand from the State Council's calendar of 2026.

September 2026: 09-08 is a Tuesday; 09-20 (Sunday) is worked for National Day; 09-25 to 09-27 and 10-01 to
10-07 are holidays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from schemas.identifiers import event_time

if TYPE_CHECKING:
    from tests.unit.processors.conftest import Kit, World


def test_a_complete_clue_is_admitted_routed_to_the_town_of_the_place_and_sets_two_clocks(
    world: World, kit: Kit
) -> None:
    entries = world.state("ClueTransferred", "2026-09-08 10:00")

    assert kit.types(entries) == ["ClueTransferred", "FactRouted", "DeadlineScheduled", "DeadlineScheduled"]
    routed = kit.of(entries, "FactRouted")
    assert (routed["to"], routed["cc"], routed["meta"]["rule"]) == (kit.nanqiao, [kit.triage], "R-10@1")
    assert routed["why_zh"] == "违法行为发生地街镇"
    sign = kit.of(entries, "DeadlineScheduled", "FX-01-SIGN@1")
    assert (sign["due_date"], sign["verified"], sign["responsible"]) == ("2026-09-09", False, kit.nanqiao)
    verify = kit.of(entries, "DeadlineScheduled", "PN-01@1")
    # 09-09 is day 1, 09-18 day 8, 09-20 (worked Sunday) day 9, 09-24 day 13, 09-28 day 14, 09-29 day 15.
    assert (verify["due_date"], verify["due"]) == ("2026-09-29", kit.at("2026-09-30 00:00"))
    assert verify["meta"]["citation"]["article"] == "第十五条"
    assert verify["verified"]
    assert verify["alarms"] == [
        {"instant": kit.at("2026-09-18 09:00"), "kind": "WARN_HALF", "to": [kit.nanqiao]},
        {"instant": kit.at("2026-09-28 09:00"), "kind": "WARN_LAST_DAY", "to": [kit.nanqiao]},
        {"instant": kit.at("2026-09-30 00:00"), "kind": "BREACH", "to": [kit.nanqiao]},
        # One and three working days after 09-29: the joint council office, the district government.
        {"instant": kit.at("2026-10-01 00:00"), "kind": "ESCALATE_1", "to": ["310120-CG02"]},
        {"instant": kit.at("2026-10-10 00:00"), "kind": "ESCALATE_2", "to": ["310120-GV01"]},
    ]
    assert (world.matter.state, world.matter.holder) == ("transferred", kit.nanqiao)
    kit.check_chain(world.entries, world.matter)


def test_an_admitted_fact_stands_in_the_ledger_byte_for_byte(world: World, kit: Kit) -> None:
    incoming = world.incoming("ClueTransferred", kit.at("2026-09-08 10:00"))
    admitted, *derived = world.take(incoming)

    assert admitted.value == incoming.value
    assert (admitted.seal.kind, admitted.seal.agency) == ("ADMITTED", kit.water)
    assert (admitted.seal.addressed_to, admitted.seal.copied_to) == ((kit.nanqiao,), (kit.triage,))
    assert all(e.seal.cause == incoming.event_id and e.seal.agency == "000000-PT01" for e in derived)
    assert all(event_time(e.seal.event_id) == incoming.received_at for e in derived)
    assert [e.last for e in (admitted, *derived)] == [False, False, False, True]


def test_routing_says_so_when_it_differs_from_what_the_sender_meant(world: World, kit: Kit) -> None:
    entries = world.state("ClueTransferred", "2026-09-08 10:00", meta={"addressed_to": [kit.fengcheng]})
    assert kit.of(entries, "FactRouted")["differs"]


def test_routing_that_agrees_with_the_sender_does_not_differ(world: World, kit: Kit) -> None:
    entries = world.state("ClueTransferred", "2026-09-08 10:00", meta={"addressed_to": [kit.nanqiao]})
    assert not kit.of(entries, "FactRouted")["differs"]


def test_the_whole_course_ends_with_the_result_fed_back_and_both_clocks_met(world: World, kit: Kit) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00")
    signed = world.state("ClueReceived", "2026-09-09 09:00", kit.nanqiao)
    verified = world.state("ClueVerified", "2026-09-17 16:00", kit.nanqiao)
    fed_back = world.state("ClueDispositionFedBack", "2026-09-18 08:00", kit.nanqiao)

    assert kit.of(signed, "DeadlineMet")["rule"] == "FX-01-SIGN@1"
    assert kit.of(verified, "DeadlineMet")["rule"] == "PN-01@1"
    # A case was concluded on; told of the outcome at once, its sender waits for no filing.
    assert kit.of(verified, "DeadlineScheduled")["rule"] == "PN-02@1"
    assert kit.types(fed_back) == ["ClueDispositionFedBack", "DeadlineCancelled"]
    assert fed_back[0].seal.addressed_to == (kit.water,)
    assert world.matter.state == "fed-back"
    ended = {c.rule: c.state for c in world.matter.clocks.values()}
    assert ended == {"FX-01-SIGN@1": "MET", "PN-01@1": "MET", "PN-02@1": "CANCELLED"}
    assert world.wait("2027-01-01 00:00") == []
    kit.check_chain(world.entries, world.matter)


def test_a_clue_without_notice_records_is_not_refused_but_returned_at_once(world: World, kit: Kit) -> None:
    entries = world.state("ClueTransferred", "2026-09-08 10:00", management_notice_records=None)

    assert kit.types(entries) == [
        "ClueTransferred",
        "FactRouted",
        "DeadlineScheduled",
        "DeadlineScheduled",
        "ClueReturnedForSupplement",
        "DeadlinePaused",
        "DeadlineScheduled",
    ]
    returned = kit.of(entries, "ClueReturnedForSupplement")
    assert [m["element"] for m in returned["missing"]] == ["management_notice_records"]
    assert (returned["meta"]["agency"], returned["meta"]["role"]) == ("000000-PT01", "SYSTEM")
    assert (returned["meta"]["addressed_to"], returned["supplement_due"]) == ([kit.water], "2026-09-11")
    assert kit.of(entries, "DeadlinePaused")["rule"] == "PN-01@1"
    supplement = kit.of(entries, "DeadlineScheduled", "FX-02-SUPPLEMENT@1")
    # 09-09, 09-10, 09-11: three working days.
    assert (supplement["due_date"], supplement["verified"]) == ("2026-09-11", False)
    assert supplement["responsible"] == kit.water
    assert (world.matter.state, world.matter.resume) == ("returned", "transferred")
    assert world.matter.seq == 7
    kit.check_chain(world.entries, world.matter)


def test_a_supplement_restores_the_state_and_the_days_of_the_pause_do_not_count(
    world: World, kit: Kit
) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00", management_notice_records=None)
    entries = world.state(
        "ClueSupplemented",
        "2026-09-10 15:00",
        management_notice_records=kit.elements["management_notice_records"],
    )

    # Nobody signed by 09-09; one working day of the supplement was left on 09-10 at 09:00.
    assert kit.types(entries) == [
        "DeadlineWarned",
        "DeadlineBreached",
        "DeadlineWarned",
        "ClueSupplemented",
        "DeadlineMet",
        "DeadlineResumed",
    ]
    assert kit.of(entries, "DeadlineMet")["rule"] == "FX-02-SUPPLEMENT@1"
    resumed = kit.of(entries, "DeadlineResumed")
    # Touched by the pause: 09-08, 09-09, 09-10. So 09-11 is day 1, 09-14..18 days 2-6, 09-20 (worked Sunday)
    # day 7, 09-21..24 days 8-11, 09-28..30 days 12-14, and after National Day 10-08 is day 15.
    assert (resumed["rule"], resumed["due_date"]) == ("PN-01@1", "2026-10-08")
    assert resumed["due"] == kit.at("2026-10-09 00:00")
    # Half of 15 rounded up is day 8; the working day before 10-08 is 09-30.
    assert [(a["kind"], a["instant"]) for a in resumed["alarms"]] == [
        ("WARN_HALF", kit.at("2026-09-21 09:00")),
        ("WARN_LAST_DAY", kit.at("2026-09-30 09:00")),
        ("BREACH", kit.at("2026-10-09 00:00")),
        # 10-09, and after 10-10 (a worked Saturday) and the weekend 10-12.
        ("ESCALATE_1", kit.at("2026-10-10 00:00")),
        ("ESCALATE_2", kit.at("2026-10-13 00:00")),
    ]
    assert (world.matter.state, world.matter.resume, world.matter.lacking) == ("transferred", "", ())
    kit.check_chain(world.entries, world.matter)


def test_half_a_supplement_leaves_the_clue_returned_and_the_platform_says_what_is_still_missing(
    world: World, kit: Kit
) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00", management_notice_records=None, evidence=None)
    entries = world.state("ClueSupplemented", "2026-09-09 08:00", evidence=kit.elements["evidence"])

    assert kit.types(entries) == ["ClueSupplemented", "ClueReturnedForSupplement"]
    returned = kit.of(entries, "ClueReturnedForSupplement")
    assert [m["element"] for m in returned["missing"]] == ["management_notice_records"]
    assert returned["supplement_due"] == "2026-09-11"
    assert (world.matter.state, world.matter.resume) == ("returned", "transferred")
    assert world.matter.lacking == ("management_notice_records",)
    running = {c.rule: c.state for c in world.matter.clocks.values()}
    assert running == {"FX-01-SIGN@1": "RUNNING", "PN-01@1": "PAUSED", "FX-02-SUPPLEMENT@1": "RUNNING"}
    kit.check_chain(world.entries, world.matter)


def test_signing_for_a_returned_clue_changes_the_state_that_the_supplement_restores(
    world: World, kit: Kit
) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00", evidence=None)
    signed = world.state("ClueReceived", "2026-09-08 15:00", kit.nanqiao)
    assert kit.types(signed) == ["ClueReceived", "DeadlineMet"]
    assert (world.matter.state, world.matter.resume) == ("returned", "received")

    again = world.state("ClueReceived", "2026-09-08 16:00", kit.nanqiao)
    assert kit.of(again, "FactRefused")["code"] == "STATE_DOES_NOT_ALLOW"

    world.state("ClueSupplemented", "2026-09-09 08:00", evidence=kit.elements["evidence"])
    assert world.matter.state == "received"
    kit.check_chain(world.entries, world.matter)


def test_a_reason_for_absent_notice_records_is_enough(world: World, kit: Kit) -> None:
    entries = world.state(
        "ClueTransferred", "2026-09-08 10:00", management_notice_records=None, absence_reason=b"ciphertext"
    )
    assert "ClueReturnedForSupplement" not in kit.types(entries)


PARTY_UNKNOWN = {"party_type": "UNIDENTIFIED", "note": None}


@pytest.mark.parametrize(
    ("element", "lacking"),
    [
        ("violation_time", None),
        ("suspected_party", None),
        ("suspected_party", PARTY_UNKNOWN),
        ("fact", None),
        ("management_notice_records", []),
        ("evidence", []),
        ("evidence", "only goods"),
    ],
)
def test_each_of_the_five_elements_is_asked_for_when_it_is_missing(
    world: World, kit: Kit, element: str, lacking: Any
) -> None:
    given: Any = lacking
    if lacking is PARTY_UNKNOWN:
        given = {**kit.elements["suspected_party"], **PARTY_UNKNOWN}
    if lacking == "only goods":
        given = [{**kit.elements["evidence"][0], "subtype": "GOODS"}]
    entries = world.state("ClueTransferred", "2026-09-08 10:00", **{element: given})
    returned = kit.of(entries, "ClueReturnedForSupplement")
    assert [m["element"] for m in returned["missing"]] == [element]
    assert all(m["zh"] for m in returned["missing"])


@pytest.mark.parametrize("claim", ["DISPUTED", "UNKNOWN"])
def test_a_disputed_clue_goes_to_the_triage_desk_which_signs_and_verifies_nothing(
    world: World, kit: Kit, claim: str
) -> None:
    entries = world.state("ClueTransferred", "2026-09-08 10:00", jurisdiction_claim=claim)

    assert kit.types(entries) == ["ClueTransferred", "FactRouted", "DeadlineScheduled"]
    assert kit.of(entries, "DeadlineScheduled")["rule"] == "FX-03-TRIAGE@1"
    routed = kit.of(entries, "FactRouted")
    assert (routed["to"], routed["meta"]["rule"], routed["runners_up"]) == (
        kit.triage,
        "R-06@1",
        ["R-10@1"],
    )
    assert world.matter.holder == kit.triage


def test_a_place_without_a_town_that_enforces_is_denied_with_a_remedy_and_may_be_transferred_again(
    world: World, kit: Kit
) -> None:
    denied = world.state(
        "ClueTransferred", "2026-09-08 10:00", location={**kit.site, "township_code9": "310120999"}
    )

    assert kit.types(denied) == ["ClueTransferred", "RoutingDenied"]
    said = kit.of(denied, "RoutingDenied")
    assert said["code"] == "NO_RECEIVER"
    assert said["why_zh"]
    assert said["remedy_zh"]
    assert said["remedy_en"]
    assert (world.matter.state, world.matter.holder) == ("registered", "")

    again = world.state("ClueTransferred", "2026-09-08 11:00")
    assert kit.of(again, "FactRouted")["to"] == kit.nanqiao
    # Clocks count from the transfer that reached somebody.
    assert kit.of(again, "DeadlineScheduled", "PN-01@1")["start_at"] == kit.at("2026-09-08 11:00")
    assert world.matter.state == "transferred"
    kit.check_chain(world.entries, world.matter)


def test_a_clue_of_a_zone_whose_standing_to_enforce_is_not_settled_goes_to_the_triage_desk(
    world: World, kit: Kit
) -> None:
    # 海湾旅游区管委会 has a township code, but is no street or town that enforces (R-13 is not settled).
    entries = world.state(
        "ClueTransferred", "2026-09-08 10:00", location={**kit.site, "township_code9": "310120503"}
    )
    routed = kit.of(entries, "FactRouted")
    assert (routed["to"], routed["cc"], routed["verified"]) == (kit.triage, ["310120-JD21"], False)
    assert routed["meta"]["rule"] == "R-13@1"


def test_a_clue_that_lacks_elements_and_a_receiver_is_denied_but_not_returned(world: World, kit: Kit) -> None:
    denied = world.state(
        "ClueTransferred",
        "2026-09-08 10:00",
        evidence=None,
        location={**kit.site, "township_code9": "310120999"},
    )
    assert kit.types(denied) == ["ClueTransferred", "RoutingDenied"]
