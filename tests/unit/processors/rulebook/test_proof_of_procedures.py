"""Loops, dead ends, facts that nobody takes: what lies between the rules of several files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.processors.rulebook.conftest import Packs

CLUE = "fengxian/procedures/clue_transfer.yaml"
ASSISTANCE = "fengxian/procedures/assistance.yaml"
SUBJECT = "national/procedures/subject.yaml"
ROUTING = "fengxian/routing.yaml"
EFFECTS = "fengxian/effects.yaml"

EFFECT = """
- id: LOOP-1@1
  name: {zh: 绕圈, en: Loop}
  on: ClueCaseProgressed
  matter: {id: matter.id}
  fact: PenaltyCounted
  set: {}
  source: {law: 平台设定, article: 测试}
  verified: false
"""


def test_effects_that_chase_each_other_are_refused(packs: Packs) -> None:
    line = packs.append(EFFECTS, EFFECT.replace("fact: PenaltyCounted", "fact: ClueCaseProgressed"))
    broken = packs.refused()
    assert broken.what == "LOOP-1@1 goes round in a loop: ClueCaseProgressed ▸ ClueCaseProgressed."
    assert "the chain has an end" in broken.remedy
    assert (broken.file, broken.line) == (EFFECTS, line + 5)


def test_a_loop_over_several_effects_is_told_with_its_way(packs: Packs) -> None:
    packs.append(EFFECTS, EFFECT)
    packs.append(EFFECTS, EFFECT.replace("ClueCaseProgressed", "PenaltyCounted").replace("LOOP-1", "LOOP-2"))
    path = packs.root / EFFECTS
    head, _, tail = path.read_text(encoding="utf-8").rpartition("fact: PenaltyCounted")
    path.write_text(f"{head}fact: ClueCaseProgressed{tail}", encoding="utf-8")
    loops = [f.what for f in packs.findings() if "loop" in f.what]
    assert loops == [
        "LOOP-1@1 goes round in a loop: ClueCaseProgressed ▸ PenaltyCounted ▸ ClueCaseProgressed.",
        "LOOP-2@1 goes round in a loop: PenaltyCounted ▸ ClueCaseProgressed ▸ PenaltyCounted.",
    ]


def test_a_fact_that_agencies_may_state_and_nobody_takes_is_refused(packs: Packs) -> None:
    packs.change(ASSISTANCE, "  - fact: AssistanceAccepted\n", "  - fact: AssistanceDeclined\n")
    packs.change(
        ASSISTANCE, "from: [requested, accepted]\n    to: declined", "from: [accepted]\n    to: declined"
    )
    told = [f for f in packs.findings() if "no procedure takes it" in f.what]
    assert [f.what for f in told] == [
        "agencies may state AssistanceAccepted about XZ, but no procedure takes it."
    ]
    assert (told[0].file, told[0].line) == (ASSISTANCE, 2)


LOOPING = """from: [new]
    to: shredded
    unrouted: kept
    by: {party: platform}
  - fact: PersonalDataShredded
    from: [again]
    to: shredded
    by: {party: platform}
  - fact: PersonalDataShredded
    from: [shredded]
    to: again"""


def test_a_state_from_which_nothing_leads_to_an_end_is_refused(packs: Packs) -> None:
    line = packs.change(SUBJECT, "  shredded: 已删除\n", "  shredded: 已删除\n  again: 再删\n  kept: 保留\n")
    packs.change(SUBJECT, "from: [new, shredded]\n    to: shredded", LOOPING)
    broken = packs.refused()
    assert broken.what == "from shredded there is no way to an end (kept)."
    assert "out of the loop" in broken.remedy
    assert (broken.file, broken.line) == (SUBJECT, line)


def test_a_dead_end_that_is_not_listed_last_is_refused(packs: Packs) -> None:
    line = packs.change(ASSISTANCE, "  answered: 已答复\n", "")
    packs.change(ASSISTANCE, "  requested: 已请求\n", "  answered: 已答复\n  requested: 已请求\n")
    broken = packs.refused()
    assert broken.what == "no fact leaves the state answered, and it is not listed as an end."
    assert "list it last" in broken.remedy
    assert broken.line < line


def test_elements_that_nobody_could_ask_for_are_refused(packs: Packs) -> None:
    packs.change(CLUE, "  - fact: ClueReturnedForSupplement\n    from: [transferred, ", RETURNED)
    broken = packs.refused()
    assert (
        broken.what
        == "ClueTransferred leads to transferred, where ClueReturnedForSupplement cannot be stated."
    )


RETURN = "ClueReturnedForSupplement"
RETURNED = "  - fact: ClueReturnedForSupplement\n    from: ["


def test_what_a_matter_does_not_surely_remember_is_asked_for(packs: Packs) -> None:
    packs.change(CLUE, "when: \"'assigned_agency' in matter.kept\"", 'when: "matter.hand_overs == 0"')
    broken = packs.refused()
    assert "matter.kept.assigned_agency may be absent" in broken.what
    assert broken.remedy == "Ask `'assigned_agency' in matter.kept &&` before it."


def test_everything_is_told_at_once(packs: Packs) -> None:
    packs.change(ROUTING, "['DISPUTED', 'UNKNOWN']", "['UNSURE']")
    packs.change(CLUE, "states:\n", "states:\n  lost: 遗失\n")
    told = packs.findings()
    assert [f.file for f in told] == [CLUE, ROUTING]
