"""A fact in words: its content as labelled lines, from the Chinese docs of its contract. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from projections.content import fact_schema, resolve
from projections.words import label_of, plain
from schemas.contracts import not_null

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from projections.reveal import Shown

_HIDDEN = frozenset(
    {
        "meta",
        "alarms",
        "clock",
        "party_token",
        "value",
        "name_en",
        "why_en",
        "remedy_en",
        "sm3",
        "effect_event",
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled line. `mark`: "" clear, `group` a heading, else that of a personal field."""

    depth: int
    label: str
    value: str
    mark: str = ""


def describe(fact_type: str, content: Mapping[str, Any], revealed: Mapping[str, Shown]) -> list[Line]:
    """The lines of a fact. `revealed` holds its personal fields by JSON pointer.

    A fact type that is not known here is shown field by field.
    """
    schema = fact_schema(fact_type)
    if schema is None:
        return [Line(0, key, str(value)) for key, value in content.items()]
    return list(_record(schema, content, revealed, "", 0))


def _record(
    schema: Mapping[str, Any], value: Mapping[str, Any], revealed: Mapping[str, Shown], path: str, depth: int
) -> Iterator[Line]:
    for field in schema["fields"]:
        name, here = field["name"], f"{path}/{field['name']}"
        if name in _HIDDEN:
            continue
        if "personal" in field:
            if here in revealed:
                yield Line(depth, label_of(field), revealed[here].text, revealed[here].mark)
        elif name in value or any(pointer.startswith(here + "/") for pointer in revealed):
            yield from _value(field, value.get(name), revealed, here, depth)


def _value(
    field: Mapping[str, Any], value: Any, revealed: Mapping[str, Shown], path: str, depth: int
) -> Iterator[Line]:
    label, kind = label_of(field), resolve(not_null(field["type"]))
    if isinstance(kind, dict) and kind["type"] == "record":
        yield Line(depth, label, "", "group")
        yield from _record(kind, value or {}, revealed, path, depth + 1)
    elif isinstance(kind, dict) and kind["type"] == "array":
        yield from _array(field, kind, value or [], revealed, path, depth)
    else:
        yield Line(depth, label, plain(field["name"], kind, value))


def _array(  # noqa: PLR0913, PLR0917 - the walk carries where it is
    field: Mapping[str, Any],
    kind: Mapping[str, Any],
    values: list[Any],
    revealed: Mapping[str, Shown],
    path: str,
    depth: int,
) -> Iterator[Line]:
    label, item = label_of(field), resolve(kind["items"])
    if not (isinstance(item, dict) and item["type"] == "record"):
        if values:
            yield Line(depth, label, "、".join(plain(field["name"], item, value) for value in values))
        return
    for index, value in enumerate(values):
        yield Line(depth, f"{label}（{index + 1}）" if len(values) > 1 else label, "", "group")
        yield from _record(item, value, revealed, f"{path}/{index}", depth + 1)
