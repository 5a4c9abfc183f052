"""Packs are data: checked when loaded, each mistake told with file, line, what is wrong, the remedy."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from processors.rulebook import BrokenPack, Rulebook
from processors.rulebook.book import PACKS
from schemas.codec import CODEC

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ["national", "delta", "fengxian"]
PROCEDURE = "fengxian/procedures/clue_transfer.yaml"


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    shutil.copytree(PACKS, tmp_path / "packs")
    return tmp_path / "packs"


def change(packs: Path, file: str, old: str, new: str) -> int:
    """Change a pack; gives the line of the change."""
    path = packs / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_packs_of_this_house_load() -> None:
    book = Rulebook.load(NAMES).book("310120101")
    assert set(book.procedures) >= {"clue-transfer@1", "assistance@1", "case@1", "penalty-digest@1"}
    assert [r.id for r in book.routing["ClueTransferred"]] == [
        "R-04@1",
        "R-06@1",
        "R-13@1",
        "R-08@1",
        "R-10@1",
    ]
    rules = {t.rule.id for triggers in book.triggers.values() for t in triggers}
    assert rules >= {"PN-01@1", "FX-01-SIGN@1", "FX-02-SUPPLEMENT@1"}


def test_a_region_of_no_pack_has_only_what_national_law_gives() -> None:
    book = Rulebook.load(NAMES).book("420106")
    assert {p.kind for p in book.procedures.values()} == {"CK", "DX"}
    assert not any(book.routing.values())


def test_what_is_our_own_setting_is_not_said_to_be_verified() -> None:
    rulebook = Rulebook.load(NAMES)
    verified = {
        name: rule.citation["verified"]
        for name in ("PN-01@1", "FX-01-SIGN@1", "FX-02-SUPPLEMENT@1")
        if (rule := rulebook.deadline(name)) is not None
    }
    assert verified == {"PN-01@1": True, "FX-01-SIGN@1": False, "FX-02-SUPPLEMENT@1": False}


def test_the_hash_follows_the_content_and_not_the_comments(packs: Path) -> None:
    before = Rulebook.load(NAMES, packs).hash
    assert re.fullmatch("[0-9a-f]{64}", before)
    change(packs, "national/deadlines.yaml", "# 住建系统", "# another remark")
    assert Rulebook.load(NAMES, packs).hash == before
    change(packs, "national/deadlines.yaml", "n: 15", "n: 14")
    assert Rulebook.load(NAMES, packs).hash != before


@pytest.mark.parametrize(
    ("file", "old", "new", "what"),
    [
        ("national/deadlines.yaml", "n: 15", "n: many", "'many' is not of type 'integer'"),
        ("fengxian/deadlines.yaml", "day_kind: WORKING", "day_kind: SOMETIMES", "SOMETIMES"),
        ("fengxian/deadlines.yaml", "unit: DAY", "unit: HOUR", "HOUR"),
        ("national/deadlines.yaml", "stop: [ClueVerified]", "stop: [ClueVanished]", "no fact 'ClueVanished'"),
        ("fengxian/deadlines.yaml", "verified: true", "checked: true", "checked"),
        ("national/deadlines.yaml", "id: PN-01@1", "id: PN-01", "PN-01"),
        ("fengxian/deadlines.yaml", "id: FX-01-SIGN@1", "id: PN-04@1", "PN-04@1 is already in national"),
        ("fengxian/routing.yaml", "to: {desk: triage}", "to: {desk: nowhere}", "no desk 'nowhere'"),
        ("fengxian/routing.yaml", "in ['DISPUTED', 'UNKNOWN']", "in ['DISPUTED'", "is no CEL"),
        ("fengxian/routing.yaml", "fact.jurisdiction_claim in", "clue.jurisdiction_claim in", "undeclared"),
        (
            "fengxian/routing.yaml",
            "\"fact.jurisdiction_claim in ['DISPUTED', 'UNKNOWN']\"",
            '"1 + 1"',
            "gives INT",
        ),
        ("fengxian/routing.yaml", "code: NO_RECEIVER", "code: NO_IDEA", "no code 'NO_IDEA'"),
        (PROCEDURE, "to: verified", "to: certified", "no state 'certified'"),
        (PROCEDURE, "remember: received", "remember: remembered", "no state 'remembered'"),
        (PROCEDURE, "fact: ClueVerified", "fact: ClueVerifyed", "no fact 'ClueVerifyed'"),
        (PROCEDURE, "by: {standing: [department, street]}", "by: {}", "{}"),
        (PROCEDURE, "verified: true", "verified: true\nverified: true", "stands twice"),
        (PROCEDURE, "from: [verified]", "from: [verified", "is no YAML"),
        (
            PROCEDURE,
            "from: [received]\n    to: verified",
            "from: [received, new, verified]\n    to: new",
            "no state 'new'",
        ),
    ],
)
def test_a_mistake_in_a_pack_is_told_with_its_place(
    packs: Path, file: str, old: str, new: str, what: str
) -> None:
    line = change(packs, file, old, new)
    with pytest.raises(BrokenPack) as caught:
        Rulebook.load(NAMES, packs)
    assert caught.value.file == file
    assert what in caught.value.what
    assert caught.value.remedy
    # An extra key is told at the mapping that has it, a broken flow where the parser gave up.
    assert abs(caught.value.line - line) <= 30
    assert str(caught.value).startswith(f"{file}:{caught.value.line}: ")


def test_the_line_of_a_wrong_value_is_the_line_of_that_value(packs: Path) -> None:
    line = change(packs, "national/deadlines.yaml", "n: 15", "n: many")
    with pytest.raises(BrokenPack) as caught:
        Rulebook.load(NAMES, packs)
    assert caught.value.line == line


def test_two_transitions_of_a_fact_from_one_state_are_a_mistake(packs: Path) -> None:
    change(packs, PROCEDURE, "from: [verified]", "from: [verified, fed-back]")
    change(
        packs,
        PROCEDURE,
        "- fact: ClueVerified\n    from: [received]",
        "- fact: ClueDispositionFedBack\n    from: [verified]",
    )
    with pytest.raises(BrokenPack, match="ClueDispositionFedBack from verified stands twice"):
        Rulebook.load(NAMES, packs)


def test_a_routed_fact_without_any_routing_is_a_mistake(packs: Path) -> None:
    for pack in ("delta", "fengxian"):
        (packs / pack / "routing.yaml").unlink()
    with pytest.raises(BrokenPack, match=r"no routing\.yaml says what to answer"):
        Rulebook.load(NAMES, packs)


def test_a_pack_that_is_not_there_is_told(packs: Path) -> None:
    with pytest.raises(BrokenPack, match=r"nowhere/pack\.yaml:1: cannot be read"):
        Rulebook.load(["nowhere"], packs)


def test_every_state_of_a_procedure_is_entered_by_some_fact() -> None:
    for pack in Rulebook.load(NAMES).packs:
        for procedure in pack.procedures:
            entered = {s for t in procedure.transitions for s in (t.to, t.unrouted, t.incomplete, t.remember)}
            assert set(procedure.states) <= entered


def test_every_fact_that_a_pack_names_has_a_contract() -> None:
    for pack in Rulebook.load(NAMES).packs:
        assert {t.fact for p in pack.procedures for t in p.transitions} <= CODEC.names
