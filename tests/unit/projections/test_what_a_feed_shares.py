"""What crosses into a feed: the fields of its contract, firms in clear, everybody else as a token."""

from __future__ import annotations

from typing import Any

import pytest

from projections.feeds.share import FIRMS, OURS, Share, share
from projections.testing import LedgerBuilder, at
from projections.times import beijing
from schemas.codec import CODEC
from schemas.contracts import contracts, personal_paths
from schemas.feeds import FEEDS
from schemas.identifiers import make_matter_id
from tests.unit.projections.ledger_examples import example

ZHEJIANG = FEEDS["zhejiang"]
PROVINCE, OURSELVES = "330000-ZJ01", "310000-CG01"
SHARED = sorted(ZHEJIANG.shares.items())
NOW = at("2026-10-12 10:00")
MATTER = make_matter_id("CX", OURSELVES, beijing(NOW).date(), 7)
PARTIES = (
    "LEGAL_PERSON",
    "UNINCORPORATED",
    "NATURAL_PERSON",
    "INDIVIDUAL_BUSINESS",
    "UNIDENTIFIED",
    "UNKNOWN",
)
CLEAR = {"LEGAL_PERSON", "UNINCORPORATED"}


def shared(fact: str, told: dict[str, Any], **seal: Any) -> Share | None:
    record = told | {"meta": told["meta"] | {"matter": MATTER}}
    sealed: dict[str, Any] = {"addressed_to": (PROVINCE,), "agency": OURSELVES} | seal
    return share(ZHEJIANG, LedgerBuilder().append(fact, record, NOW, **sealed), "liandong")


def content(one: Share | None) -> dict[str, Any]:
    assert one is not None
    return dict(CODEC.decode(one.value).record)


@pytest.mark.parametrize(("fact", "name"), SHARED)
def test_a_fact_that_is_addressed_to_the_province_is_shared_with_the_fields_of_the_feeds_contract(
    fact: str, name: str
) -> None:
    told = example(fact)
    found = content(shared(fact, told))
    assert found.keys() == {field["name"] for field in contracts()[name].schema["fields"]}
    place = told.get("location", {})
    for key in found.keys() - OURS:
        assert found[key] == (told[key] if key in told else place[key])


@pytest.mark.parametrize(("fact", "name"), SHARED)
def test_every_field_of_a_feed_record_is_in_the_fact_that_it_shares(fact: str, name: str) -> None:
    fields = contracts()[fact].schema["fields"]
    given = {field["name"] for field in fields} | {"adcode6", "township_code9"}
    assert {field["name"] for field in contracts()[name].schema["fields"]} - OURS <= given


@pytest.mark.parametrize("name", [name for _, name in SHARED])
def test_no_feed_record_has_a_field_for_personal_data(name: str) -> None:
    assert personal_paths(name) == ()


@pytest.mark.parametrize("fact", ["DeltaPenaltyForwarded", "DeltaClueTransferred"])
@pytest.mark.parametrize("party", PARTIES)
def test_a_firm_passes_in_clear_and_everybody_else_as_a_token_whatever_the_sender_wrote(
    fact: str, party: str
) -> None:
    # 10.5 of the masking matrix, circle DELTA: 法人名称 in clear, a natural person as a token.
    told = example(fact) | {"party_type": party, "org_name": "张三水果店", "uscc": "92330424MA2CXXXX07"}
    found = content(shared(fact, told))
    named = (found["org_name"], found["uscc"]) != (None, None)
    assert named is (party in CLEAR)
    assert found["party_token"] == told["party_token"]
    assert ("张三" in str(found)) is (party in CLEAR)


def test_firms_are_those_two_kinds_of_party() -> None:
    assert FIRMS == CLEAR


def test_the_place_of_a_clue_crosses_as_its_county_and_town_without_the_address() -> None:
    found = content(shared("DeltaClueTransferred", example("DeltaClueTransferred")))
    assert (found["adcode6"], found["township_code9"]) == ("310120", "310120101")
    assert "环城东路" not in str(found)
    assert "XS-310120" not in str(found)


def test_what_is_addressed_to_others_is_not_shared() -> None:
    assert shared("DeltaWarningIssued", example("DeltaWarningIssued"), addressed_to=("320000-ZJ01",)) is None
    elsewhere = example("DeltaPenaltyForwarded") | {"to_province": "340000-ZJ01"}
    assert shared("DeltaPenaltyForwarded", elsewhere, addressed_to=("340000-ZJ01",)) is None


def test_a_penalty_for_the_province_is_shared_also_when_its_seal_addresses_nobody() -> None:
    assert shared("DeltaPenaltyForwarded", example("DeltaPenaltyForwarded"), addressed_to=()) is not None


@pytest.mark.parametrize("kind", ["REFUSED", "HELD"])
def test_what_was_not_admitted_is_not_shared(kind: str) -> None:
    assert shared("DeltaWarningIssued", example("DeltaWarningIssued"), kind=kind) is None


def test_a_fact_that_is_in_no_feed_is_not_even_decoded() -> None:
    assert shared("DeltaWarningAcknowledged", example("DeltaWarningAcknowledged")) is None


def test_a_record_names_the_original_and_its_hash_in_the_chain() -> None:
    told = example("DeltaWarningIssued")
    record = told | {"meta": told["meta"] | {"matter": MATTER}}
    builder = LedgerBuilder()
    sealed = builder.append("DeltaWarningIssued", record, NOW, addressed_to=(PROVINCE,), agency=OURSELVES)
    found = content(share(ZHEJIANG, sealed, "liandong"))
    assert found["feed"] == "feed.zhejiang"
    assert found["original"] == {
        "event_id": told["meta"]["event_id"],
        "matter": MATTER,
        "fact": "DeltaWarningIssued",
        "hash": sealed.seal.partition.hash,
        "agency": OURSELVES,
        "received_at": NOW,
    }


def test_headers_are_the_attributes_of_cloudevents_and_the_same_for_the_same_original() -> None:
    one, again = (shared("DeltaWarningIssued", example("DeltaWarningIssued")) for _ in range(2))
    assert one is not None
    assert one == again
    headers = {key: value.decode() for key, value in one.headers}
    assert headers.pop("ce_id")
    assert headers == {
        "ce_specversion": "1.0",
        "ce_source": "/liandong/liandong/feed.zhejiang",
        "ce_type": "liandong.feed.WarningShared",
        "ce_subject": MATTER,
        "ce_time": "2026-10-12T10:00:00.000+08:00",
        "content-type": "application/vnd.confluent.avro",
    }
