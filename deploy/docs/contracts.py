"""The contracts as tables, from the `.avsc` files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deploy.docs.tables import table
from schemas.contracts import FACT_CONTEXTS, SUPPORT_CONTEXTS, Schema, contracts, not_null

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CONTEXTS = {"clue": "Clues 线索", "platform": "The platform's own 平台"}
ENCRYPTED = {
    "person": "encrypted under the person's key",
    "text": "encrypted under the matter's text key",
}


def both(doc: str) -> tuple[str, str]:
    """Split a doc "中文。English." at its first full stop."""
    chinese, _, english = doc.partition("。")
    return chinese, english.strip()


def facts() -> str:
    """Write every fact type with its fields, context by context."""
    parts: list[str] = []
    for context in FACT_CONTEXTS:
        parts.append(f"### {CONTEXTS[context]}")
        parts.extend(
            _record(each.schema) for each in contracts() if each.context == context and each.is_record
        )
    return "\n\n".join(parts)


def shared_records() -> str:
    """Write the records of which facts are made."""
    shared = (each for each in contracts() if each.context in SUPPORT_CONTEXTS and each.is_record)
    return "\n\n".join(_record(each.schema) for each in shared)


def enums() -> str:
    """Write every enumeration of facts and shared records: its symbols and their Chinese labels."""
    wanted = (*FACT_CONTEXTS, *SUPPORT_CONTEXTS)
    found = {
        enum["name"]: enum for each in contracts() if each.context in wanted for enum in _enums(each.schema)
    }
    rows = []
    for name, enum in sorted(found.items()):
        chinese, english = both(enum["doc"])
        symbols = "、".join(f"`{symbol}` {enum['zh'][symbol]}" for symbol in enum["symbols"])
        rows.append((f"`{name}`", chinese, english, symbols))
    return table(("enum", "含义", "meaning", "symbols"), rows)


def _record(schema: Schema) -> str:
    chinese, english = both(schema["doc"])
    rows = [
        (f"`{field['name']}`", _type(field), *both(field["doc"]), _limits(field))
        for field in schema["fields"]
    ]
    head = f"#### {schema['name']}\n\n{chinese}。{english}\n\n"
    return head + table(("field", "type", "含义", "meaning", "limits"), rows)


def _type(field: Schema) -> str:
    optional = "?" if isinstance(field["type"], list) else ""
    return _name(not_null(field["type"]), personal="personal" in field) + optional


def _name(schema: Any, *, personal: bool = False) -> str:
    """Name a type as a sender sees it: encrypted fields are plain text in JSON, instants are ISO 8601."""
    if isinstance(schema, str):
        return "string" if personal else schema.rpartition(".")[2]
    if schema["type"] == "array":
        return f"list of {_name(schema['items'])}"
    if schema.get("logicalType") == "timestamp-micros":
        return "instant"
    return str(schema.get("name", schema["type"]))


def _limits(field: Schema) -> str:
    words = [f"{key} {field[key]}" for key in ("min", "max") if key in field]
    words += [f"`{field['pattern']}`"] if "pattern" in field else []
    words += [str(field["format"])] if "format" in field else []
    words += [ENCRYPTED[field["personal"]]] if "personal" in field else []
    return ", ".join(words)


def _enums(schema: Any) -> Iterator[Schema]:
    if isinstance(schema, list):
        yield from _each(schema)
    elif isinstance(schema, dict):
        if schema["type"] == "enum":
            yield schema
        yield from _each(field["type"] for field in schema.get("fields", ()))
        if schema["type"] == "array":
            yield from _enums(schema["items"])


def _each(schemas: Iterable[Any]) -> Iterator[Schema]:
    for schema in schemas:
        yield from _enums(schema)
