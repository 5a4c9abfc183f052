"""Assistance (奉贤 四(五)2; 上海条例 §29): ten natural days, unless the catalogue is shorter.

SC-04: asked on 2026-09-22; ten natural days end on 10-02, National Day, and roll to 10-08.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from schemas.catalogue import catalogue
from schemas.days import due
from tests.unit.processors.packs.bodies import FENGCHENG, GREENING, ITEM, MARKET, NANQIAO, PLANNING, WATER
from tests.unit.processors.packs.district import refusal

if TYPE_CHECKING:
    from processors.model import Entry
    from tests.unit.processors.conftest import Kit
    from tests.unit.processors.packs.district import District

ON_SITE = {
    **ITEM,
    "item_code": "FX-XZ-002",
    "n": 2,
    "unit": "DAY",
    "day_kind": "WORKING",
    "provider": GREENING,
}
BY_LAW = {**ITEM, "n": 0, "unit": "UNKNOWN", "day_kind": "UNKNOWN", "valid_to": None}
ASKED = "2026-09-22 10:00"


@pytest.fixture(autouse=True)
def published(district: District) -> None:
    """Put a catalogue in force: an opinion by the law's limit, a visit within two working days."""
    items = {"items": [BY_LAW, {**ON_SITE, "valid_to": None}]}
    district.rules = replace(district.rules, catalogue=catalogue(items, 1))


def ask(district: District, when: str = ASKED, agency: str = NANQIAO, **body: Any) -> tuple[str, list[Entry]]:
    matter = district.open("XZ", agency)
    return matter, district.say(matter, "AssistanceRequested", when, agency, **body)


OFF = {"item_code": None, "off_catalogue_reason": b"x"}


def test_a_request_goes_to_the_provider_of_its_item_and_is_answered_by_10_08(
    district: District, kit: Kit
) -> None:
    matter, entries = ask(district)
    routed = kit.of(entries, "FactRouted")
    assert (routed["to"], routed["meta"]["rule"]) == (PLANNING, "R-A1@1")
    answer = district.clock(matter, "AS-01")
    assert (answer.due_date, answer.responsible) == ("2026-10-08", PLANNING)
    warned = [a.instant for a in answer.alarms if a.kind == "WARN_LAST_DAY"]
    assert warned == [kit.at("2026-09-30 09:00")]
    # 09-23, 09-24.
    assert district.clock(matter, "FX-13-RESPOND").due_date == "2026-09-24"

    district.say(matter, "AssistanceAccepted", "2026-09-23 10:00", PLANNING)
    assert district.clock(matter, "FX-13-RESPOND").state == "MET"
    district.say(matter, "AssistanceOpinionProvided", "2026-10-08 23:00", PLANNING)
    assert (district.matter(matter).state, district.clock(matter, "AS-01").state) == ("answered", "MET")
    district.check()


def test_under_the_market_template_it_would_be_10_20(district: District, kit: Kit) -> None:
    rules = district.rules.rulebook
    for name in ("AS-02@1", "PN-01b@1"):
        rule = rules.deadline(name)
        assert rule is not None
        ends = due(rule.limit, kit.at(ASKED), district.rules.calendar)
        assert ends.due_date.isoformat() == "2026-10-20"


def test_the_catalogue_shortens_the_limit(district: District) -> None:
    matter, _ = ask(district, item_code="FX-XZ-002")
    clock = district.clock(matter, "AS-01")
    assert (clock.due_date, clock.day_kind, clock.responsible) == ("2026-09-24", "WORKING", GREENING)


@pytest.mark.parametrize("code", ["FX-XZ-999", "nothing"])
def test_an_item_that_the_catalogue_has_not_is_refused(district: District, code: str) -> None:
    _, entries = ask(district, item_code=code)
    refused = refusal(entries)
    assert (refused["code"], refused["field"]) == ("CATALOGUE_ITEM_UNKNOWN", "/item_code")


def test_outside_the_catalogue_it_goes_to_the_one_agency_that_is_addressed(
    district: District, kit: Kit
) -> None:
    matter = district.open("XZ", NANQIAO)
    entries = district.say(matter, "AssistanceRequested", ASKED, NANQIAO, {"addressed_to": [MARKET]}, **OFF)
    routed = kit.of(entries, "FactRouted")
    assert (routed["to"], routed["meta"]["rule"]) == (MARKET, "R-A2@1")
    assert district.clock(matter, "AS-01").due_date == "2026-10-08"


@pytest.mark.parametrize("addressed", [[], [MARKET, WATER]])
def test_outside_the_catalogue_it_names_exactly_one(district: District, addressed: list[str]) -> None:
    matter = district.open("XZ", NANQIAO)
    meta = {"addressed_to": addressed}
    refused = refusal(district.say(matter, "AssistanceRequested", ASKED, NANQIAO, meta, **OFF))
    assert refused["field"] == "/meta/addressed_to"


