"""Bad input: each is refused with a code, a place or a rule, and a remedy; the matter goes on untouched."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from processors.model import new_matter
from schemas.codec import CODEC
from schemas.identifiers import make_event_id, make_matter_id

if TYPE_CHECKING:
    from processors.model import Entry
    from tests.unit.processors.conftest import Kit, World


def refusal(entries: list[Entry]) -> Any:
    """Give the refusal, which is the only entry and stands outside the chain."""
    (entry,) = entries
    assert (entry.seal.kind, entry.seal.seq, entry.seal.prev_hash) == ("REFUSED", 0, b"")
    record = entry.record
    for text in ("title_zh", "detail_zh", "detail_en", "remedy_zh", "remedy_en"):
        assert record[text]
    return record


def test_bytes_that_are_not_what_they_claim_are_refused(world: World, kit: Kit) -> None:
    good = world.incoming("ClueTransferred", kit.at("2026-09-08 10:00"))
    broken = world.arrived(good.value[:-3], good.received_at, kit.water, good.event_id)
    assert refusal(world.take(broken))["code"] == "UNDECODABLE"
    assert world.matter == new_matter(kit.matter)


def test_nobody_speaks_for_another_agency(world: World) -> None:
    refused = refusal(world.state("ClueTransferred", "2026-09-08 10:00", meta={"agency": "310120-ZG05"}))
    assert (refused["code"], refused["field"]) == ("AGENCY_MISMATCH", "/meta/agency")


def test_the_fact_must_be_about_the_matter_of_its_envelope(world: World) -> None:
    other = "XS-310120-ZG04-20260908-000124-5"
    assert refusal(world.state("ClueTransferred", "2026-09-08 10:00", meta={"matter": other}))["field"] == (
        "/meta/matter"
    )


def test_the_event_id_must_be_the_one_that_was_stamped(world: World, kit: Kit) -> None:
    other = make_event_id(kit.at("2026-09-08 09:00"), b"0123456789")
    assert refusal(world.state("ClueTransferred", "2026-09-08 10:00", meta={"event_id": other}))["code"] == (
        "BAD_EVENT_ID"
    )


def test_an_agency_that_is_not_in_the_register_is_refused(world: World) -> None:
    assert (
        refusal(world.state("ClueTransferred", "2026-09-08 10:00", "310120-ZG99"))["code"] == "UNKNOWN_AGENCY"
    )


def test_an_agency_cannot_be_the_platform(world: World) -> None:
    assert (
        refusal(world.state("ClueTransferred", "2026-09-08 10:00", "000000-PT01"))["code"] == "UNKNOWN_AGENCY"
    )


def test_u0000_is_refused_with_its_place(world: World, kit: Kit) -> None:
    site = {**kit.site, "address_text": "南桥\u0000镇"}
    refused = refusal(world.state("ClueTransferred", "2026-09-08 10:00", location=site))
    assert (refused["code"], refused["field"]) == ("CONTROL_CHARACTER", "/location/address_text")


def test_an_id_from_the_future_is_refused_in_a_real_stack(world: World, kit: Kit) -> None:
    ahead = make_event_id(kit.at("2026-09-08 10:06"), b"0123456789")
    refused = refusal(world.state("ClueTransferred", "2026-09-08 10:00", event_id=ahead))
    assert refused["code"] == "EVENT_ID_IN_FUTURE"


def test_an_id_from_the_future_passes_in_a_simulated_stack(world: World, kit: Kit) -> None:
    world.rules = kit.in_force(simulated=True)
    ahead = make_event_id(kit.at("2026-09-09 10:00"), b"0123456789")
    assert world.state("ClueTransferred", "2026-09-08 10:00", event_id=ahead)[0].seal.kind == "ADMITTED"


def test_an_id_made_five_minutes_ahead_passes(world: World, kit: Kit) -> None:
    ahead = make_event_id(kit.at("2026-09-08 10:05"), b"0123456789")
    assert world.state("ClueTransferred", "2026-09-08 10:00", event_id=ahead)[0].seal.kind == "ADMITTED"


def test_what_has_not_happened_yet_is_no_fact(world: World, kit: Kit) -> None:
    tomorrow = kit.at("2026-09-09 10:00")
    refused = refusal(world.state("ClueTransferred", "2026-09-08 10:00", meta={"occurred_at": tomorrow}))
    assert (refused["code"], refused["field"]) == ("OCCURRED_IN_FUTURE", "/meta/occurred_at")


def test_an_id_that_is_no_uuid7_is_refused(world: World) -> None:
    uuid4 = "9f3c0b1e-6a8d-4f0e-9a55-1c2d3e4f5a6b"
    assert (
        refusal(world.state("ClueTransferred", "2026-09-08 10:00", event_id=uuid4))["code"] == "BAD_EVENT_ID"
    )


def test_the_same_fact_again_gives_nothing(world: World, kit: Kit) -> None:
    one = world.incoming("ClueTransferred", kit.at("2026-09-08 10:00"))
    assert world.take(one)
    assert world.take(one) == []


def test_a_refused_fact_again_gives_nothing(world: World, kit: Kit) -> None:
    one = world.incoming("ClueReceived", kit.at("2026-09-08 10:00"), kit.nanqiao)
    assert refusal(world.take(one))["code"] == "NO_SUCH_MATTER"
    assert world.take(one) == []


def test_an_event_id_used_for_other_content_is_refused(world: World, kit: Kit) -> None:
    one = world.incoming("ClueTransferred", kit.at("2026-09-08 10:00"))
    world.take(one)
    other = world.incoming("ClueTransferred", kit.at("2026-09-08 10:00"), event_id=one.event_id, urgency="P0")
    assert refusal(world.take(other))["code"] == "CONTENT_DIFFERS"
    assert world.take(other) == []


def test_only_departments_and_streets_transfer_clues(kit: Kit) -> None:
    world = kit.World(new_matter(make_matter_id("XS", "310120-GA01", date(2026, 9, 8), 1)))
    refused = refusal(world.state("ClueTransferred", "2026-09-08 10:00", "310120-GA01"))
    assert (refused["code"], refused["rule"]) == ("NOT_YOUR_FACT", "clue-transfer@1")
    assert "department" in refused["detail_en"]


def test_a_matter_is_opened_under_the_code_of_the_agency_that_opens_it(world: World) -> None:
    refused = refusal(world.state("ClueTransferred", "2026-09-08 10:00", "310120-ZG05"))
    assert refused["code"] == "MATTER_OF_ANOTHER"


def test_a_clue_cannot_be_opened_under_the_letters_of_a_case(kit: Kit) -> None:
    world = kit.World(new_matter(make_matter_id("AJ", kit.water, date(2026, 9, 8), 1)))
    assert refusal(world.state("ClueTransferred", "2026-09-08 10:00"))["code"] == "MATTER_KIND_DIFFERS"


def test_a_wrong_check_character_is_told(kit: Kit) -> None:
    world = kit.World(new_matter(kit.matter[:-1] + ("A" if kit.matter[-1] != "A" else "B")))
    refused = refusal(world.state("ClueTransferred", "2026-09-08 10:00"))
    assert (refused["code"], refused["field"]) == ("BAD_MATTER_ID", "/meta/matter")


def test_a_region_without_a_procedure_takes_no_clue(kit: Kit) -> None:
    zhejiang = "330000-ZJ01"
    matter = make_matter_id("XS", zhejiang, date(2026, 9, 8), 1)
    world = kit.World(new_matter(matter))
    refused = refusal(world.state("ClueTransferred", "2026-09-08 10:00", zhejiang, meta={"region": "330421"}))
    assert (refused["code"], refused["field"]) == ("UNKNOWN_FACT", "/meta/region")


def test_what_happened_elsewhere_is_decided_by_the_rules_of_where_it_was_opened(world: World) -> None:
    assert world.state("ClueTransferred", "2026-09-08 10:00", meta={"region": "330421"})
    assert (world.matter.procedure, world.matter.region) == ("clue-transfer@1", "310120")


def test_only_the_opening_fact_opens_a_matter(world: World, kit: Kit) -> None:
    refused = refusal(world.state("ClueVerified", "2026-09-08 10:00", kit.nanqiao))
    assert refused["code"] == "NO_SUCH_MATTER"


def test_a_matter_is_opened_once(world: World) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00")
    assert refusal(world.state("ClueTransferred", "2026-09-08 11:00"))["code"] == "MATTER_EXISTS"


def test_only_the_holder_signs_for_a_clue(world: World, kit: Kit) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00")
    for stranger in (kit.fengcheng, kit.water):
        refused = refusal(world.state("ClueReceived", "2026-09-08 11:00", stranger))
        assert refused["code"] == "NOT_YOUR_MATTER"


def test_a_stranger_is_told_nothing_about_the_state(world: World, kit: Kit) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00")
    refused = refusal(world.state("ClueVerified", "2026-09-08 11:00", kit.fengcheng))
    assert refused["code"] == "NOT_YOUR_MATTER"
    assert "已移送" not in refused["detail_zh"]


def test_a_refusal_bears_the_senders_own_correlation_id_and_not_the_matters(world: World, kit: Kit) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00")
    mine = {"correlation_id": "mine"}
    refused = refusal(world.state("ClueVerified", "2026-09-08 11:00", kit.fengcheng, meta=mine))
    assert refused["meta"]["correlation_id"] == "mine"


@pytest.mark.parametrize("value", [b"nonsense", b"\x00\x7f\xff\xff\xff"])
def test_ids_longer_than_any_contract_allows_are_answered_all_the_same(
    world: World, kit: Kit, value: bytes
) -> None:
    one = world.arrived(value, kit.at("2026-09-08 10:00"), "a" * 128, "e" * 128)
    (answer,) = world.take(one)
    assert answer.seal.kind in {"REFUSED", "HELD"}
    assert answer.record["agency"] == "a" * 16


def test_a_wrong_state_says_what_may_be_stated_now(world: World, kit: Kit) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00")
    refused = refusal(world.state("ClueVerified", "2026-09-08 11:00", kit.nanqiao))
    assert (refused["code"], refused["rule"]) == ("STATE_DOES_NOT_ALLOW", "clue-transfer@1")
    assert "已移送" in refused["detail_zh"]
    assert "ClueReceived" in refused["detail_zh"]


def test_nobody_but_its_holder_returns_a_clue(world: World, kit: Kit) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00")
    refused = refusal(world.state("ClueReturnedForSupplement", "2026-09-08 11:00", kit.fengcheng))
    assert refused["code"] == "NOT_YOUR_MATTER"


@pytest.mark.parametrize(("name", "code"), [("DeadlineMet", "PLATFORM_FACT"), ("Tick", "UNKNOWN_FACT")])
def test_what_the_backbone_says_is_not_taken_from_an_agency(
    world: World, kit: Kit, name: str, code: str
) -> None:
    short = {
        "event_id": "",
        "matter": kit.matter,
        "cause": "",
        "rule": "",
        "citation": None,
        "correlation_id": "",
    }
    records: dict[str, dict[str, Any]] = {
        "DeadlineMet": {
            "meta": short,
            "clock": "c",
            "rule": "",
            "name_zh": "",
            "met_at": 0,
            "due": 0,
            "due_date": "2026-09-08",
        },
        "Tick": {"at": 0},
    }
    when = kit.at("2026-09-08 10:00")
    one = world.arrived(
        CODEC.encode(name, records[name]), when, kit.water, make_event_id(when, b"0123456789")
    )
    assert refusal(world.take(one))["code"] == code


def test_a_violation_that_ends_before_it_begins_is_refused_by_the_guard_of_the_pack(
    world: World, kit: Kit
) -> None:
    reversed_ = {"start": kit.at("2026-09-07 22:00"), "end": kit.at("2026-09-07 21:00"), "precision": "HOUR"}
    refused = refusal(world.state("ClueTransferred", "2026-09-08 10:00", violation_time=reversed_))
    assert (refused["code"], refused["field"]) == ("PERIOD_REVERSED", "/violation_time/end")


def test_a_township_of_another_county_is_refused(world: World, kit: Kit) -> None:
    site = {**kit.site, "adcode6": "310115"}
    refused = refusal(world.state("ClueTransferred", "2026-09-08 10:00", location=site))
    assert (refused["code"], refused["field"]) == ("BAD_REGION", "/location/township_code9")


def test_a_refusal_leaves_the_matter_and_its_clocks_as_they_were(world: World, kit: Kit) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00")
    before = world.matter
    world.state("ClueVerified", "2026-09-08 11:00", kit.nanqiao)
    assert world.matter == before
    kit.check_chain(world.entries, world.matter)
