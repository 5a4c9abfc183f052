"""About which matter a fact is, and what the door fills in for each kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from producers.gateway.checks import Doorway, Draft, Unfit, check, number
from producers.gateway.kinds import FIXED, KINDS, OPENING, STATABLE
from producers.testing import ABSENT, SPEAKERS, submission
from schemas.errors import Code
from schemas.identifiers import make_event_id, make_matter_id

if TYPE_CHECKING:
    from schemas.identifiers import MatterKind

DAY = date(2026, 9, 8)


def passed(doorway: Doorway, name: str, **members: Any) -> Draft:
    speaker = replace(doorway, agency=SPEAKERS[name])
    return check(submission(name, **members), make_event_id(doorway.now, b"0123456789"), speaker)


def matter_of(kind: MatterKind | str, agency: str) -> str:
    return make_matter_id(kind, agency, DAY, 77)


@pytest.mark.parametrize("name", sorted(OPENING))
def test_the_door_numbers_every_fact_that_opens_a_matter(name: str, doorway: Doorway) -> None:
    draft = passed(doorway, name, matter=ABSENT)
    assert draft.unnumbered
    given = matter_of(OPENING[name], SPEAKERS[name])
    meta = number(draft, given).record["meta"]
    assert meta["matter"] == meta["correlation_id"] == given
    assert not passed(doorway, name, matter=given).unnumbered


@pytest.mark.parametrize("name", sorted(FIXED))
def test_reference_data_of_a_kind_has_one_matter_which_nobody_need_name(name: str, doorway: Doorway) -> None:
    draft = passed(doorway, name)
    assert not draft.unnumbered
    assert draft.record["meta"]["matter"] == FIXED[name]
    assert passed(doorway, name, matter=FIXED[name]).record == draft.record
    with pytest.raises(Unfit) as caught:
        passed(doorway, name, matter=matter_of("CK", SPEAKERS[name]))
    (only,) = caught.value.found
    assert (only.code, only.field) == (Code.MATTER_KIND_DIFFERS, "/matter")
    assert FIXED[name] in only.detail_en


@pytest.mark.parametrize("name", sorted(set(STATABLE) - FIXED.keys()))
def test_a_fact_is_about_the_kinds_that_its_contract_names_and_no_other(name: str, doorway: Doorway) -> None:
    for kind in KINDS[name]:
        assert passed(doorway, name, matter=matter_of(kind, SPEAKERS[name])).name == name
    with pytest.raises(Unfit) as caught:
        passed(doorway, name, matter=matter_of("SH", SPEAKERS[name]))
    assert [(each.code, each.field) for each in caught.value.found] == [(Code.MATTER_KIND_DIFFERS, "/matter")]


def test_the_region_is_that_of_the_place_or_else_of_who_speaks(doorway: Doorway) -> None:
    def region(name: str) -> str:
        return str(passed(doorway, name, region=ABSENT).record["meta"]["region"])

    assert region("SupervisionInfoNotified") == "310120101"
    assert region("AssistanceAccepted") == "310120"
    assert region("AssistanceRequested") == "310120101"
    assert region("DeltaWarningIssued") == "310000"


def test_what_goes_to_another_province_may_travel_there_unless_its_sender_says_less(doorway: Doorway) -> None:
    def scope(name: str, **members: Any) -> str:
        return str(passed(doorway, name, **members).record["meta"]["scope"])

    assert scope("DeltaClueTransferred", scope=ABSENT) == "DELTA"
    assert scope("DeltaClueTransferred", scope="PROVINCE") == "PROVINCE"
    assert scope("PermitInfoNotified") == "DISTRICT"


def test_a_fact_that_names_a_person_under_any_name_is_sensitive(doorway: Doorway) -> None:
    def level(name: str, **members: Any) -> str:
        return str(passed(doorway, name, **members).record["meta"]["sensitivity"])

    assert level("CaseFiled") == "L3"
    assert level("PermitInfoNotified") == "L2"
    assert level("PermitInfoNotified", sensitivity="L1") == "L1"
