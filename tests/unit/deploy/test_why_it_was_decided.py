"""`liandong explain` tells why: rule, edition, article, what else was considered, what came of it."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from deploy.explaining import NotInLedger, explain, story_of
from deploy.explaining.telling import lines
from processors.model import Rules
from processors.owner.force import Base
from processors.rulebook.library import Library
from processors.testing import Town
from producers.simulate import Answer, Plan
from producers.simulate.records import arriving, opaque, record_of
from schemas.agencies import AGENCIES
from schemas.calendar import CALENDAR
from schemas.days import instant_of
from schemas.seal import SealKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from backbone.records import LedgerRecord
    from producers.simulate import Planned

START = date(2026, 9, 1)
PLAN = tuple(arriving(Plan(seed=5, days=40, per_day=40, start=START)))


@cache
def base(*packs: str) -> Base:
    library = Library.load(packs or ("national", "delta", "fengxian"))
    return Base(Rules(library.own, CALENDAR, AGENCIES, simulated=True, carried=library.hashes), library)


@cache
def ledger() -> tuple[LedgerRecord, ...]:
    town = Town(base(), instant_of(START))
    for planned in PLAN:
        town.advance(planned.at)
        town.post(planned.fact, opaque(planned.fact, record_of(planned)))
    return tuple(record for partition in town.partitions for record in partition.ledger)


def explained(event_id: str) -> dict[str, Any]:
    told = explain(story_of(event_id, ledger()), base())
    loaded: dict[str, Any] = json.loads(json.dumps(told, ensure_ascii=False))
    return loaded


def stated(fact: str, such: Callable[[Planned], bool] = lambda _: True) -> dict[str, Any]:
    """Explain the first planned fact of a type that was admitted."""
    planned = next(p for p in PLAN if p.fact == fact and p.answer is Answer.ADMITTED and such(p))
    return explained(planned.event_id)


def derived(fact: str, rule: str = "") -> dict[str, Any]:
    """Explain the first fact of the platform's own of that type (and rule)."""
    seals = (record.seal.matter for record in ledger())
    return explained(next(s.event_id for s in seals if s.fact_type == fact and rule in {"", s.rule}))


def ordinary(planned: Planned) -> bool:
    data = planned.body["data"]
    return not planned.mistake and data["jurisdiction_claim"] == "CLEAR" and data["domain_code"] == "04"


def test_a_clue_is_explained_by_the_rule_that_sent_it_and_those_that_did_not() -> None:
    told = stated("ClueTransferred", ordinary)
    assert told["admission"]["procedure"] == "clue-transfer@1"
    assert (told["admission"]["from_zh"], told["admission"]["to_zh"]) == ("新事项", "已移送")
    assert told["routing"]["rule"] == "R-10@1"
    assert told["routing"]["law"]["quote"] == "一般情况下直接移送街镇"
    considered = {each["rule"]: each for each in told["routing"]["considered"]}
    assert considered["R-06@1"]["held"] is False
    assert "condition does not hold" in considered["R-06@1"]["why"]
    assert considered["R-10@1"]["would_send_to"] == told["routing"]["to"]


def test_a_disputed_clue_names_the_street_as_the_runner_up() -> None:
    told = stated("ClueTransferred", lambda p: p.body["data"]["jurisdiction_claim"] != "CLEAR")
    considered = {each["rule"]: each for each in told["routing"]["considered"]}
    assert told["routing"]["rule"] == "R-06@1"
    assert considered["R-10@1"]["held"] is True
    assert "ranks behind" in considered["R-10@1"]["why"]


def test_the_editions_in_force_are_those_of_the_seal() -> None:
    told = stated("ClueTransferred", ordinary)
    assert told["in_force"]["rulebook"] == base().library.own.hash
    assert told["in_force"]["carried"] is True
    assert (told["in_force"]["calendar"], told["in_force"]["agencies"]) == (
        CALENDAR.version,
        AGENCIES.version,
    )


def test_an_edition_that_is_not_carried_is_said_to_be_missing() -> None:
    planned = next(p for p in PLAN if p.fact == "ClueTransferred" and ordinary(p))
    told = explain(story_of(planned.event_id, ledger()), base("national"))
    assert told["in_force"]["carried"] is False
    assert base().library.own.hash[:12] in told["in_force"]["missing"]
    assert told["event"]["hash"].startswith("sm3:")
    assert list(lines(told))


def test_every_guard_that_was_passed_is_told_with_the_code_of_its_refusal() -> None:
    told = stated("PenaltyDecided", lambda p: p.body["data"]["procedure"] == "ORDINARY")
    codes = {each["otherwise"]["code"]: each["held"] for each in told["admission"]["guards"]}
    assert codes["NOT_BY_OFFICERS"] is True
    assert codes["SIMPLE_PENALTY_TOO_HIGH"] is True


