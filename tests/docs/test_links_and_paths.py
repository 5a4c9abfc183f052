"""What a document points at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
OURS = (
    "schemas/",
    "backbone/",
    "producers/",
    "processors/",
    "projections/",
    "deploy/",
    "tests/",
    "docs/",
    ".ci/",
)
MODULE = re.compile(r"python -m ([a-z_.]+)")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them: lower case, hyphens, no punctuation."""
    headings = HEADING.findall(prose(page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(prose(page)):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_path_of_the_repository_that_is_named_exists(page: Path) -> None:
    named = {word for span in INLINE.findall(prose(page)) for word in span.split() if word.startswith(OURS)}
    missing = [
        path
        for path in sorted(named)
        if not list(ROOT.glob(path.partition("::")[0].rstrip("/.,"))) and "<" not in path
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_module_that_is_told_to_run_exists(page: Path) -> None:
    missing = []
    for module in MODULE.findall(page.read_text(encoding="utf-8")):
        path = ROOT / module.replace(".", "/")
        if module.split(".")[0] + "/" in OURS and not (
            path.with_suffix(".py").exists() or (path / "__main__.py").exists()
        ):
            missing.append(module)
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_page_names_a_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"/(?:home|root|work|tmp)/\S*", text) == []
