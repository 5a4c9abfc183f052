"""The page for whoever reads or writes packs: its examples are the packs' own, and no key is left out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from processors.admit.case import matter_seen
from processors.model import new_matter
from processors.rulebook.book import PACKS
from processors.rulebook.conditions import VARIABLES
from processors.rulebook.expressions import operators
from processors.rulebook.source import SCHEMA, mismatches, parse, parse_file

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (Path(__file__).parents[2] / "docs/writing-packs.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
CODE = set(re.findall(r"`([^`\n]+)`", PAGE))
SCHEMAS = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]
ONE_FILE_EACH = {"pack": "pack", "procedure": "procedure", "rules": "routing", "packs": "edition"}
"""By which key an example is known, and the definition that its file follows."""


def files() -> Iterator[Any]:
    for path in sorted(PACKS.glob("**/*.yaml")):
        yield parse_file(PACKS, path.relative_to(PACKS).as_posix()).content


def rules() -> dict[str, Any]:
    """Everything in the packs that has an id, by it."""
    found: dict[str, Any] = {}
    for content in files():
        if isinstance(content, list):
            found |= {rule["id"]: rule for rule in content}
        elif "rules" in content:
            found |= {rule["id"]: rule for rule in content["rules"]}
        else:
            found[content.get("procedure") or content["pack"]] = content
    return found


def within(part: Any, whole: Any) -> bool:
    """Whether an example says nothing that the pack does not say; it may leave things out."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(k in whole and within(v, whole[k]) for k, v in part.items())
    if isinstance(part, list):
        return isinstance(whole, list) and all(any(within(p, w) for w in whole) for p in part)
    return bool(part == whole)


def keys(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from keys(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from keys(value)


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.partition("\n")[0])
def test_every_example_stands_so_in_a_pack(text: str) -> None:
    content, known = parse("example.yaml", text).content, rules()
    named = content if isinstance(content, list) else content.get("rules", [content])
    ids = [each.get("id") or each.get("procedure") or each.get("pack") for each in named]
    if any(name not in known for name in ids):
        (definition,) = [each for key, each in ONE_FILE_EACH.items() if key in content] or ["deadlines"]
        assert mismatches(parse("example.yaml", text), definition) == []
        return
    assert [name for name, each in zip(ids, named, strict=True) if not within(each, known[name])] == []


def test_denials_that_are_shown_stand_so_in_a_pack() -> None:
    shown = [c["denials"] for c in (parse("example.yaml", e).content for e in EXAMPLES) if "denials" in c]
    said = [c["denials"] for c in files() if "denials" in c]
    assert shown
    assert all(any(within(each, one) for one in said) for each in shown)


def test_there_is_an_example_of_each_kind_of_file() -> None:
    contents = [parse("example.yaml", each).content for each in EXAMPLES]
    assert ONE_FILE_EACH.keys() <= {key for each in contents if isinstance(each, dict) for key in each}
    assert {"limit", "take"} <= {key for each in contents if isinstance(each, list) for key in each[0]}


def test_every_key_of_a_pack_is_explained() -> None:
    assert {key for each in SCHEMAS.values() for key in keys(each)} - CODE == set()


def test_every_variable_member_and_function_of_an_expression_is_explained() -> None:
    members = set(matter_seen(new_matter("XS-310120-ZG04-20260908-000123-7")))
    assert (set(VARIABLES) | members | set(operators.names())) - CODE == set()
