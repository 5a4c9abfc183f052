"""The register of agencies holds the district's agencies under codes of our own, and says so."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.agencies import AGENCIES, PLATFORM, Agency, Register
from schemas.domains import DOMAINS
from schemas.errors import Code, Refused
from schemas.identifiers import check_agency_code, check_region


def test_the_register_holds_35_agencies_three_provinces_and_the_platform() -> None:
    assert len(AGENCIES) == 39
    assert sum(each.code != PLATFORM for each in AGENCIES) == 38


def test_one_city_and_three_provinces_speak_for_the_delta() -> None:
    assert {each.code: (each.full_name_zh, each.region) for each in AGENCIES.with_standing("province")} == {
        "310000-CG01": ("上海市城市管理行政执法局", "310000"),
        "320000-ZJ01": ("江苏省住房和城乡建设厅", "320000"),
        "330000-ZJ01": ("浙江省住房和城乡建设厅", "330000"),
        "340000-ZJ01": ("安徽省住房和城乡建设厅", "340000"),
    }
    assert AGENCIES.with_standing("delta-gateway") == AGENCIES.with_standing("province")


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


def registered(**changed: Any) -> dict[str, Any]:
    """A record of `AgencyRegistered`: a town office that is not in the register."""
    return {
        "code": "310120-JD31",
        "slug": "fx-example",
        "name_zh": "示例街道",
        "full_name_zh": "示例街道办事处",
        "name_en": "Example Subdistrict Office",
        "standing": ["street"],
        "agency_region": "310120",
        "township_code9": "310120099",
        "procedure_rule_set": None,
        "note": None,
        **changed,
    }


def test_an_agency_that_registers_is_in_the_next_version_and_not_in_this_one() -> None:
    later = AGENCIES.with_agency(registered(procedure_rule_set="MOHURD"))
    assert later.version == AGENCIES.version + 1
    assert "310120-JD31" not in AGENCIES
    agency = later.by_township("310120099")
    assert agency is not None
    assert agency == later.get("310120-JD31")
    assert (agency.standing, agency.procedure_rule_set) == (frozenset({"street"}), "MOHURD")
    assert not agency.verified
    assert [each.code for each in later][:-1] == [each.code for each in AGENCIES]


def test_an_agency_that_registers_again_is_changed_in_its_place() -> None:
    before = AGENCIES.get("310120-JD11")
    changed = registered(
        code="310120-JD11", slug="fx-nanqiao", name_zh="南桥镇（更名）", township_code9="310120101"
    )
    later = AGENCIES.with_agency(changed)
    assert (later.version, len(later)) == (AGENCIES.version + 1, len(AGENCIES))
    assert [each.code for each in later] == [each.code for each in AGENCIES]
    assert later.name_zh("310120-JD11") == "南桥镇（更名）"
    assert later.by_township("310120101") == later.get("310120-JD11")
    assert AGENCIES.get("310120-JD11") == before


def test_an_agency_without_territory_may_register() -> None:
    assert len(AGENCIES.with_agency(registered(township_code9=None))) == len(AGENCIES) + 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": "310120-JD11", "slug": "fx-nanqiao", "township_code9": "310120102"}, "/township_code9"),
        ({"slug": "fx-cgzf"}, "/slug"),
        ({"township_code9": "310120101"}, "/township_code9"),
        ({"township_code9": "310114001"}, "/township_code9"),
        ({"standing": ["street", "platform"]}, "/standing"),
        ({"code": PLATFORM}, "/code"),
    ],
)
def test_an_agency_that_takes_what_is_anothers_is_refused_by_field(
    changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        AGENCIES.with_agency(registered(**changed))
    assert (refusal.value.code, refusal.value.field) == (Code.BAD_REFERENCE, field)
    assert refusal.value.detail_zh
    assert refusal.value.detail_en
