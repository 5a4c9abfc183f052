"""A scenario's file as it was written: plain YAML, its shared fragments laid in, and the line of everything.

`{like: 名称, …}` takes a fragment of shared.yaml and lays what stands beside it over it, mapping into
mapping; a mapping that has a `like` of its own replaces instead. `!agency 南桥镇` gives an agency's code,
`!matter 名称` the id of a matter of the same scenario, `!at 2026-09-08 10:00` an instant in Beijing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

from deploy.scenarios.words import Unknown, agency_code, instant

if TYPE_CHECKING:
    from collections.abc import Sequence

Place: TypeAlias = tuple[str | int, ...]

LIKE = "like"
TAGS = ("!agency", "!matter", "!at")


class BrokenScenario(Exception):
    """A scenario's file cannot be played. The message names file, line, what is wrong and how to mend it."""

    def __init__(self, file: str, line: int, what: str, remedy: str) -> None:
        super().__init__(f"{file}:{line}: {what} {remedy}")
        self.file = file
        self.line = line


@dataclass(frozen=True, slots=True)
class MatterName:
    """A matter by its name in the scenario; it gets an id when it is opened."""

    name: str


@dataclass(frozen=True, slots=True)
class Written:
    """One file: its name, its content, and the line at which each path begins."""

    file: str
    content: Any
    lines: Mapping[Place, int]

    def line(self, path: Sequence[str | int]) -> int:
        """Give the line of this path, or of the nearest one above it that has a line."""
        at = tuple(path)
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)

    def broken(self, path: Sequence[str | int], what: str, remedy: str) -> BrokenScenario:
        """Make the error for this place."""
        return BrokenScenario(self.file, self.line(path), what, remedy)


def parse(file: str, text: str) -> Written:
    """Read one file. Raises BrokenScenario."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise BrokenScenario(
            file, line, f"is no YAML: {error.problem}.", "Mend the syntax; quote text with : # { or [."
        ) from error
    if not isinstance(node, yaml.MappingNode):
        raise BrokenScenario(file, 1, "is no mapping.", "Begin with `scenario: NAME`.")
    lines: dict[Place, int] = {}
    return Written(file, _value(file, node, (), lines), lines)


def lay(value: Any, fragments: Mapping[str, Any]) -> Any:
    """Lay shared fragments in wherever `like` asks for one. Raises Unknown."""
    if isinstance(value, list):
        return [lay(each, fragments) for each in value]
    if not isinstance(value, Mapping):
        return value
    name = value.get(LIKE)
    if name is None:
        return {key: lay(each, fragments) for key, each in value.items()}
    if name not in fragments:
        raise Unknown(f"no fragment of shared.yaml is named {name!r}")
    base = lay(fragments[name], fragments)
    return _over(base, {key: each for key, each in value.items() if key != LIKE}, fragments)


def _over(base: Any, above: Mapping[str, Any], fragments: Mapping[str, Any]) -> dict[str, Any]:
    laid = dict(base)
    for key, each in above.items():
        below = laid.get(key)
        if isinstance(each, Mapping) and LIKE not in each and isinstance(below, Mapping):
            laid[key] = _over(below, each, fragments)
        else:
            laid[key] = lay(each, fragments)
    return laid


def _value(file: str, node: yaml.Node, path: Place, lines: dict[Place, int]) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(file, node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(file, child, (*path, index), lines) for index, child in enumerate(node.value)]
    if node.tag in TAGS:
        return _tagged(file, node)
    return _scalar(node)


def _mapping(file: str, node: yaml.MappingNode, path: Place, lines: dict[Place, int]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for key, value in node.value:
        name = str(key.value)
        if name in content:
            line = key.start_mark.line + 1
            raise BrokenScenario(file, line, f"the key {name!r} stands twice.", "Leave one of them out.")
        content[name] = _value(file, value, (*path, name), lines)
    return content


def _tagged(file: str, node: yaml.Node) -> str | MatterName:
    text = str(node.value)
    if node.tag == "!matter":
        return MatterName(text)
    try:
        return agency_code(text) if node.tag == "!agency" else instant(text).isoformat()
    except Unknown as unknown:
        raise BrokenScenario(file, node.start_mark.line + 1, f"{unknown}.", unknown.remedy) from unknown


def _scalar(node: yaml.Node) -> str | int | bool | None:
    text = str(node.value)
    plain = isinstance(node, yaml.ScalarNode) and node.style is None
    if plain and text in {"true", "false"}:
        return text == "true"
    if plain and text in {"null", ""}:
        return None
    if plain and (text == "0" or (text.isascii() and text.isdigit() and text[0] != "0")):
        return int(text)
    return text
