"""Simulated agencies are believable, cannot be taken for real ones, and say the same for the same seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from producers.gateway.checks import Doorway, Unfit, check
from producers.simulate import Answer, Plan, Planned, plan
from producers.simulate.data import load
from producers.simulate.parties import firm, person
from producers.simulate.places import STREETS
from producers.simulate.records import arriving, record_of
from schemas.agencies import AGENCIES
from schemas.codec import CODEC
from schemas.days import instant_of
from schemas.domains import DOMAINS
from schemas.identifiers import parse_matter_id
from schemas.numbers import check_citizen_id, check_uscc, parse_document_number

ROOT = Path(__file__).parents[3]
START = date(2026, 9, 1)
PLANNED = tuple(plan(7, 45, 60, START))


def parties(value: Any) -> list[dict[str, Any]]:
    """Every party of a request, wherever it stands."""
    if isinstance(value, dict):
        own = [value] if "party_type" in value else []
        return own + [party for part in value.values() for party in parties(part)]
    if isinstance(value, list):
        return [party for part in value for party in parties(part)]
    return []


def test_the_same_seed_gives_the_same_bytes() -> None:
    again = [each.as_json() for each in plan(7, 45, 60, START)]
    assert again == [each.as_json() for each in PLANNED]
    assert again != [each.as_json() for each in plan(8, 45, 60, START)]


@pytest.mark.parametrize("hashing", ["0", "4711"])
def test_the_same_seed_gives_the_same_bytes_in_every_process(hashing: str) -> None:
    program = (
        "from datetime import date\n"
        "from producers.simulate import plan\n"
        "for each in plan(7, 5, 60, date(2026, 9, 1)): print(each.as_json())"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONHASHSEED": hashing, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        check=True,
        capture_output=True,
    )
    ours = [each.as_json() for each in plan(7, 5, 60, START)]
    assert told.stdout.decode().splitlines() == ours


def test_a_plan_goes_forward_in_time_and_keeps_to_its_days() -> None:
    instants = [each.at for each in PLANNED]
    assert instants == sorted(instants)
    assert instant_of(START) <= instants[0]
    assert instants[-1] < instant_of(date(2026, 10, 16))


@pytest.mark.parametrize("per_day", [20, 200])
def test_a_plan_keeps_its_rate(per_day: int) -> None:
    working_days = 22  # of September 2026, 20 September among them
    days_off = 8
    facts = sum(1 for _ in plan(3, 30, per_day, START))
    assert 0.8 * per_day * working_days < facts < 1.3 * per_day * (working_days + 0.3 * days_off)


def test_facts_of_one_event_id_are_the_very_same() -> None:
    seen: dict[str, str] = {}
    for each in PLANNED:
        body = json.dumps(each.body)
        assert seen.setdefault(each.event_id, body) == body
        assert (each.answer is Answer.REPEATED) == (each.mistake == "posted-twice")


def test_two_seeds_number_their_matters_apart() -> None:
    ours = {each.matter for each in PLANNED if parse_matter_id(each.matter).day}
    theirs = {each.matter for each in plan(8, 45, 60, START) if parse_matter_id(each.matter).day}
    assert not ours & theirs


def test_every_number_has_its_right_check_character_and_is_nobodys() -> None:
    for each in PLANNED:
        if each.answer is Answer.TURNED_AWAY:
            continue
        for party in parties(each.body["data"]):
            if "uscc" in party:
                check_uscc(party["uscc"])
                assert party["uscc"][8:13] == "MADEM"
                assert party["org_name"].startswith("合成测试")
            if "id_number" in party:
                check_citizen_id(party["id_number"])
                # Kept for people of a hundred years and more, which none of these is.
                assert party["id_number"][14:17] in {"996", "997", "998", "999"}
                assert int(party["id_number"][6:10]) > 1980
            if "phone" in party:
                assert party["phone"].startswith("021-0")


def test_the_same_person_has_the_same_number_whenever_met() -> None:
    assert person(3) == person(3)
    assert firm(5, "310120", "01") == firm(5, "310120", "01")
    assert firm(5, "310120", "01")["uscc"] != firm(5, "310120", "02")["uscc"]
    by_number: dict[str, set[str]] = {}
    for each in PLANNED:
        for party in parties(each.body["data"]):
            if party.get("name") and each.answer is not Answer.TURNED_AWAY:
                by_number.setdefault(party["id_number"], set()).add(party["name"])
    assert {len(names) for names in by_number.values()} == {1}
    assert len(by_number) > 100


def test_documents_are_numbered_as_offices_number_them() -> None:
    letters = [each.body["data"]["transfer_doc"] for each in PLANNED if each.fact == "ClueTransferred"]
    numbers = [parse_document_number(letter["doc_no"]) for letter in letters]
    assert {each.year for each in numbers} == {2026}
    assert len({letter["doc_no"] for letter in letters}) > 0.9 * len(letters)


def test_a_clue_is_meant_for_the_street_in_which_it_happened() -> None:
    by_township = {each.township_code9: each.code for each in STREETS}
    ordinary = [
        each
        for each in PLANNED
        if each.fact == "ClueTransferred"
        and not each.mistake
        and each.body["data"]["jurisdiction_claim"] == "CLEAR"
        and each.body["data"]["location"]["road_class"] != "CITY_MANAGED"
        and each.body["data"]["location"]["adcode6"] == "310120"
    ]
    assert len(ordinary) > 100
    for each in ordinary:
        township = each.body["data"]["location"]["township_code9"]
        assert each.body["addressed_to"] == [by_township[township]]
        department = AGENCIES.get(each.agency)
        assert department is not None
        competent = DOMAINS[each.body["data"]["domain_code"]].departments
        assert "department" in department.standing
        assert not competent or department.standing & set(competent)


def test_every_domain_has_its_causes_which_cite_no_article() -> None:
    content = load("causes.yaml")
    assert {cause["domain"] for cause in content["causes"]} == set(DOMAINS)
    assert len({cause["code"] for cause in content["causes"]}) == len(content["causes"])
    for cause in content["causes"]:
        assert cause["code"].startswith(f"{cause['domain']}000")  # no law's number is invented
        assert len(cause["texts"]) >= 2
        assert min(len(text) for text in cause["texts"]) >= 20  # 案情概述不少于 20 字
    cited = [
        law
        for each in PLANNED
        if each.fact == "PenaltyDecided"
        for law in each.body["data"]["penalised_under"]
    ]
    assert not any(law["verified"] for law in cited)


def test_whole_lives_and_the_mistakes_of_people_are_in_a_plan() -> None:
    facts = Counter(each.fact for each in PLANNED)
    mistakes = {each.mistake for each in PLANNED}
    assert facts.keys() >= {
        "AssistanceAccepted", "AssistanceCatalogPublished", "AssistanceOpinionProvided",
        "AssistanceRequested", "CaseFiled", "CaseTransferObjected", "ClueClosed",
        "ClueDispositionFedBack", "ClueForwarded", "ClueJurisdictionDisputed", "ClueReceived",
        "ClueRegistered", "ClueSupplemented", "ClueTransferred", "ClueTriageReceived",
        "ClueTriaged", "ClueVerificationExtended", "ClueVerified", "DeltaClueTransferred",
        "DeltaWarningAcknowledged", "DeltaWarningIssued", "JurisdictionDesignated",
        "JurisdictionDesignationRequested", "NotificationAcknowledged",
        "OutOfJurisdictionPermitViolationNotified", "PenaltyDecided", "PenaltyDigestSent",
        "PermitInfoNotified", "SupervisionInfoNotified",
    }  # fmt: skip
    assert mistakes >= {
        "missing-element", "wrong-street", "second-hand-over", "late-signing", "posted-twice",
        "wrong-check-digit", "somebody-elses-clue", "end-before-begin",
    }  # fmt: skip


def test_the_door_takes_what_is_planned_and_turns_away_what_is_planned_to_be() -> None:
    for each in PLANNED:
        doorway = Doorway(each.agency, each.at, simulated=True)
        if each.answer is Answer.TURNED_AWAY:
            with pytest.raises(Unfit) as unfit:
                check(dict(each.body), each.event_id, doorway)
            assert [refused.code for refused in unfit.value.found] == [each.code]
        else:
            check(dict(each.body), each.event_id, doorway)


def test_the_fast_way_makes_the_records_that_the_door_makes() -> None:
    for each in arriving(PLANNED):
        draft = check(dict(each.body), each.event_id, Doorway(each.agency, each.at, simulated=True))
        # The door tells sensitivity by whom the fact names; nothing else is its own.
        meta = record_of(each)["meta"] | {"sensitivity": draft.record["meta"]["sensitivity"]}
        assert record_of(each) | {"meta": meta} == draft.record
        assert each.fact in CODEC.names


def test_without_time_nothing_is_planned_that_needs_it_to_pass() -> None:
    untimed = list(Plan(seed=7, start=START, days=35, per_day=60, timed=False))
    assert not [each for each in untimed if each.fact == "PenaltyDigestSent"]
    closed = [each.body["data"]["reason"] for each in untimed if each.fact == "ClueClosed"]
    assert "NOT_SUPPLEMENTED" not in closed


def test_a_plan_that_joins_a_month_leaves_its_digests_to_others() -> None:
    joined = list(Plan(seed=7, start=START, days=65, per_day=60, joins=True))
    months = {each.body["data"]["month"] for each in joined if each.fact == "PenaltyDigestSent"}
    assert months == {"2026-10"}


def test_what_is_planned_is_plain_to_see() -> None:
    first: Planned = PLANNED[0]
    told = json.loads(first.as_json())
    assert (told["at"], told["agency"], told["answer"]) == (
        "2026-09-01T00:00:00+08:00",
        "310120-CG01",
        "admitted",
    )
