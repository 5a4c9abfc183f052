"""A promise names the test that shows it; a decision says what it costs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUARANTEES = (ROOT / "docs/guarantees.md").read_text(encoding="utf-8")
DECISIONS = sorted((ROOT / "docs/decisions").glob("0*.md"))
INDEX = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def test_every_test_that_a_guarantee_names_exists() -> None:
    named = TEST.findall(GUARANTEES)
    assert named
    broken = []
    for path, function in named:
        file = ROOT / path
        if not file.exists() or (function and f"def {function}(" not in file.read_text(encoding="utf-8")):
            broken.append(f"{path}::{function}")
    assert broken == []


def test_every_promise_names_a_test() -> None:
    rows = [
        line for line in GUARANTEES.splitlines() if line.startswith("| ") and not line.startswith("| promise")
    ]
    assert rows
    assert [row for row in rows if not TEST.search(row)] == []


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_says_what_stood_in_the_way_what_was_chosen_and_what_it_costs(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    number = int(page.name[:4])
    assert text.startswith(f"# {number}. ")
    assert re.search(r"^Status: (accepted|replaced by \[\d+\]\(.+\))$", text, re.MULTILINE)
    for heading in ("## What stood in the way", "## What was chosen", "## What it costs"):
        assert heading in text
    assert f"]({page.name})" in INDEX


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))
