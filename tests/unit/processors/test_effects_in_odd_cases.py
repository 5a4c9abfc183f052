"""Effects that meet a matter which is not there, waits, is long breached, or whose rule fails.

Dates are counted by hand on the calendar of 2026: September 8 is a Tuesday.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from processors.rulebook import Rulebook
from processors.rulebook.book import PACKS
from processors.rulebook.loading import load_pack
from tests.unit.processors.hamlet import (
    DESK,
    OWN,
    TOWN,
    WATER,
    Hamlet,
    at,
    base_of,
    code,
    kinds,
)

if TYPE_CHECKING:
    from pathlib import Path

FILED = {"filed_at": at("2026-09-08 08:00")}
DECIDED = {**FILED, "decided_at": at("2026-09-09 08:00")}
ABSENT = "XS-310120-ZG04-20260908-999999-A"


@pytest.fixture
def hamlet() -> Hamlet:
    return Hamlet()


def clue(hamlet: Hamlet, *, verified: str = "") -> str:
    """Give a clue that 南桥镇 has, at a time verified with the conclusion that a case is filed."""
    matter = hamlet.open("XS", WATER)
    hamlet.say("ClueTransferred", "2026-09-08 09:00", matter)
    if verified:
        hamlet.say("ClueReceived", "2026-09-08 10:00", matter, TOWN)
        hamlet.say("ClueVerified", verified, matter, TOWN)
    return matter


def file(hamlet: Hamlet, when: str, *clues: str) -> str:
    """Let 南桥镇 file a case from these clues."""
    matter = hamlet.open("AJ", TOWN)
    entries = hamlet.say("CaseFiled", when, matter, TOWN, clue_refs=list(clues), **FILED)
    assert kinds(entries)[0] == "ADMITTED", code(entries)
    return matter


def test_an_effect_on_a_matter_that_is_not_there_is_refused_and_leaves_none(hamlet: Hamlet) -> None:
    case = file(hamlet, "2026-09-08 10:00", ABSENT)
    assert hamlet.town.matter(case).state == "filed"
    assert hamlet.town.matter(ABSENT).seq == 0
    ((_, refused),) = hamlet.told(ABSENT, "FactRefused")
    assert (refused["code"], refused["refused_type"]) == ("NO_SUCH_MATTER", "ClueCaseProgressed")
    hamlet.check_replay()


@pytest.mark.parametrize("named", ["AJ-310120-JD11-20260908-000001-1", "线索", "", "XS-1"])
def test_what_is_no_clue_is_refused_where_it_is_named(hamlet: Hamlet, named: str) -> None:
    entries = hamlet.say(
        "CaseFiled", "2026-09-08 10:00", hamlet.open("AJ", TOWN), TOWN, clue_refs=[named], **FILED
    )
    assert code(entries) == "BAD_MATTER_ID"


def test_a_clue_that_is_named_twice_is_told_once(hamlet: Hamlet) -> None:
    matter = clue(hamlet)
    file(hamlet, "2026-09-08 10:00", matter, matter)
    assert len(hamlet.told(matter, "ClueCaseProgressed")) == 1


def test_an_effect_that_waits_and_is_mended_gives_the_chain_it_would_have_given_at_once() -> None:
    waited, straight = Hamlet(), Hamlet()
    for each in (waited, straight):
        matter = clue(each, verified="2026-09-08 11:00")
        if each is waited:
            each.strange(matter, "2026-09-08 12:00")
        else:
            each.wait("2026-09-08 12:00")
            each.town.event_id()
        file(each, "2026-09-09 10:00", matter)
        each.say("ClueDispositionFedBack", "2026-09-10 10:00", matter, TOWN)
    assert [one.kind.value for one in waited.town.parked(matter)] == ["fact", "effect", "fact"]
    waited.wait("2026-09-20 10:00")
    mended = waited.town.mend(matter, "SKIP")
    # Half of the limit for filing was over before the effect came: that warning is given first.
    assert kinds(mended)[:3] == ["MEND", "DERIVED", "ADMITTED"]
    straight.wait("2026-09-20 10:00")
    assert waited.chains() == straight.chains()
    waited.check_replay()


@pytest.mark.parametrize(("depth", "expected"), [(4, ""), (5, "TOO_DEEP")])
def test_effects_of_effects_end_after_the_fourth(hamlet: Hamlet, depth: int, expected: str) -> None:
    matter = clue(hamlet)
    entries = hamlet.deliver(
        "ClueCaseProgressed",
        "2026-09-08 12:00",
        {"matter": matter, "depth": depth},
        stage="FILED",
        case_no="1",
        case_matter="AJ-1",
    )
    assert code(entries) == expected


def test_an_effect_is_in_time_if_its_cause_was_though_the_breach_was_told_before_it(hamlet: Hamlet) -> None:
    # Filing is due two working days after the conclusion of Tuesday 09-08: by the end of Thursday 09-10.
    matter = clue(hamlet, verified="2026-09-08 11:00")
    assert hamlet.clock(matter, "PN-02").due_date == "2026-09-10"
    hamlet.wait("2026-09-12 08:00")
    assert hamlet.clock(matter, "PN-02").state == "BREACHED"
    raised = len(hamlet.told(matter, "EscalationRaised"))
    hamlet.deliver(
        "ClueCaseProgressed",
        "2026-09-12 09:00",
        {"matter": matter, "cause_received_at": at("2026-09-10 23:59")},
        stage="FILED",
        case_no="1",
        case_matter="AJ-1",
    )
    _, met = hamlet.told(matter, "DeadlineMet")[-1]
    assert (met["rule"], met["met_at"], met["breached_before"]) == ("PN-02@1", at("2026-09-10 23:59"), True)
    assert hamlet.clock(matter, "PN-02").state == "MET"
    hamlet.wait("2026-12-31 08:00")
    assert [r for _, r in hamlet.told(matter, "EscalationRaised")[raised:] if r["rule"] == "PN-02@1"] == []
    hamlet.check_replay()


def test_a_penalty_beyond_what_a_digest_can_hold_is_refused_where_it_is_stated(hamlet: Hamlet) -> None:
    case = file(hamlet, "2026-09-08 10:00")
    one = {"kind": "FINE", "amount": 10**15, "detail": None, "perform_by": None}
    numbers = {"case_no": hamlet.town.matter(case).kept["case_no"], "clue_refs": []}
    entries = hamlet.say(
        "PenaltyDecided", "2026-09-09 10:00", case, TOWN, penalties=[one, one], **DECIDED, **numbers
    )
    assert code(entries) == "OUT_OF_RANGE"


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    """An edition, not proved, whose effect asks for the fifth penalty, of which there is none."""
    root = tmp_path_factory.mktemp("packs") / "failing"
    shutil.copytree(PACKS, root)
    _edit(
        root / "fengxian" / "effects.yaml",
        "    department: item\n",
        "    department: fact.penalties[4].kind\n",
    )
    return Rulebook([load_pack(root, name) for name in ("national", "delta", "fengxian")])


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_an_effect_whose_rule_fails_holds_its_own_matter_until_the_rule_is_mended(failing: Rulebook) -> None:
    hamlet = Hamlet(base_of([failing, OWN]))
    first, second = file(hamlet, "2026-09-08 10:00"), file(hamlet, "2026-09-08 10:30")
    body = {"case_no": hamlet.town.matter(first).kept["case_no"], "clue_refs": [], **DECIDED}
    assert kinds(hamlet.say("PenaltyDecided", "2026-09-09 10:00", first, TOWN, **body)) == ["HELD"]
    matters = [m for p in hamlet.town.partitions for m in p.matters.values()]
    assert {m.id for m in matters if m.held} == {first}
    assert not [m for m in matters if m.id.startswith("HZ")]

    hamlet.publish("RuleVersionPublished", "2026-09-10 10:00", "RULEBOOK", rulebook=OWN.hash)
    assert kinds(hamlet.town.mend(first))[:2] == ["MEND", "ADMITTED"]
    assert kinds(hamlet.say("PenaltyDecided", "2026-09-10 11:00", second, TOWN, **body))[0] == "ADMITTED"
    (digest,) = [m for p in hamlet.town.partitions for m in p.matters.values() if m.id.startswith("HZ")]
    assert digest.totals is not None
    assert (digest.totals.count, digest.kept["month"], digest.holder) == (2, "2026-09", DESK)
    hamlet.check_replay()
