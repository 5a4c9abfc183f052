"""The register of agencies holds the district's agencies under codes of our own, and says so."""

from __future__ import annotations

import pytest

from schemas.agencies import AGENCIES, PLATFORM, Agency, Register
from schemas.domains import DOMAINS
from schemas.identifiers import check_agency_code, check_region


def test_the_register_holds_35_agencies_and_the_platform() -> None:
    assert len(AGENCIES) == 36
    assert sum(each.code != PLATFORM for each in AGENCIES) == 35


def test_every_code_and_region_is_well_formed_and_none_claims_to_be_verified() -> None:
    for each in AGENCIES:
        check_agency_code(each.code)
        check_region(each.region)
        if each.township_code9:
            check_region(each.township_code9, each.region)
        assert each.standing
        assert not each.verified


@pytest.mark.parametrize(
    ("township", "code", "name"),
    [
        ("310120001", "310120-JD01", "西渡街道"),
        ("310120002", "310120-JD02", "奉浦街道"),
        ("310120003", "310120-JD03", "金海街道"),
        ("310120101", "310120-JD11", "南桥镇"),
        ("310120102", "310120-JD12", "奉城镇"),
        ("310120104", "310120-JD13", "庄行镇"),
        ("310120106", "310120-JD14", "金汇镇"),
        ("310120109", "310120-JD15", "四团镇"),
        ("310120111", "310120-JD16", "青村镇"),
        ("310120118", "310120-JD17", "柘林镇"),
        ("310120123", "310120-JD18", "海湾镇"),
    ],
)
def test_a_township_code_leads_to_its_street_or_town(township: str, code: str, name: str) -> None:
    agency = AGENCIES.by_township(township)
    assert agency is not None
    assert (agency.code, agency.name_zh) == (code, name)
    assert "street" in agency.standing
    assert agency.procedure_rule_set == "MOHURD"


def test_the_tourism_zone_has_a_territory_but_no_standing_to_enforce_yet() -> None:
    agency = AGENCIES.by_township("310120503")
    assert agency is not None
    assert agency.standing == {"zone"}
    assert agency.procedure_rule_set == ""


def test_the_water_bureau_is_a_department_and_one_desk_triages() -> None:
    water = AGENCIES.get("310120-ZG04")
    assert water is not None
    assert water.name_zh == "区水务局"
    assert {"department", "water"} <= water.standing
    assert [each.code for each in AGENCIES.with_standing("triage-desk", "310120")] == ["310120-CG01"]


def test_what_the_register_lacks_is_none_and_is_shown_by_its_code() -> None:
    assert AGENCIES.get("310120-ZG99") is None
    assert AGENCIES.by_township("310114001") is None
    assert "310120-ZG99" not in AGENCIES
    assert AGENCIES.name_zh("310120-ZG99") == "310120-ZG99"
    assert AGENCIES.name_zh("310120-JD11") == "南桥镇"


def test_two_agencies_may_not_share_a_code() -> None:
    agency = Agency(
        code="310120-JD11",
        slug="a",
        name_zh="甲",
        full_name_zh="甲",
        name_en="A",
        standing=frozenset({"street"}),
        region="310120",
    )
    with pytest.raises(ValueError, match="share"):
        Register(1, (agency, agency))


def test_there_are_nine_domains_and_their_departments_are_in_the_register() -> None:
    assert list(DOMAINS) == [f"0{n}" for n in range(1, 10)]
    assert DOMAINS["04"].zh == "水务（河道）"
    for domain in DOMAINS.values():
        for standing in domain.departments:
            assert len(AGENCIES.with_standing(standing, "310120")) == 1
