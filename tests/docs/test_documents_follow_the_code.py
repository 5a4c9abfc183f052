"""What an operator or an integrator must know stands in a document, as the code has it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deploy.docs.operations import metric_names, setting_names
from deploy.docs.regions import REGION, REGIONS, BrokenDocument, render
from schemas.contracts import FACT_CONTEXTS, contracts
from schemas.errors import Code
from schemas.topics import definitions

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


def read(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def missing(words: set[str], page: str) -> set[str]:
    """The words that do not stand in the page as code."""
    return words - set(re.findall(r"`([^`\n]+)`", read(page)))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_generated_tables_are_current(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert render(text) == text, "run `make docs`"


def test_every_table_that_can_be_generated_stands_in_a_document() -> None:
    used = {name for page in PAGES for _, name, _, _ in REGION.findall(page.read_text(encoding="utf-8"))}
    assert used == set(REGIONS)


def test_a_document_that_asks_for_an_unknown_table_is_named_as_broken() -> None:
    with pytest.raises(BrokenDocument, match="no region is called 'weather'"):
        render("<!-- begin: weather -->\n<!-- end -->")


def test_what_stands_around_a_region_is_left_alone() -> None:
    before, after = "# Title\n\n", "\n\nThe end.\n"
    rendered = render(f"{before}<!-- begin: topics -->\nstale\n<!-- end -->{after}")
    assert rendered.startswith(before)
    assert rendered.endswith(f"<!-- end -->{after}")
    assert "stale" not in rendered


def test_every_setting_is_documented() -> None:
    assert missing(setting_names(), "operations.md") == set()


def test_every_metric_is_documented() -> None:
    assert missing(metric_names(), "operations.md") == set()


def test_every_topic_is_documented() -> None:
    assert missing({each.name for each in definitions()}, "operations.md") == set()


def test_every_error_code_is_documented() -> None:
    assert missing({code.value for code in Code}, "errors.md") == set()


def test_every_fact_is_documented() -> None:
    headings = set(re.findall(r"^#### (\w+)$", read("contracts.md"), re.MULTILINE))
    facts = {each.name for each in contracts() if each.context in FACT_CONTEXTS and each.is_record}
    assert facts <= headings
