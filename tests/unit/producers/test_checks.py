"""What the door refuses, where it says it is, and what it fills in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from producers.gateway.checks import Doorway, Draft, Unfit, check, number
from producers.gateway.kinds import STATABLE
from producers.testing import SPEAKERS
from schemas.errors import Code
from schemas.identifiers import make_event_id

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[[str], dict[str, Any]]

TEN = b"0123456789"


def passed(value: object, doorway: Doorway) -> Draft:
    return check(value, make_event_id(doorway.now, TEN), doorway)


def refused(value: object, doorway: Doorway) -> dict[str, Code]:
    with pytest.raises(Unfit) as caught:
        passed(value, doorway)
    for each in caught.value.found:
        assert each.detail_zh or each.entry.title_zh
        assert each.entry.remedy_zh
        assert each.entry.remedy_en
    return {each.field: each.code for each in caught.value.found}


@pytest.mark.parametrize("name", STATABLE)
def test_every_example_passes(name: str, submission: Make, doorway: Doorway) -> None:
    draft = passed(submission(name), replace(doorway, agency=SPEAKERS[name]))
    assert draft.name == name
    assert draft.record["meta"]["agency"] == SPEAKERS[name]


def test_facts_that_the_platform_states_are_not_taken_from_an_agency(
    submission: Make, doorway: Doorway
) -> None:
    for name in ("FactRouted", "DeadlineBreached", "PenaltyCounted", "ClueCaseProgressed"):
        assert refused(submission("ClueReceived") | {"type": name}, doorway) == {"/type": Code.PLATFORM_FACT}


def test_an_unknown_fact_is_refused_with_the_nearest_names(submission: Make, doorway: Doorway) -> None:
    with pytest.raises(Unfit) as caught:
        passed(submission("ClueReceived") | {"type": "ClueRecieved"}, doorway)
    (only,) = caught.value.found
    assert only.code is Code.UNKNOWN_FACT
    assert "nearest: ClueReceived" in only.detail_en


def test_all_errors_are_told_at_once_each_at_its_field(submission: Make, doorway: Doorway) -> None:
    value = submission("ClueTransferred")
    del value["data"]["location"]
    value["data"]["urgency"] = "P9"
    value["data"]["evidence"][0]["sm3"] = 3
    value["data"]["fact"]["domain_code"] = "99"
    value["data"]["transfer_doc"]["issuer"] = "区\n水务局"
    value["data"]["weather"] = "雨"
    value["occurred_at"] = "2026-09-08"
    value["addressed_to"] = ["310120-XX99"]
    assert refused(value, doorway) == {
        "/data/location": Code.MISSING_FIELD,
        "/data/urgency": Code.UNKNOWN_SYMBOL,
        "/data/evidence/0/sm3": Code.WRONG_TYPE,
        "/data/fact/domain_code": Code.BAD_FORMAT,
        "/data/transfer_doc/issuer": Code.CONTROL_CHARACTER,
        "/data/weather": Code.UNKNOWN_FIELD,
        "/occurred_at": Code.BAD_FORMAT,
        "/addressed_to/0": Code.UNKNOWN_RECIPIENT,
    }


def test_a_missing_element_of_a_clue_is_no_reason_to_refuse_it(submission: Make, doorway: Doorway) -> None:
    """沪奉府办发〔2024〕17号 四(四): what is missing is asked for, the clue keeps its number."""
    value = submission("ClueTransferred")
    for element in ("violation_time", "suspected_party", "fact", "management_notice_records", "evidence"):
        del value["data"][element]
    assert passed(value, doorway).record["evidence"] is None


@pytest.mark.parametrize("value", [None, 3, "x", [], [{}]])
def test_a_fact_is_an_object(value: object, doorway: Doorway) -> None:
    assert refused(value, doorway) == {"": Code.WRONG_TYPE}


def test_nobody_speaks_for_another(submission: Make, doorway: Doorway) -> None:
    value = submission("ClueTransferred") | {"agency": "310120-JD11"}
    assert refused(value, doorway) == {"/agency": Code.AGENCY_MISMATCH}
    assert passed(submission("ClueTransferred") | {"agency": "310120-ZG04"}, doorway).name


def test_a_clue_is_opened_under_the_code_of_its_own_agency(submission: Make, doorway: Doorway) -> None:
    value = submission("ClueTransferred") | {"matter": "XS-310120-ZG04-20260908-000123-2"}
    assert passed(value, doorway).record["meta"]["matter"] == "XS-310120-ZG04-20260908-000123-2"
    assert refused(value, replace(doorway, agency="310120-JD11")) == {"/matter": Code.MATTER_OF_ANOTHER}


def test_a_mistyped_matter_fails_its_check_character(submission: Make, doorway: Doorway) -> None:
    value = submission("ClueReceived") | {"matter": "XS-310120-ZG04-20260908-000132-2"}
    assert refused(value, doorway) == {"/matter": Code.BAD_MATTER_ID}


def test_a_fact_that_opens_nothing_must_name_its_matter(submission: Make, doorway: Doorway) -> None:
    value = submission("ClueReceived")
    del value["matter"]
    assert refused(value, doorway) == {"/matter": Code.MISSING_FIELD}


@pytest.mark.parametrize(
    "event_id", ["", "x", "01998AB0-0000-7000-8000-000000000000", "3b241101-e2bb-4255-8caf-4136c566a962"]
)
def test_an_event_id_is_a_uuidv7_in_lower_case(event_id: str, submission: Make, doorway: Doorway) -> None:
    value = submission("ClueTransferred") | {"event_id": event_id}
    assert refused(value, doorway)["/event_id"] is Code.BAD_EVENT_ID


def test_an_event_id_may_be_five_minutes_ahead_and_not_more(submission: Make, doorway: Doorway) -> None:
    minute = 60_000_000
    near = submission("ClueTransferred") | {"event_id": make_event_id(doorway.now + 4 * minute, TEN)}
    far = submission("ClueTransferred") | {"event_id": make_event_id(doorway.now + 6 * minute, TEN)}
    assert passed(near, doorway).name
    assert refused(far, doorway) == {"/event_id": Code.EVENT_ID_IN_FUTURE}
    assert passed(far, replace(doorway, simulated=True)).name


@pytest.mark.parametrize("simulated", [True, False])
def test_what_has_not_happened_yet_is_no_fact(submission: Make, doorway: Doorway, *, simulated: bool) -> None:
    here = replace(doorway, simulated=simulated)
    assert passed(submission("ClueTransferred") | {"occurred_at": "2026-10-12T18:04:59+08:00"}, here).name
    late = submission("ClueTransferred") | {"occurred_at": "2026-10-12T18:05:01+08:00"}
    assert refused(late, here) == {"/occurred_at": Code.OCCURRED_IN_FUTURE}


def test_what_lies_across_fields_is_checked_too(submission: Make, doorway: Doorway) -> None:
    value = submission("ClueTransferred")
    value["data"]["violation_time"] |= {"start": "2026-09-07T21:00:00+08:00"}
    value["data"]["location"]["township_code9"] = "310114102"
    value["data"]["suspected_party"]["id_number"] = "110105194912310021"
    value["data"]["suspected_party"]["uscc"] = "91310120MADEM0011X"
    value["data"]["suspected_party"]["party_token"] = "P-somebody-else"
    value["data"]["evidence"][0]["collected_at"] = "2027-09-07T20:41:00+08:00"
    assert refused(value, doorway) == {
        "/data/violation_time/end": Code.PERIOD_REVERSED,
        "/data/location/township_code9": Code.BAD_REGION,
        "/data/suspected_party/id_number": Code.BAD_CITIZEN_ID,
        "/data/suspected_party/uscc": Code.BAD_USCC,
        "/data/suspected_party/party_token": Code.UNKNOWN_FIELD,
        "/data/evidence/0/collected_at": Code.DATE_IN_FUTURE,
    }


def test_no_answer_repeats_an_identity_number(submission: Make, doorway: Doorway) -> None:
    value = submission("ClueTransferred")
    value["data"]["suspected_party"]["id_number"] = "110105194912310021"
    with pytest.raises(Unfit) as caught:
        passed(value, doorway)
    assert "110105194912310021" not in str(caught.value)


def test_the_door_completes_what_follows_from_token_and_content(submission: Make, doorway: Doorway) -> None:
    value = submission("ClueTransferred") | {"matter": "XS-310120-ZG04-20260908-000123-2"}
    for name in ("role", "region", "sensitivity", "legal_basis"):
        del value[name]
    meta = passed(value, doorway).record["meta"]
    assert meta["agency"] == "310120-ZG04"
    assert meta["region"] == "310120101"
    assert meta["correlation_id"] == "XS-310120-ZG04-20260908-000123-2"
    assert meta["role"] == "UNKNOWN"
    assert meta["sensitivity"] == "L3"


def test_a_clue_without_a_number_gets_the_one_that_the_door_gives(submission: Make, doorway: Doorway) -> None:
    draft = passed(submission("ClueTransferred"), doorway)
    assert draft.unnumbered
    meta = number(draft, "XS-310120-ZG04-20260908-000123-2").record["meta"]
    assert meta["matter"] == meta["correlation_id"] == "XS-310120-ZG04-20260908-000123-2"


def test_members_of_meta_stand_outside_data(submission: Make, doorway: Doorway) -> None:
    value = submission("ClueReceived") | {"operater": "x"}
    value["data"]["meta"] = {}
    assert refused(value, doorway) == {"/operater": Code.UNKNOWN_FIELD, "/data/meta": Code.UNKNOWN_FIELD}


@pytest.mark.parametrize("operator", ["张三", "李四 Lisi", "op\u202e1"])
def test_an_officer_is_known_by_a_pseudonym_and_never_by_name(
    operator: str, submission: Make, doorway: Doorway
) -> None:
    """It stands in clear for ever."""
    found = refused(submission("ClueTransferred") | {"operator": operator}, doorway)
    assert found["/operator"] is Code.NATURAL_PERSON_IN_CLEAR