def test_neither_an_item_nor_a_reason_is_refused(district: District) -> None:
    refused = refusal(ask(district, item_code=None)[1])
    assert (refused["code"], refused["field"]) == ("MISSING_FIELD", "/off_catalogue_reason")


@pytest.mark.parametrize(
    ("fact", "body"),
    [
        ("AssistanceOpinionProvided", {}),
        ("AssistanceExtended", {"new_reply_by": "2026-10-15"}),
    ],
)
def test_what_must_be_in_writing_is_signed(district: District, fact: str, body: dict[str, Any]) -> None:
    unsigned = {"doc_no": "x", "doc_type": "OTHER", "signed": False}
    assert refusal(ask(district, doc=unsigned)[1])["field"] == "/doc/signed"
    matter, _ = ask(district)
    refused = refusal(district.say(matter, fact, "2026-09-23 10:00", PLANNING, doc=unsigned, **body))
    assert refused["field"] == "/doc/signed"


def test_a_department_asks_nobody_for_assistance(district: District) -> None:
    assert refusal(ask(district, agency=WATER)[1])["code"] == "NOT_YOUR_FACT"


@pytest.mark.parametrize("named", [None, PLANNING])
def test_who_says_that_it_is_not_its_duty_names_whose_it_is(district: District, named: str | None) -> None:
    matter, _ = ask(district)
    declined = district.say(
        matter, "AssistanceDeclined", "2026-09-23 10:00", PLANNING, competent_agency=named
    )
    refused = refusal(declined)
    assert (refused["code"], refused["field"]) == ("COMPETENT_AGENCY_MISSING", "/competent_agency")


def test_an_opinion_that_nothing_of_it_is_our_duty_is_no_opinion(district: District) -> None:
    matter, _ = ask(district)
    answers = [{"q_no": 1, "conclusion": "NOT_OUR_DUTY", "text": b"x"}]
    said = district.say(matter, "AssistanceOpinionProvided", "2026-09-23 10:00", PLANNING, answers=answers)
    assert refusal(said)["code"] == "COMPETENT_AGENCY_MISSING"


def test_after_a_decline_whoever_is_competent_is_asked_in_the_same_matter(district: District) -> None:
    matter, _ = ask(district)
    district.say(matter, "AssistanceDeclined", "2026-09-23 10:00", PLANNING, competent_agency=MARKET)
    assert district.matter(matter).state == "declined"
    assert district.clock(matter, "AS-01").state == "CANCELLED"
    assert district.clock(matter, "FX-13-RESPOND").state == "MET"
    meta = {"addressed_to": [MARKET]}
    district.say(matter, "AssistanceRequested", "2026-09-24 10:00", NANQIAO, meta, request_no="again", **OFF)
    assert (district.matter(matter).state, district.matter(matter).holder) == ("requested", MARKET)
    # From 09-24, ten natural days: 10-04, National Day, so 10-08.
    assert district.clock(matter, "AS-01").due_date == "2026-10-08"
    wrong = district.say(matter, "AssistanceOpinionProvided", "2026-09-25 10:00", MARKET)
    assert refusal(wrong)["field"] == "/request_no"
    district.say(matter, "AssistanceOpinionProvided", "2026-09-25 11:00", MARKET, request_no="again")
    assert district.matter(matter).state == "answered"
    district.check()


def test_the_answer_is_extended_once_in_writing_to_a_later_date(district: District, kit: Kit) -> None:
    matter, _ = ask(district)
    not_later = district.say(
        matter, "AssistanceExtended", "2026-09-28 10:00", PLANNING, new_reply_by="2026-10-08"
    )
    refused = refusal(not_later)
    assert (refused["field"], "2026-10-08" in refused["detail_zh"]) == ("/new_reply_by", True)
    extended = district.say(matter, "AssistanceExtended", "2026-09-28 11:00", PLANNING)
    assert kit.of(extended, "DeadlineExtended")["due_date"] == "2026-10-20"
    again = district.say(
        matter, "AssistanceExtended", "2026-09-29 10:00", PLANNING, new_reply_by="2026-10-30"
    )
    assert refusal(again)["code"] == "ALREADY_EXTENDED"
    assert district.clock(matter, "AS-01").due_date == "2026-10-20"
    district.check()


def test_an_extension_after_the_limit_is_too_late(district: District) -> None:
    matter, _ = ask(district)
    late = district.say(matter, "AssistanceExtended", "2026-10-09 00:00", PLANNING)
    assert refusal(late)["code"] == "EXTENSION_TOO_LATE"


def test_only_who_was_asked_answers(district: District) -> None:
    matter, _ = ask(district)
    for fact in ("AssistanceAccepted", "AssistanceDeclined", "AssistanceOpinionProvided"):
        refused = refusal(district.say(matter, fact, "2026-09-23 10:00", FENGCHENG))
        assert refused["code"] == "NOT_YOUR_MATTER"
