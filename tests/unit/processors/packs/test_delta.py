"""Across provinces: clues (R-04), warnings (R-18), penalties of firms from there (R-15, R-05)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.processors.packs.bodies import (
    ANHUI,
    FIRM,
    JIANGSU,
    NANQIAO,
    PERSON,
    SHANGHAI,
    SITE,
    VENDOR,
    WATER,
    ZHEJIANG,
)
from tests.unit.processors.packs.district import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.unit.processors.conftest import Kit
    from tests.unit.processors.packs.district import District

IN_PINGHU = {**SITE, "adcode6": "330482", "township_code9": "330482001"}
USCC = "91330421MADEM00467"


def test_a_clue_about_another_province_goes_to_the_gateway_whatever_it_claims(
    district: District, kit: Kit
) -> None:
    for claim in ("CLEAR", "DISPUTED"):
        clue = district.open("XS", WATER)
        entries = district.say(
            clue,
            "ClueTransferred",
            "2026-09-08 10:00",
            WATER,
            location=IN_PINGHU,
            jurisdiction_claim=claim,
        )
        routed = kit.of(entries, "FactRouted")
        assert (routed["to"], routed["meta"]["rule"]) == (SHANGHAI, "R-04@1")
        # The gateway passes it on; it verifies nothing itself.
        assert {c.base for c in district.matter(clue).clocks.values()} == {"FX-01-SIGN"}


def test_the_gateway_transfers_it_to_the_province_and_the_clue_is_told(district: District, kit: Kit) -> None:
    clue = district.clue(location=IN_PINGHU)
    cross = district.open("CX", SHANGHAI)
    said = district.say(cross, "DeltaClueTransferred", "2026-09-09 10:00", SHANGHAI, clue_ref=clue)
    routed = kit.of(said, "FactRouted")
    assert (routed["to"], routed["meta"]["rule"]) == (ZHEJIANG, "R-04-DELTA@1")
    assert (district.matter(cross).state, district.matter(cross).holder) == ("transferred", ZHEJIANG)
    told = kit.of(said, "ClueCaseProgressed")
    assert (told["stage"], told["case_matter"]) == ("FORWARDED", cross)
    assert district.matter(clue).state == "transferred"
    district.check()


def test_only_a_province_transfers_across(district: District) -> None:
    for agency in (WATER, NANQIAO):
        cross = district.open("CX", agency)
        refused = refusal(district.say(cross, "DeltaClueTransferred", "2026-09-09 10:00", agency))
        assert refused["code"] == "NOT_YOUR_FACT"


@pytest.mark.parametrize("party_type", ["NATURAL_PERSON", "INDIVIDUAL_BUSINESS", "UNIDENTIFIED"])
def test_a_person_or_an_individual_business_does_not_cross_in_clear(
    district: District, party_type: str
) -> None:
    cross = district.open("CX", SHANGHAI)
    said = district.say(
        cross,
        "DeltaClueTransferred",
        "2026-09-09 10:00",
        SHANGHAI,
        party_type=party_type,
        org_name="某小吃店",
    )
    refused = refusal(said)
    assert (refused["code"], refused["field"]) == ("NATURAL_PERSON_IN_CLEAR", "/org_name")
    district.say(
        cross, "DeltaClueTransferred", "2026-09-09 10:01", SHANGHAI, party_type=party_type, org_name=None
    )
    assert district.matter(cross).state == "transferred"


def test_a_clue_of_ones_own_province_or_of_none_does_not_cross(district: District, kit: Kit) -> None:
    outside = {**SITE, "adcode6": "420106", "township_code9": "420106001"}
    for site in (SITE, outside):
        cross = district.open("CX", SHANGHAI)
        said = district.say(cross, "DeltaClueTransferred", "2026-09-09 10:00", SHANGHAI, location=site)
        assert kit.types(said) == ["DeltaClueTransferred", "RoutingDenied"]
        assert district.matter(cross).state == "undelivered"


def test_a_warning_goes_to_the_three_others_and_each_acknowledges_for_itself(
    district: District, kit: Kit
) -> None:
    warning = district.open("YJ", ZHEJIANG)
    said = district.say(warning, "DeltaWarningIssued", "2026-09-08 10:00", ZHEJIANG)
    assert set(said[0].seal.addressed_to) == {SHANGHAI, JIANGSU, ANHUI}
    assert district.matter(warning).holder == ""
    clocks = district.matter(warning).clocks.values()
    assert {(c.responsible, c.due_date) for c in clocks} == {
        (code, "2026-09-09") for code in (SHANGHAI, JIANGSU, ANHUI)
    }
    refused = refusal(district.say(warning, "DeltaWarningAcknowledged", "2026-09-08 11:00", ZHEJIANG))
    assert refused["code"] == "NOT_YOUR_FACT"
    met = district.say(warning, "DeltaWarningAcknowledged", "2026-09-08 12:00", JIANGSU)
    assert kit.types(met) == ["DeltaWarningAcknowledged", "DeadlineMet"]
    states = {c.responsible: c.state for c in district.matter(warning).clocks.values()}
    assert states == {SHANGHAI: "RUNNING", JIANGSU: "MET", ANHUI: "RUNNING"}
    rung = [e for e in district.wait(warning, "2026-09-10 00:00") if e.seal.fact_type == "DeadlineBreached"]
    assert {e.record["responsible"] for e in rung} == {SHANGHAI, ANHUI}
    district.check()


def forwarded(district: District, party: Mapping[str, Any], **body: Any) -> list[Mapping[str, Any]]:
    """Decide a penalty on the spot; gives what goes to other provinces."""
    case = district.open("AJ", NANQIAO)
    said = district.say(
        case,
        "PenaltyDecided",
        "2026-10-09 10:00",
        NANQIAO,
        procedure="SIMPLE",
        party=party,
        penalties=[{"kind": "FINE", "amount": 20_000}, {"kind": "WARNING"}],
        decided_at=district.kit.at("2026-10-09 10:00"),
        **body,
    )
    return [e.record for e in said if e.seal.fact_type == "DeltaPenaltyForwarded"]


PERMIT = {"permit_no": "浙许〔2026〕1号", "issuer_adcode": "330482"}


@pytest.mark.parametrize(
    ("registered", "permit", "to"),
    [
        ("330421", None, {ZHEJIANG: "REGISTERED_THERE"}),
        (None, PERMIT, {ZHEJIANG: "LICENSED_THERE"}),
        ("330421", PERMIT, {ZHEJIANG: "REGISTERED_THERE"}),
        ("340200", PERMIT, {ANHUI: "REGISTERED_THERE", ZHEJIANG: "LICENSED_THERE"}),
        ("310120", None, {}),
        ("310120", {**PERMIT, "issuer_adcode": "310115"}, {}),
        ("420106", None, {}),
        (None, None, {}),
    ],
)
def test_a_penalty_goes_once_to_each_province_that_it_concerns(
    district: District, registered: str | None, permit: dict[str, Any] | None, to: dict[str, str]
) -> None:
    told = forwarded(district, {**FIRM, "reg_adcode": registered}, permit=permit)
    assert {t["to_province"]: t["basis"] for t in told} == to
    assert len(told) == len(to)
    for one in told:
        matter = district.matter(one["meta"]["matter"])
        assert (matter.state, matter.holder) == ("forwarded", one["to_province"])
    district.check()


def test_a_firm_crosses_in_clear(district: District) -> None:
    (told,) = forwarded(district, {**FIRM, "reg_adcode": "330421", "uscc": USCC}, permit=PERMIT)
    assert (told["org_name"], told["uscc"], told["reg_adcode"]) == (FIRM["org_name"], USCC, "330421")
    assert (told["amount"], told["penalty_kinds"]) == (20_000, ["FINE", "WARNING"])
    assert (told["permit_no"], told["permit_issuer_adcode"]) == (PERMIT["permit_no"], "330482")


@pytest.mark.parametrize("party", [PERSON, VENDOR])
def test_a_person_or_an_individual_business_crosses_as_a_token(
    district: District, party: dict[str, Any]
) -> None:
    (told,) = forwarded(district, {**party, "reg_adcode": "330421", "uscc": USCC})
    assert (told["org_name"], told["uscc"], told["party_token"]) == (None, None, party["party_token"])


def test_a_permit_is_named_only_to_the_province_that_issued_it(district: District) -> None:
    told = forwarded(district, {**FIRM, "reg_adcode": "340200"}, permit=PERMIT)
    assert {t["to_province"]: t["permit_no"] for t in told} == {ANHUI: None, ZHEJIANG: PERMIT["permit_no"]}
