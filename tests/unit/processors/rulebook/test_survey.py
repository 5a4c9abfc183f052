"""A survey tells every mistake of every file at once, and nothing that only follows from another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.rulebook.survey import survey

if TYPE_CHECKING:
    from tests.unit.processors.rulebook.conftest import Packs

NAMES = ("national", "delta", "fengxian")
CLUE = "fengxian/procedures/clue_transfer.yaml"
DEADLINES = "fengxian/deadlines.yaml"
ROUTING = "fengxian/routing.yaml"
EFFECTS = "fengxian/effects.yaml"


def places(packs: Packs, names: tuple[str, ...] = NAMES) -> list[tuple[str, int]]:
    return [(each.file, each.line) for each in survey(packs.root, names).found]


def test_the_packs_of_this_house_have_nothing_to_mend(packs: Packs) -> None:
    found = survey(packs.root, NAMES, "2026-11-21")
    assert found.found == ()
    assert [pack.name for pack in found.packs] == list(NAMES)


def test_mistakes_of_every_kind_are_told_together(packs: Packs) -> None:
    expected = [
        (DEADLINES, packs.change(DEADLINES, "limit: {n: 1, unit: DAY", "limit: {n: 0, unit: DAY")),
        (DEADLINES, packs.change(DEADLINES, "stop: [ClueDispositionFedBack]", "stop: [ClueVanished]")),
        (EFFECTS, packs.change(EFFECTS, "stage: \"'FILED'\"", "stage: \"'OPENED'\"")),
        (CLUE, packs.change(CLUE, "to: verified", "to: certified")),
        (ROUTING, packs.change(ROUTING, "in ['DISPUTED', 'UNKNOWN']", "in ['DISPUTED'")),
    ]
    assert places(packs) == sorted(expected)


def test_every_mistake_that_the_schema_finds_is_told(packs: Packs) -> None:
    national = "national/deadlines.yaml"
    first = packs.change(national, "n: 15", "n: many")
    second = packs.change(national, "day_kind: NATURAL_HARD", "day_kind: SOMETIMES")
    # Whoever relies on the rules that cannot be read is told besides.
    assert {(national, first), (national, second)} <= set(places(packs))


def test_a_file_that_is_no_yaml_leaves_the_others_to_be_checked(packs: Packs) -> None:
    packs.change(ROUTING, "rules:", "rules: [")
    line = packs.change(DEADLINES, "'CASE_FILED'", "'FILED_CASE'")
    assert (DEADLINES, line) in places(packs)
    assert any(file == ROUTING for file, _ in places(packs))


def test_a_file_that_no_pack_has_is_told(packs: Packs) -> None:
    packs.append("fengxian/deadline.yml", "[]\n")
    (stray,) = survey(packs.root, NAMES).found
    assert stray.file == "fengxian/deadline.yml"
    assert "nothing in it would hold" in stray.what
    assert "deadlines.yaml" in stray.remedy


def test_a_pack_that_is_not_there_is_told(packs: Packs) -> None:
    (missing,) = survey(packs.root, ("nowhere",)).found
    assert str(missing).startswith("nowhere/pack.yaml:1: cannot be read")


def test_a_file_that_is_no_text_is_told(packs: Packs) -> None:
    (packs.root / ROUTING).write_bytes(b"\xff\xfe")
    (packs.root / EFFECTS).write_bytes(b"a: \x07\n")
    told = {each.file: each.what for each in survey(packs.root, NAMES).found}
    assert "is no UTF-8" in told[ROUTING]
    assert "is no YAML" in told[EFFECTS]


def test_two_transitions_from_one_state_are_told_though_each_is_sound(packs: Packs) -> None:
    packs.change(CLUE, "from: [verified]\n    to: fed-back", "from: [verified, received]\n    to: verified")
    packs.change(CLUE, "- fact: ClueDispositionFedBack", "- fact: ClueVerified")
    assert any("stands twice" in each.what for each in survey(packs.root, NAMES).found)
