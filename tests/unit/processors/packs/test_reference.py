"""Reference data has one matter of each kind, and each kind one who publishes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processors.rulebook import Rulebook
from schemas.identifiers import derived_id, derived_matter_id, reference_matter
from tests.unit.processors.packs.bodies import BODIES, DESK, GOVERNMENT, JUSTICE, NANQIAO, WATER
from tests.unit.processors.packs.district import refusal

if TYPE_CHECKING:
    from tests.unit.processors.conftest import Kit
    from tests.unit.processors.packs.district import District

WHEN = "2026-11-24 10:00"
UNSIGNED = {"doc_no": "x", "doc_type": "OTHER", "signed": False}


def publish(district: District, kit: Kit, kind: str, fact: str, agency: str) -> tuple[str, list[str]]:
    """Publish reference data; gives its matter and the facts that this led to."""
    matter = reference_matter(kind)
    return matter, kit.types(district.say(matter, fact, WHEN, agency))


def test_a_calendar_is_published_by_the_government_and_a_further_year_after_it(
    district: District, kit: Kit
) -> None:
    matter, said = publish(district, kit, "CALENDAR", "WorkCalendarPublished", GOVERNMENT)
    assert said == ["WorkCalendarPublished", "EffectOwed"]
    assert district.matter(matter).state == "published"
    later = {"year": 2028, "holidays": [{"date": "2028-01-01", "name": "元旦"}]}
    district.say(matter, "WorkCalendarPublished", WHEN, GOVERNMENT, **later)
    assert district.matter(matter).tally["WorkCalendarPublished"] == 2
    district.check()
    for agency in (WATER, JUSTICE, NANQIAO):
        refused = refusal(district.say(matter, "WorkCalendarPublished", WHEN, agency))
        assert refused["code"] == "NOT_YOUR_FACT"


def test_the_days_of_a_calendar_lie_in_its_year(district: District) -> None:
    wrong = {"make_up": [{"date": "2026-12-31", "name": "元旦调休"}]}
    said = district.say(reference_matter("CALENDAR"), "WorkCalendarPublished", WHEN, GOVERNMENT, **wrong)
    assert refusal(said)["field"] == "/holidays"


def test_the_register_is_kept_by_the_government(district: District, kit: Kit) -> None:
    assert publish(district, kit, "AGENCIES", "AgencyRegistered", GOVERNMENT)[1][0] == ("AgencyRegistered")
    said = district.say(reference_matter("AGENCIES"), "AgencyRegistered", WHEN, WATER)
    assert refusal(said)["code"] == "NOT_YOUR_FACT"


def test_the_catalogue_is_published_by_the_urban_management_bureau_in_a_signed_document(
    district: District, kit: Kit
) -> None:
    fact, matter = "AssistanceCatalogPublished", reference_matter("CATALOGUE")
    assert refusal(district.say(matter, fact, WHEN, WATER))["code"] == "NOT_YOUR_FACT"
    assert refusal(district.say(matter, fact, WHEN, DESK, doc=UNSIGNED))["field"] == "/doc/signed"
    assert publish(district, kit, "CATALOGUE", fact, DESK)[1] == [fact, "EffectOwed"]


def test_a_catalogue_that_allows_more_than_the_law_is_refused(district: District) -> None:
    fact = "AssistanceCatalogPublished"
    (item,) = BODIES[fact]["items"]
    longer = {**item, "n": 15, "unit": "DAY", "day_kind": "WORKING"}
    said = district.say(reference_matter("CATALOGUE"), fact, WHEN, DESK, items=[longer])
    assert refusal(said)["code"] == "LIMIT_TOO_LONG"


@pytest.mark.parametrize("agency", [DESK, GOVERNMENT, WATER])
def test_a_rulebook_is_approved_by_the_justice_bureau(district: District, agency: str) -> None:
    matter = reference_matter("RULEBOOK")
    assert refusal(district.say(matter, "RuleVersionPublished", WHEN, agency))["code"] == ("NOT_YOUR_FACT")
    said = district.say(matter, "RuleVersionPublished", WHEN, JUSTICE, approved_by=UNSIGNED)
    assert refusal(said)["field"] == "/approved_by/signed"


def test_a_rulebook_that_no_worker_carries_is_refused(district: District) -> None:
    said = district.say(reference_matter("RULEBOOK"), "RuleVersionPublished", WHEN, JUSTICE)
    assert refusal(said)["code"] == "RULEBOOK_NOT_CARRIED"


def test_every_reference_procedure_holds_in_every_region_and_is_not_verified() -> None:
    book = Rulebook.load(["national"]).book("420106")
    assert {p.kind for p in book.procedures.values()} == {"CK", "DX"}
    assert not any(p.citation["verified"] for p in book.procedures.values())


def test_an_erasure_is_the_backbones_own_and_may_be_told_again(district: District) -> None:
    person = derived_matter_id("DX", "000000-PT01", "p-1", "erasure", 0)
    meta = {
        "event_id": derived_id(district.kit.at(WHEN), "p-1", "erasure", 0),
        "matter": person,
        "rule": "erasure",
        "depth": 1,
        "cause": "operator",
        "cause_matter": "none",
        "cause_agency": "000000-PT01",
        "cause_fact": "none",
        "cause_received_at": district.kit.at(WHEN),
        "cause_hash": b"",
        "correlation_id": "c-1",
        "region": "310120",
        "scope": "UNIT",
        "sensitivity": "L3",
    }
    erased = {"meta": meta, "person": "p-1", "matters": 3, "who": "operator", "why": "asked for"}
    district.deliver("PersonalDataShredded", erased, WHEN)
    assert district.matter(person).state == "shredded"
    again = {**erased, "meta": {**meta, "event_id": derived_id(district.kit.at(WHEN), "p-1", "erasure", 1)}}
    district.deliver("PersonalDataShredded", again, "2026-11-25 10:00")
    assert district.matter(person).tally["PersonalDataShredded"] == 2
    district.check()
