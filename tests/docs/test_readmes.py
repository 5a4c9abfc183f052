"""The two READMEs say the same, and what they tell the reader to type exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
BOTH = pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["English", "Chinese"])


def outline(text: str) -> list[str]:
    """The shape of a page: the kind of each line that is not prose, and a letter for each line that is."""
    kinds = {"#": "heading", "|": "row", "-": "item", "!": "image"}
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return [kinds.get(line[0], "prose") for line in prose.splitlines() if line]


def links(text: str) -> set[str]:
    return set(re.findall(r"\]\(([^)]+)\)", text)) - {"README.md", "README.zh.md"}


def test_both_have_the_same_headings_lists_tables_and_paragraphs() -> None:
    assert outline(CHINESE) == outline(ENGLISH)


def test_both_lead_to_the_same_places() -> None:
    assert links(CHINESE) == links(ENGLISH)


def test_both_show_the_same_commands() -> None:
    fences = re.compile(r"```sh\n(.*?)```", re.DOTALL)
    assert fences.findall(CHINESE) == fences.findall(ENGLISH)
    assert "make demo\nmake test\n" in fences.findall(ENGLISH)


def test_each_leads_to_the_other() -> None:
    assert "(README.zh.md)" in ENGLISH
    assert "(README.md)" in CHINESE


@BOTH
def test_every_make_target_that_is_named_exists(text: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)", text)) | set(re.findall(r"^make ([a-z]+)", text, re.MULTILINE))
    assert named
    assert named <= targets


@BOTH
def test_the_reader_is_three_sentences_and_one_picture_away_from_the_commands(text: str) -> None:
    before = text.partition("\n## ")[0]
    paragraphs = [line for line in before.splitlines() if line and not line.startswith(("#", "[", "!"))]
    assert len(paragraphs) == 3
    assert before.count("![") == 1


def test_continuous_integration_runs_the_test_command_of_the_readme() -> None:
    lines = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert {"make check", "make test"} <= set(lines)


def test_every_target_that_is_for_people_says_what_it_does() -> None:
    phony = set(re.findall(r"^\.PHONY: ([a-z-]+)$", MAKEFILE, re.MULTILINE))
    told = set(re.findall(r"^([a-z-]+):.*## .+$", MAKEFILE, re.MULTILINE))
    assert phony - told == {"prerequisites"}
