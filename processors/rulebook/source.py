"""A pack's file as it was written: its content, and the line of everything in it.

Only plain YAML is read: text, integers, true, false, lists, mappings. `on` and `no` are words here, a key
that stands twice is a mistake.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from processors.rulebook.mismatch import explain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jsonschema.exceptions import ValidationError

Place: TypeAlias = tuple[str | int, ...]
"""Where something stands in a file: keys and indices from the top."""

SCHEMA = Path(__file__).with_name("pack.schema.json")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""PyYAML's reader in C where its wheel has it: the same nodes, many times faster."""


class BrokenPack(Exception):
    """A pack cannot be used. The message names file, line, what is wrong there and how to mend it."""

    def __init__(self, file: str, line: int, what: str, remedy: str) -> None:
        super().__init__(f"{file}:{line}: {what} {remedy}")
        self.file = file
        self.line = line
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its name within the packs, its content, and the line at which each path begins."""

    file: str
    content: Any
    lines: Mapping[Place, int]

    def broken(self, path: Sequence[str | int], what: str, remedy: str) -> BrokenPack:
        """Make the error for this place, or for the nearest one above it that has a line."""
        at = tuple(path)
        while at and at not in self.lines:
            at = at[:-1]
        return BrokenPack(self.file, self.lines.get(at, 1), what, remedy)


def read_source(root: Path, file: str, definition: str) -> Source:
    """Read a file below `root` and check it against a definition of `pack.schema.json`; raises BrokenPack."""
    source = parse_file(root, file)
    for mismatch in mismatches(source, definition):
        raise mismatch
    return source


def parse_file(root: Path, file: str) -> Source:
    """Read a file below `root` as plain YAML, whatever it says; raises BrokenPack."""
    try:
        text = (root / file).read_text(encoding="utf-8")
    except OSError as error:
        raise BrokenPack(
            file, 1, f"cannot be read ({error.strerror}).", "A pack needs this file; see the packs beside it."
        ) from error
    except UnicodeDecodeError as error:
        raise BrokenPack(file, 1, f"is no UTF-8 ({error.reason}).", "Save it as UTF-8.") from error
    return parse(file, text)


def mismatches(source: Source, definition: str) -> list[BrokenPack]:
    """Give everything that a file has against a definition of `pack.schema.json`, the weightiest first."""
    errors = list(_validator(definition).iter_errors(source.content))
    first = best_match(errors)
    found = [] if first is None else [_mismatch(source, first)]
    found += [_mismatch(source, best) for error in errors if (best := best_match([error])) is not None]
    return list({str(each): each for each in found}.values())


def _mismatch(source: Source, error: ValidationError) -> BrokenPack:
    return source.broken(list(error.absolute_path), *explain(error, source.content))


@cache
def _validator(definition: str) -> Draft202012Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return Draft202012Validator({**schema, "$ref": f"#/$defs/{definition}"})


def parse(file: str, text: str) -> Source:
    """Read a file's text as plain YAML; raises BrokenPack."""
    try:
        node = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise BrokenPack(
            file, line, f"is no YAML: {error.problem}.", "Mend the syntax; quote text with : # { or [."
        ) from error
    except yaml.YAMLError as error:
        raise BrokenPack(file, 1, f"is no YAML: {error}.", "Leave control characters out.") from error
    if node is None:
        raise BrokenPack(file, 1, "is empty.", "Write the file or leave it out.")
    lines: dict[Place, int] = {}
    return Source(file, _value(file, node, (), lines), lines)


def _value(file: str, node: yaml.Node, path: Place, lines: dict[Place, int]) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(file, node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(file, child, (*path, index), lines) for index, child in enumerate(node.value)]
    return _scalar(node)


def _mapping(file: str, node: yaml.MappingNode, path: Place, lines: dict[Place, int]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for key, value in node.value:
        name = str(key.value)
        if name in content:
            raise BrokenPack(
                file, key.start_mark.line + 1, f"the key {name!r} stands twice.", "Leave one of them out."
            )
        content[name] = _value(file, value, (*path, name), lines)
    return content


def _scalar(node: yaml.Node) -> str | int | bool:
    text = str(node.value)
    plain = isinstance(node, yaml.ScalarNode) and not node.style
    if plain and text in {"true", "false"}:
        return text == "true"
    if plain and (text == "0" or (text.isascii() and text.isdigit() and text[0] != "0")):
        return int(text)
    return text
