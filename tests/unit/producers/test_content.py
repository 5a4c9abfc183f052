"""Checks on content hold wherever a contract has such a part, under any name and at any depth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from producers.gateway.checks import Doorway, Unfit, check
from producers.testing import SPEAKERS, body, business, evidence, firm, person, place, submission
from schemas.agencies import AGENCIES, Agency, Register
from schemas.errors import Code
from schemas.identifiers import make_event_id

if TYPE_CHECKING:
    from collections.abc import Mapping

TOMORROW = "2026-10-13T18:00:00+08:00"
WRONG_ID = "110105194912310021"
WRONG_USCC = "91310120MADEM0011X"
PERMIT = "OutOfJurisdictionPermitViolationNotified"


@pytest.fixture
def here(doorway: Doorway) -> Doorway:
    """A simulated door on the evening of 2026-10-12."""
    return replace(doorway, simulated=True)


def found(here: Doorway, name: str, data: Mapping[str, Any] | None = None, **members: Any) -> dict[str, Code]:
    """What the door finds wrong with an example, changed so, by field; empty if it takes it."""
    value = submission(name, data=data, **members)
    try:
        check(value, make_event_id(here.now, b"0123456789"), replace(here, agency=SPEAKERS[name]))
    except Unfit as unfit:
        return {each.field: each.code for each in unfit.found}
    return {}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("ClueTransferred", "suspected_party"),
        ("ClueSupplemented", "suspected_party"),
        ("PermitInfoNotified", "holder"),
        ("SupervisionInfoNotified", "object"),
        (PERMIT, "party"),
        ("CaseFiled", "party"),
        ("PenaltyDecided", "party"),
    ],
)
def test_a_party_is_checked_under_every_name(name: str, field: str, here: Doorway) -> None:
    assert found(here, name, {field: person()}) == {}
    assert found(here, name, {field: business()}) == {}
    assert found(here, name, {field: person(id_number=WRONG_ID)}) == {
        f"/data/{field}/id_number": Code.BAD_CITIZEN_ID
    }
    assert found(here, name, {field: firm(WRONG_USCC)}) == {f"/data/{field}/uscc": Code.BAD_USCC}
    assert found(here, name, {field: firm(party_token="U-91310120MADEM0011E")}) == {
        f"/data/{field}/party_token": Code.UNKNOWN_FIELD
    }


@pytest.mark.parametrize(
    "name",
    [
        "ClueRegistered",
        "ClueTransferred",
        "PermitInfoNotified",
        "SupervisionInfoNotified",
        PERMIT,
        "CaseFiled",
    ],
)
def test_a_township_lies_in_its_county_and_the_region_is_that_of_the_place(name: str, here: Doorway) -> None:
    elsewhere = place() | {"township_code9": "310114102"}
    assert found(here, name, {"location": elsewhere}) == {"/data/location/township_code9": Code.BAD_REGION}
    community = place(community_code12="310120102001")
    assert found(here, name, {"location": community}) == {"/data/location/community_code12": Code.BAD_REGION}
    assert found(here, name, {"location": place("310120102")}) == {"/region": Code.BAD_REGION}
    assert found(here, name, {"location": place("310120102")}, region="310120") == {}


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("ClueRegistered", {"found_at": TOMORROW}, "/data/found_at"),
        ("ClueVerified", {"verified_at": TOMORROW}, "/data/verified_at"),
        ("CaseFiled", {"filed_at": TOMORROW}, "/data/filed_at"),
        ("PenaltyDecided", {"decided_at": TOMORROW}, "/data/decided_at"),
        ("PermitInfoNotified", {"decided_at": TOMORROW}, "/data/decided_at"),
        ("ClueTriaged", {"site_check_evidence": [evidence(collected_at=TOMORROW)]}, ""),
        ("AssistanceRequested", {"materials": [evidence(collected_at=TOMORROW)]}, ""),
        (
            "AssistanceExtended",
            {"doc": {"doc_no": "1", "doc_type": "OTHER", "issued_at": TOMORROW}},
            "/data/doc/issued_at",
        ),
        (
            "DeltaWarningIssued",
            {"period": {"start": "2026-10-01T00:00:00+08:00", "end": TOMORROW}},
            "/data/period/end",
        ),
    ],
)
def test_what_has_happened_does_not_lie_ahead(
    name: str, data: dict[str, Any], field: str, here: Doorway
) -> None:
    (where,) = (told := found(here, name, data))
    assert told[where] is Code.DATE_IN_FUTURE
    assert where == (field or f"/data/{next(iter(data))}/0/collected_at")


def test_what_is_due_or_valid_may_lie_ahead(here: Doorway) -> None:
    assert found(here, "AssistanceExtended", {"new_reply_by": "2027-01-04"}) == {}
    assert found(here, "PermitInfoNotified", {"valid_from": "2026-12-01", "valid_to": "2027-12-01"}) == {}
    assert found(here, "DeltaWarningIssued", {"valid_until": "2027-12-01"}) == {}


def test_of_two_times_the_later_does_not_come_first(here: Doorway) -> None:
    assert found(here, "PermitInfoNotified", {"valid_from": "2026-12-01", "valid_to": "2026-11-30"}) == {
        "/data/valid_to": Code.PERIOD_REVERSED
    }
    assert found(here, "PenaltyDecided", {"filed_at": "2026-09-09T00:00:00+08:00"}) == {
        "/data/decided_at": Code.PERIOD_REVERSED
    }
    items = body("AssistanceCatalogPublished")["items"]
    items[1] |= {"valid_from": "2026-09-02", "valid_to": "2026-09-01"}
    assert found(here, "AssistanceCatalogPublished", {"items": items}) == {
        "/data/items/1/valid_to": Code.PERIOD_REVERSED
    }


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("ClueTriaged", {"assigned_agency": "310120-XX99"}, "/data/assigned_agency"),
        ("ClueForwarded", {"assigned_agency": "南桥镇"}, "/data/assigned_agency"),
        ("JurisdictionDesignated", {"designated_agency": "310120-XX99"}, "/data/designated_agency"),
        ("JurisdictionDesignationRequested", {"parties": ["310120-JD11", "x"]}, "/data/parties/1"),
        ("AssistanceDeclined", {"competent_agency": "310120-XX99"}, "/data/competent_agency"),
        ("PenaltyDigestSent", {"department": "310120-XX99"}, "/data/department"),
        (
            "ClueJurisdictionDisputed",
            {"claims": [{"agency": "310120-XX99", "claims": True, "reason": "x"}]},
            "/data/claims/0/agency",
        ),
        (
            "ClueVerified",
            {"evidence": [evidence(collector_agency="x")]},
            "/data/evidence/0/collector_agency",
        ),
    ],
)
def test_an_agency_that_is_named_is_in_the_register(
    name: str, data: dict[str, Any], field: str, here: Doorway
) -> None:
    assert found(here, name, data) == {field: Code.UNKNOWN_AGENCY}


def test_an_agency_is_known_from_the_register_that_is_in_force(here: Doorway) -> None:
    new = Agency(
        code="310120-JD31",
        slug="fx-new",
        name_zh="新街道",
        full_name_zh="新街道办事处",
        name_en="New Subdistrict",
        standing=frozenset({"street"}),
        region="310120",
    )
    data, members = {"designated_agency": new.code}, {"addressed_to": [new.code]}
    assert found(here, "JurisdictionDesignated", data, **members) == {
        "/data/designated_agency": Code.UNKNOWN_AGENCY,
        "/addressed_to/0": Code.UNKNOWN_RECIPIENT,
    }
    grown = Register(2, (*AGENCIES.agencies, new))
    assert found(replace(here, register=grown), "JurisdictionDesignated", data, **members) == {}


def test_a_reference_to_a_matter_is_well_formed_and_of_the_kind_it_means(here: Doorway) -> None:
    clue, case = "XS-310120-ZG04-20260908-000123-2", "AJ-310120-JD11-20260908-000045-C"
    assert found(here, "CaseFiled", {"clue_refs": [clue, "XS-310120-ZG04-20260908-000123-3"]}) == {
        "/data/clue_refs/1": Code.BAD_MATTER_ID
    }
    assert found(here, "PenaltyDecided", {"clue_refs": [case], "assist_refs": [clue]}) == {
        "/data/clue_refs/0": Code.MATTER_KIND_DIFFERS,
        "/data/assist_refs/0": Code.MATTER_KIND_DIFFERS,
    }
    assert found(here, "DeltaClueTransferred", {"clue_ref": "none"}) == {"/data/clue_ref": Code.BAD_MATTER_ID}


@pytest.mark.parametrize("party_type", ["NATURAL_PERSON", "INDIVIDUAL_BUSINESS", "UNIDENTIFIED", "UNKNOWN"])
def test_only_a_firm_goes_to_another_province_by_its_name(party_type: str, here: Doorway) -> None:
    token = "P-" + "0" * 32
    assert found(here, "DeltaClueTransferred", {"party_type": party_type, "party_token": token}) == {
        "/data/org_name": Code.NATURAL_PERSON_IN_CLEAR,
        "/data/uscc": Code.NATURAL_PERSON_IN_CLEAR,
    }
    alone = {"party_type": party_type, "party_token": token, "org_name": None, "uscc": None}
    assert found(here, "DeltaClueTransferred", alone) == {}


def test_a_pseudonym_is_no_place_for_a_name(here: Doorway) -> None:
    alone = {"party_type": "NATURAL_PERSON", "party_token": "张三", "org_name": None, "uscc": None}
    assert found(here, "DeltaClueTransferred", alone) == {"/data/party_token": Code.NATURAL_PERSON_IN_CLEAR}
    other = {"party_token": "U-91310120MADEM0011E"}
    assert found(here, "DeltaClueTransferred", other) == {"/data/uscc": Code.BAD_USCC}


def test_a_digest_names_persons_by_pseudonyms_alone(here: Doorway) -> None:
    cases = body("PenaltyDigestSent")["cases"]
    cases[0] |= {"party_token": "P-" + "0" * 32}
    assert found(here, "PenaltyDigestSent", {"cases": cases}) == {
        "/data/cases/0/uscc": Code.NATURAL_PERSON_IN_CLEAR
    }
    cases[0] |= {"uscc": None}
    assert found(here, "PenaltyDigestSent", {"cases": cases}) == {}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("DeltaClueTransferred", "summary_public"),
        ("DeltaWarningIssued", "stats_zh"),
        ("PermitInfoNotified", "scope_text"),
        ("RuleVersionPublished", "notes"),
    ],
)
def test_prose_in_clear_holds_no_number_by_which_a_person_is_known(
    name: str, field: str, here: Doorway
) -> None:
    for text in ("当事人11010519491231002X驾车", "11010519491231002x", "联系电话13812345678。"):
        assert found(here, name, {field: text}) == {f"/data/{field}": Code.NATURAL_PERSON_IN_CLEAR}
    for text in ("共查处123456789012345678件", "编号113812345678", "11010519491231002XY"):
        assert found(here, name, {field: text}) == {}


def test_no_number_comes_twice_in_a_list(here: Doorway) -> None:
    assert found(here, "ClueVerified", {"evidence": [evidence("E-1"), evidence("E-2"), evidence("E-1")]}) == {
        "/data/evidence/2/evidence_id": Code.CONTRACT_VIOLATION
    }
    questions = [{"q_no": 1, "text": "一？"}, {"q_no": 1, "text": "二？"}]
    assert found(here, "AssistanceRequested", {"questions": questions}) == {
        "/data/questions/1/q_no": Code.CONTRACT_VIOLATION
    }


def test_amounts_and_counts_are_not_negative(here: Doorway) -> None:
    penalties = [{"kind": "FINE", "amount": -1}]
    assert found(here, "PenaltyDecided", {"penalties": penalties}) == {
        "/data/penalties/0/amount": Code.OUT_OF_RANGE
    }
    totals = {"key": "all", "count": -1, "amount": 0}
    assert found(here, "PenaltyDigestSent", {"totals": totals}) == {"/data/totals/count": Code.OUT_OF_RANGE}


def test_the_door_alone_measures_a_text(here: Doorway) -> None:
    fact = body("ClueTransferred")["fact"] | {"summary_length": 400}
    assert found(here, "ClueTransferred", {"fact": fact}) == {"/data/fact/summary_length": Code.UNKNOWN_FIELD}


def test_a_summary_that_is_too_short_is_no_reason_to_refuse_a_clue(here: Doorway) -> None:
    """沪奉府办发〔2024〕17号 四(四): an element that falls short is asked for, the clue keeps its number."""
    fact = body("ClueTransferred")["fact"] | {"summary": "倾倒垃圾"}
    assert found(here, "ClueTransferred", {"fact": fact}) == {}