def test_an_effect_is_told_where_it_was_owed_and_where_it_arrived() -> None:
    told = stated("PenaltyDecided", lambda p: p.body["data"]["domain_code"] == "04")
    counted = next(each for each in told["effects"] if each["fact"] == "PenaltyCounted")
    assert counted["rule"] == "R-15-DIGEST@1"
    assert counted["target"].startswith("HZ-310120-CG01-")
    assert counted["arrived"]["fact"] == "PenaltyCounted"
    there = explained(counted["arrived"]["event_id"])
    assert there["caused_by"]["event_id"] == told["event"]["event_id"]
    assert there["caused_by"]["fact"] == "PenaltyDecided"


def test_missing_elements_are_told_in_the_clue_and_in_its_return() -> None:
    told = stated("ClueTransferred", lambda p: p.mistake == "missing-element")
    missing = [each["zh"] for each in told["admission"]["elements"] if not each["there"]]
    assert missing
    returned = next(each for each in told["caused"] if each["fact"] == "ClueReturnedForSupplement")
    there = explained(returned["event_id"])
    assert [each["zh"] for each in there["elements"] if not each["there"]] == missing
    assert "照片、视频等证据材料" in there["law"][0]["quote"]


def test_a_clock_is_told_with_every_day_that_counts() -> None:
    told = derived("DeadlineScheduled", "PN-01@1")
    assert told["rule"]["limit_zh"] == "15 个工作日"
    assert [each["counted"] for each in told["days"]].count(True) == 15
    assert told["law"][0]["article"] == "第十五条"
    assert told["caused_by"]["fact"] == "ClueTransferred"


def test_a_rule_that_is_not_for_this_agency_says_so() -> None:
    told = stated("ClueTransferred", ordinary)
    triage = next(each for each in told["clocks"] if each["rule"] == "FX-03-TRIAGE@1")
    assert (triage["did"], "not for this agency" in triage["why"]) == ("", True)
    started = {each["rule"] for each in told["clocks"] if each["did"] == "DeadlineScheduled"}
    assert {"FX-01-SIGN@1", "PN-01@1"} <= started


def test_a_breach_is_told_with_the_clock_that_rang() -> None:
    told = derived("DeadlineBreached")
    assert told["caused_by"]["rule"] == told["event"]["rule"]
    assert told["event"]["kind"] == "DERIVED"


@pytest.mark.parametrize("code", ["SECOND_HAND_OVER", "NOT_YOUR_ROLE", "SIMPLE_PENALTY_TOO_HIGH"])
def test_a_refused_fact_explains_its_refusal(code: str) -> None:
    planned = next(p for p in PLAN if p.code == code)
    told = explained(planned.event_id)
    refused = told["refusal"]
    assert (refused["code"], refused["refused_type"]) == (code, planned.fact)
    assert refused["remedy_zh"]
    assert refused["remedy_en"]
    assert refused["condition"]["when"]
    assert refused["state"]


def test_who_may_not_speak_is_told_who_holds_the_matter() -> None:
    planned = next(p for p in PLAN if p.code == "NOT_YOUR_MATTER")
    refused = explained(planned.event_id)["refusal"]
    assert refused["holder"] not in {"", planned.agency}
    assert refused["allowed"]


def test_a_second_hand_over_cites_that_it_may_not_be() -> None:
    planned = next(p for p in PLAN if p.code == "SECOND_HAND_OVER")
    told = "\n".join(lines(explained(planned.event_id)))
    assert "不得再自行移送" in told
    assert "第十四条" in told


def test_nothing_personal_is_in_an_explanation() -> None:
    told = stated("ClueTransferred", lambda p: "id_number" in (p.body["data"].get("suspected_party") or {}))
    planned = next(p for p in PLAN if p.event_id == told["event"]["event_id"])
    party = planned.body["data"]["suspected_party"]
    text = json.dumps(told, ensure_ascii=False)
    assert party["id_number"] not in text
    assert party["name"] not in text
    assert "/suspected_party/id_number" in told["inputs"]["fact"]["encrypted"]


def test_every_record_of_the_ledger_can_be_explained_and_told() -> None:
    seen = set()
    for record in ledger():
        seal = record.seal.matter
        if (seal.fact_type, seal.kind, seal.rule) in seen:
            continue
        seen.add((seal.fact_type, seal.kind, seal.rule))
        told = list(lines(explained(seal.event_id)))
        assert told[0].startswith(seal.fact_type)
    assert {kind for _, kind, _ in seen} >= {
        SealKind.ADMITTED,
        SealKind.DERIVED,
        SealKind.REFUSED,
        SealKind.MARKER,
    }


def test_an_id_that_the_ledger_lacks_is_told_what_that_can_mean() -> None:
    with pytest.raises(NotInLedger, match="turns something away"):
        story_of("01990000-0000-7000-8000-000000000000", ledger())
