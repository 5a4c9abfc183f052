"""Facts taken apart: clear fields for whoever may see the matter, personal bytes for those who may read.

What is personal stands in the contract (property `personal` on a field), so nothing is listed here twice.
Splitters are compiled once for each fact type: a rebuild passes every fact of the ledger through them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from projections.times import beijing
from schemas.contracts import PRIMITIVES, Schema, contracts, not_null

_META_KEPT = (
    "role", "operator", "purpose", "legal_basis", "attachments", "cause_matter", "cause_agency", "cause_fact",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Personal:
    """One encrypted field: JSON pointer, class (`person` or `text`) and ciphertext."""

    path: str
    kind: str
    value: bytes


Split: TypeAlias = Callable[[Any, str, list[Personal]], Any]


def resolve(node: Any) -> Any:
    """Follow a name to the type that it stands for; anything else is itself."""
    return contracts().named(node) if isinstance(node, str) and node not in PRIMITIVES else node


def fact_schema(fact_type: str) -> Schema | None:
    """The contract of a fact type, or None for one that this version does not know."""
    return contracts()[fact_type].schema if fact_type in contracts() else None


def split(fact_type: str, record: Mapping[str, Any]) -> tuple[dict[str, Any], list[Personal]]:
    """Take a decoded fact apart: its clear content, ready for JSON, and its personal fields.

    `meta` is cut to what the other columns of the timeline do not say already. A fact type that is not known
    here keeps nothing, for nobody can say what in it is personal.
    """
    personal: list[Personal] = []
    cleaner = _cleaner(fact_type)
    if cleaner is None:
        return {}, personal
    clear: dict[str, Any] = cleaner(record, "", personal)
    meta = clear.pop("meta", {})
    kept = {key: meta[key] for key in _META_KEPT if meta.get(key)}
    if kept:
        clear["meta"] = kept
    return clear, personal


@lru_cache(maxsize=256)
def _cleaner(fact_type: str) -> Split | None:
    schema = fact_schema(fact_type)
    return None if schema is None else _record(schema)


def _compile(node: Any) -> Split | None:
    """Compile a type; None means that its values pass as they are."""
    node = resolve(node)
    if isinstance(node, list):
        branches = [_compile(branch) for branch in node if branch != "null"]
        return _optional(branches[0]) if branches and branches[0] is not None else None
    if isinstance(node, dict):
        if node.get("type") == "record":
            return _record(node)
        if node.get("type") == "array":
            return _array(_compile(node["items"]))
        if node.get("logicalType") == "timestamp-micros":
            return _instant
        return _compile(node["type"]) if node.get("type") != "enum" else None
    return _nothing if node == "bytes" else None


def _record(schema: Mapping[str, Any]) -> Split:
    plan: list[tuple[str, Split | None]] = [(field["name"], _field(field)) for field in schema["fields"]]

    def run(value: Any, path: str, out: list[Personal]) -> Any:
        clear = {}
        for name, step in plan:
            inner = value.get(name)
            if step is not None and inner is not None:
                inner = step(inner, f"{path}/{name}", out)
            if inner is not None:
                clear[name] = inner
        return clear

    return run


def _field(field: Mapping[str, Any]) -> Split | None:
    if "personal" in field:
        return _personal(field["personal"])
    if not_null(field["type"]) == "bytes":
        # A hash is shown in hex; any other bytes are somebody's record and have no place in a view.
        return _hex if field["name"].endswith("hash") else _nothing
    return _compile(field["type"])


def _personal(kind: str) -> Split:
    def run(value: Any, path: str, out: list[Personal]) -> None:
        out.append(Personal(path, kind, value))

    return run


def _array(step: Split | None) -> Split | None:
    if step is None:
        return None

    def run(value: Any, path: str, out: list[Personal]) -> Any:
        return [step(item, f"{path}/{index}", out) for index, item in enumerate(value)]

    return run


def _optional(step: Split) -> Split:
    def run(value: Any, path: str, out: list[Personal]) -> Any:
        return None if value is None else step(value, path, out)

    return run


def _instant(value: Any, path: str, out: list[Personal]) -> str:
    del path, out
    return beijing(value).isoformat()


def _hex(value: Any, path: str, out: list[Personal]) -> str:
    del path, out
    return str(value.hex())


def _nothing(value: Any, path: str, out: list[Personal]) -> None:
    del value, path, out
