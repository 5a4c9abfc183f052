"""Where a contract keeps what: paths of records within a fact, and every object that a path leads to."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from producers.gateway.parts import is_bare_party
from schemas.contracts import PRIMITIVES, Schema, contracts, not_null

if TYPE_CHECKING:
    from collections.abc import Iterator

Path: TypeAlias = tuple[str, ...]
"""Field names from the top, ``[]`` for the items of a list."""


def holders(value: Any, path: Path, where: str = "") -> Iterator[tuple[dict[str, Any], str]]:
    """Every object that a contract path leads to, with its JSON pointer; absent ones are passed over.

    What has not the shape of its contract is passed over too: submissions are asked before they are checked.
    """
    if not path:
        if isinstance(value, dict):
            yield value, where
    elif path[0] == "[]":
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from holders(item, path[1:], f"{where}/{index}")
    elif isinstance(value, dict):
        yield from holders(value.get(path[0]), path[1:], f"{where}/{path[0]}")


@cache
def bare_parties(name: str) -> tuple[Path, ...]:
    """Every record of a fact that names a party by its token alone."""
    return tuple(path for path, schema in _records(contracts()[name].schema, ()) if is_bare_party(schema))


@cache
def places(name: str) -> tuple[Path, ...]:
    """Every place that a fact names, the outermost first."""
    found = _records(contracts()[name].schema, ())
    return tuple(path for path, schema in found if schema["name"] == "Location")


@cache
def measured(name: str) -> tuple[tuple[Path, str, str], ...]:
    """Every number that the door fills in: its record, its name, and the text beside it that it measures."""
    return tuple(
        (path, field["name"], field["measures"])
        for path, schema in _records(contracts()[name].schema, ())
        for field in schema["fields"]
        if "measures" in field
    )


def _records(schema: Any, path: Path) -> Iterator[tuple[Path, Schema]]:
    schema = not_null(schema)
    if isinstance(schema, str):
        if schema not in PRIMITIVES:
            yield from _records(contracts().named(schema), path)
    elif schema["type"] == "array":
        yield from _records(schema["items"], (*path, "[]"))
    elif schema["type"] == "record":
        yield path, schema
        for field in schema["fields"]:
            yield from _records(field["type"], (*path, field["name"]))
