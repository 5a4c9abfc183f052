"""Which changes of a contract are refused, and in which words."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from schemas.codec import CODEC
from schemas.compatibility import check, incompatibilities
from schemas.contracts import BrokenContract, Contract, Contracts, contracts
from schemas.house import Problem, house_rules, use_rules
from schemas.released import fingerprint, read_releases, release, releases

if TYPE_CHECKING:
    from pathlib import Path

BASE: dict[str, Any] = {
    "type": "record",
    "namespace": "liandong.clue",
    "name": "ClueNoted",
    "doc": "线索已记。A clue was noted.",
    "stated": "PLATFORM",
    "fields": [
        {"name": "text", "type": "string", "doc": "文。Text.", "max": 10},
        {
            "name": "note",
            "type": ["null", "bytes"],
            "default": None,
            "doc": "注。Note.",
            "personal": "text",
            "max": 10,
        },
        {
            "name": "tone",
            "type": {
                "type": "enum",
                "name": "Tone",
                "namespace": "liandong.clue",
                "doc": "语气。Tone.",
                "symbols": ["CALM", "UNKNOWN"],
                "default": "UNKNOWN",
                "zh": {"CALM": "平静", "UNKNOWN": "未知"},
            },
            "doc": "语气。Tone.",
        },
        {"name": "count", "type": "int", "doc": "数。Count.", "min": 0, "max": 9},
        {
            "name": "names",
            "type": {"type": "array", "items": "string"},
            "doc": "名。Names.",
            "max": 5,
            "itemMax": 9,
        },
    ],
}


def changed(**fields: dict[str, Any] | None) -> dict[str, Any]:
    """The base with fields changed, added (a name it lacks) or dropped (None)."""
    schema = copy.deepcopy(BASE)
    kept = [field for field in schema["fields"] if fields.get(field["name"], field) is not None]
    schema["fields"] = [{**field, **(fields.pop(field["name"], None) or {})} for field in kept]
    schema["fields"] += [{"name": name, **field} for name, field in fields.items() if field is not None]
    return schema


def objections(new: dict[str, Any]) -> list[Problem]:
    return incompatibilities("ClueNoted", BASE, new, "version 1")


def tone(**change: Any) -> dict[str, Any]:
    return {"type": {**BASE["fields"][2]["type"], **change}}


OPTIONAL = {"type": ["null", "string"], "default": None, "doc": "新。New.", "max": 9}


class TestAChangeThatEveryVersionCanLiveWith:
    @pytest.mark.parametrize(
        "new",
        [
            BASE,
            changed(added=OPTIONAL),
            changed(note=None),
            changed(text={"doc": "正文。The text."}),
            changed(text={"max": 20}),
            changed(count={"min": -1}),
            changed(names={"max": 6, "itemMax": 10}),
            changed(tone=tone(symbols=["CALM", "UNKNOWN", "LOUD"])),
            changed(tone=tone(symbols=["UNKNOWN"])),
        ],
    )
    def test_is_let_through(self, new: dict[str, Any]) -> None:
        assert objections(new) == []


class TestAChangeThatBreaksWhatWasReleased:
    @pytest.mark.parametrize(
        ("new", "path", "words"),
        [
            (changed(added={"type": "string", "doc": "新。New."}), "/added", "has no default"),
            (changed(text=None), "/text", "has no default"),
            (changed(text={"type": "int"}), "/text", "string is no int"),
            (changed(text={"type": ["null", "string"], "default": None}), "/text", "null is no string"),
            (changed(note={"type": "bytes"}), "/note", "null is no bytes"),
            (changed(note={"personal": "person"}), "/note", "that never changes"),
            (changed(text={"max": 9}), "/text", "`max` admits less"),
            (changed(count={"min": 1}), "/count", "`min` admits less"),
            (changed(names={"itemMax": 8}), "/names", "`itemMax` admits less"),
            (changed(text={"pattern": "^a$"}), "/text", "`pattern` admits less"),
            (changed(count={"type": "long"}), "/count", "long is no int"),
            (changed(names={"type": {"type": "array", "items": "int"}}), "/names/[]", "int is no string"),
            (changed(tone=tone(name="Mood")), "/tone", "Mood is not Tone"),
        ],
    )
    def test_is_refused_in_a_sentence(self, new: dict[str, Any], path: str, words: str) -> None:
        assert any(p.path == path and words in p.sentence for p in objections(new)), objections(new)

    def test_cannot_grow_an_enum_that_had_no_default_to_begin_with(self) -> None:
        bare = {k: v for k, v in BASE["fields"][2]["type"].items() if k != "default"}
        old = changed(tone={"type": bare})
        new = changed(tone={"type": {**bare, "symbols": ["CALM", "UNKNOWN", "LOUD"]}})
        (problem,) = incompatibilities("ClueNoted", old, new, "version 1")
        assert "neither LOUD nor a default symbol" in problem.sentence


class TestTheHouseRules:
    @pytest.mark.parametrize("name", [c.name for c in contracts()])
    def test_hold_in_every_contract(self, name: str) -> None:
        assert list(house_rules(name, contracts()[name].schema)) == []

    @pytest.mark.parametrize(
        ("new", "words"),
        [
            (changed(text={"doc": "Text only."}), "Chinese and then English"),
            (changed(text={"doc": "只有中文。"}), "Chinese and then English"),
            (changed(tone=tone(default="LOUD")), "needs a default symbol"),
            (changed(tone=tone(zh={"CALM": "平静"})), "Chinese label"),
            (changed(added={"type": "string", "doc": "新。New."}), "needs a bound"),
            (
                changed(added={"type": {"type": "array", "items": "string"}, "doc": "新。New.", "max": 3}),
                "itemMax",
            ),
            (changed(added={"type": {"type": "map", "values": "int"}, "doc": "新。New."}), "has no order"),
            (changed(added={"type": ["string", "null"], "doc": "新。New.", "max": 3}), "null stands first"),
            (changed(added={**OPTIONAL, "personal": "text"}), "bytes on the wire"),
        ],
    )
    def test_name_what_breaks_them(self, new: dict[str, Any], words: str) -> None:
        assert any(words in problem.sentence for problem in house_rules("ClueNoted", new))


META = {"name": "meta", "type": "liandong.shared.Meta", "doc": "公共信息。What every fact carries."}
EFFECT_META = {**META, "type": "liandong.shared.EffectMeta"}


def stating(*fields: dict[str, Any], **use: Any) -> Contract:
    """A fact of an agency about clues, its use changed."""
    said = {"stated": "AGENCY", "about": ["XS"], **use}
    return Contract("ClueNoted", "clue", {**BASE, **said, "fields": [*(fields or (META,)), *BASE["fields"]]})


class TestWhatAFactSaysOfItsUse:
    @pytest.mark.parametrize("name", [c.name for c in contracts()])
    def test_holds_together_in_every_contract(self, name: str) -> None:
        assert list(use_rules(contracts()[name])) == []

    @pytest.mark.parametrize(
        ("contract", "words"),
        [
            (stating(stated="ANYBODY"), "`stated` is one of"),
            (stating(about=["ZZ"]), "no kind of matter"),
            (stating(about=[]), "needs `about`"),
            (stating(effect=True), "if and only if its meta is EffectMeta"),
            (stating(EFFECT_META), "if and only if its meta is EffectMeta"),
            (stating(stated="PLATFORM"), "if and only if an agency may state it"),
            (stating(reference="WEATHER", about=["CK"]), "publishes WEATHER"),
            (stating(reference="CALENDAR"), "about CK"),
            (stating(META, {**OPTIONAL, "name": "k", "type": "bytes", "keep": True}), "only text"),
            (stating(META, {"name": "k", "type": "liandong.shared.Period", "keep": True}), "only text"),
        ],
    )
    def test_is_refused_where_it_does_not(self, contract: Contract, words: str) -> None:
        assert any(words in problem.sentence for problem in use_rules(contract)), list(use_rules(contract))

    def test_changes_without_a_new_version(self) -> None:
        used = {**BASE, "stated": "AGENCY", "about": ["XS"], "opens": True}
        assert fingerprint(used) == fingerprint(BASE)
        assert objections(used) == []


class TestTheLock:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "avro" / "clue").mkdir(parents=True)
        self.put(tmp_path, BASE)
        release(tmp_path, Contracts.load(tmp_path / "avro"))
        return tmp_path

    def put(self, folder: Path, schema: dict[str, Any]) -> None:
        (folder / "avro" / "clue" / "ClueNoted.avsc").write_text(json.dumps(schema), encoding="utf-8")

    def sentences(self, folder: Path) -> list[str]:
        return [str(p) for p in check(Contracts.load(folder / "avro"), read_releases(folder))]

    def test_is_content_with_what_was_released(self, folder: Path) -> None:
        assert self.sentences(folder) == []
        (only,) = read_releases(folder)["ClueNoted"]
        assert (only.version, only.id) == (1, 1001)

    def test_asks_for_a_release_when_a_contract_means_something_else(self, folder: Path) -> None:
        self.put(folder, changed(added=OPTIONAL))
        assert self.sentences(folder) == [
            "ClueNoted: was changed and has no version yet: run `python -m schemas release`"
        ]
        release(folder, Contracts.load(folder / "avro"))
        assert self.sentences(folder) == []
        assert [(r.version, r.id) for r in read_releases(folder)["ClueNoted"]] == [(1, 1001), (2, 1002)]

    def test_lets_prose_be_reworded_freely(self, folder: Path) -> None:
        self.put(folder, changed(text={"doc": "正文。The text."}))
        assert self.sentences(folder) == []

    def test_compares_with_every_version_and_not_just_the_last(self, folder: Path) -> None:
        self.put(folder, changed(note=None))
        release(folder, Contracts.load(folder / "avro"))
        self.put(folder, changed(note={"personal": "person"}))
        assert self.sentences(folder) == [
            "ClueNoted/note: was personal=text in version 1: that never changes"
        ]

    def test_misses_a_contract_that_is_gone(self, folder: Path) -> None:
        (folder / "avro" / "clue" / "ClueNoted.avsc").unlink()
        assert self.sentences(folder) == [
            "ClueNoted: was released and is gone; the ledger needs it: put its .avsc back"
        ]

    def test_sees_that_a_kept_text_was_touched(self, folder: Path) -> None:
        kept = folder / "avro" / "released" / "ClueNoted.v1.avsc"
        kept.write_text(kept.read_text(encoding="utf-8").replace('"max": 10', '"max": 11'), encoding="utf-8")
        assert any("the text kept of version 1 was changed" in s for s in self.sentences(folder))

    def test_sees_an_id_that_is_given_twice(self, folder: Path) -> None:
        lock = folder / "ids.lock.json"
        entries = json.loads(lock.read_text(encoding="utf-8"))
        entries["ClueNoted"].append({**entries["ClueNoted"][0], "version": 2})
        lock.write_text(json.dumps(entries), encoding="utf-8")
        text = folder / "avro" / "released" / "ClueNoted.v1.avsc"
        text.with_name("ClueNoted.v2.avsc").write_bytes(text.read_bytes())
        assert any("gives id 1001 to ClueNoted too" in s for s in self.sentences(folder))

    @pytest.mark.parametrize("text", ["{", "[]", '{"type": "record", "name": "Other", "namespace": "x"}'])
    def test_names_a_file_that_is_no_contract(self, folder: Path, text: str) -> None:
        (folder / "avro" / "clue" / "ClueNoted.avsc").write_text(text, encoding="utf-8")
        with pytest.raises(BrokenContract, match=r"ClueNoted\.avsc"):
            Contracts.load(folder / "avro")


class TestThisPackage:
    def test_passes_its_own_check(self) -> None:
        assert check(contracts(), releases()) == []

    def test_writes_with_the_texts_that_stand_in_the_contracts(self) -> None:
        for name in CODEC.names:
            assert releases()[name][-1].fingerprint == fingerprint(contracts().expanded(name))

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["check"], "FULL_TRANSITIVE with every version released"),
            (["show"], "线索已移送"),
            (["show", "Tick"], "id 3003"),
        ],
    )
    def test_answers_on_the_command_line(self, arguments: list[str], words: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "schemas", *arguments], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert words in done.stdout
