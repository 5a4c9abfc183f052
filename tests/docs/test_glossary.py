"""The glossary rules the names: what the packs and the contracts say to people stands in it."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in GLOSSARY.splitlines()
    if line.startswith("| ") and not line.startswith("| 中文")
]


def test_every_row_has_a_chinese_term_an_english_one_and_a_meaning() -> None:
    assert ROWS
    assert [row for row in ROWS if len(row) != 3 or not all(row)] == []
    assert [row[0] for row in ROWS if not re.search(r"[\u4e00-\u9fff]", row[0])] == []


def test_no_english_term_is_explained_twice() -> None:
    terms = [row[1] for row in ROWS]
    assert sorted(set(terms)) == sorted(terms)


def test_every_state_of_every_procedure_is_in_the_glossary_under_its_label() -> None:
    told = {row[1].strip("`"): set(row[0].split("、")) for row in ROWS if row[1].startswith("`")}
    labels: dict[str, set[str]] = {}
    for path in (ROOT / "processors/rulebook/packs").glob("*/procedures/*.yaml"):
        for state, label in yaml.safe_load(path.read_text(encoding="utf-8"))["states"].items():
            labels.setdefault(state, set()).add(label)
    assert labels
    assert told == labels
