"""What a log may say of a sender's mistake: never a word that the sender wrote, for it may be a name."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from schemas.contracts import contracts

if TYPE_CHECKING:
    from collections.abc import Iterator

_ELSEWHERE = "…"
_LONGEST_INDEX = 4
_EVENT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def place(pointer: str) -> str:
    """A JSON pointer whose members are those of our contracts; any other member is left out.

    A sender is told the whole of it, a log is not: an unknown member is the sender's own word.
    """
    parts = pointer.split("/")
    return "/".join(part if not part or _is_ours(part) else _ELSEWHERE for part in parts)


def is_event_id(text: str) -> bool:
    """Whether a text that a sender gave as the event's id has the form of one."""
    return _EVENT_ID.fullmatch(text) is not None


def _is_ours(part: str) -> bool:
    return part in _names() or (part.isdecimal() and len(part) <= _LONGEST_INDEX)


@cache
def _names() -> frozenset[str]:
    fields = {name for contract in contracts() for name in _fields(contract.schema)}
    return frozenset({"data", "type"} | fields)


def _fields(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for branch in schema:
            yield from _fields(branch)
    elif isinstance(schema, dict):
        for field in schema.get("fields", ()):
            yield field["name"]
            yield from _fields(field["type"])
        yield from _fields(schema.get("items"))
