"""The contracts as tables, from the `.avsc` files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deploy.docs.tables import table
from schemas.contracts import FACT_CONTEXTS, SUPPORT_CONTEXTS, contracts, kept_fields, not_null

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemas.contracts import Contract, Schema

CONTEXTS = {
    "clue": "Clues 线索",
    "assist": "Assistance 执法协助",
    "notify": "Notifications 抄告与抄送",
    "case": "Cases 案件",
    "delta": "The Delta 长三角",
    "ref": "Reference data 参考数据",
    "platform": "The platform's own 平台",
}
WHO = {"AGENCY": "agencies", "PLATFORM": "the platform", "BOTH": "agencies and the platform"}
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
        parts.extend(_record(each) for each in contracts() if each.context == context and each.is_record)
    return "\n\n".join(parts)


def use() -> str:
    """Write a table of all facts: who states each, about which kinds of matter, and what it may do."""
    rows = [
        (
            f"`{each.name}`",
            both(each.schema["doc"])[0],
            WHO[each.stated],
            " ".join(each.about) or "any",
            _does(each),
        )
        for context in FACT_CONTEXTS
        for each in contracts()
        if each.context == context and each.is_record
    ]
    return table(("fact", "含义", "stated by", "about", "may"), rows)


def feed_records() -> str:
    """Write the records that feeds hold: the allow-list of what another province gets."""
    return "\n\n".join(_record(each) for each in contracts() if each.context == "feed")


def shared_records() -> str:
    """Write the records of which facts are made."""
    shared = (each for each in contracts() if each.context in SUPPORT_CONTEXTS and each.is_record)
    return "\n\n".join(_record(each) for each in shared)


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


def _record(contract: Contract) -> str:
    schema = contract.schema
    chinese, english = both(schema["doc"])
    rows = [
        (f"`{field['name']}`", _type(field), *both(field["doc"]), _limits(field))
        for field in schema["fields"]
    ]
    head = f"#### {schema['name']}\n\n{chinese}。{english}{_stated(contract)}\n\n"
    return head + table(("field", "type", "含义", "meaning", "limits"), rows)


def _stated(contract: Contract) -> str:
    if contract.context not in FACT_CONTEXTS:
        return ""
    about = f" about {' and '.join(contract.about)}" if contract.about else ""
    does = f"; it may {_does(contract)}" if _does(contract) else ""
    kept = "、".join(f"`{name}`" for name in kept_fields(contract.name))
    remembers = f" The matter remembers {kept}." if kept else ""
    return f"\n\nStated by {WHO[contract.stated]}{about}{does}.{remembers}"


def _does(contract: Contract) -> str:
    """Say what a fact may do beside being told: open a matter, follow from a fact, change reference data."""
    words = ["open a matter"] if contract.opens and not contract.reference else []
    words += ["follow from a fact of another matter"] if contract.effect else []
    words += [f"publish {contract.reference.lower()}"] if contract.reference else []
    return ", ".join(words)


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
    words += ["filled in by the door"] if "measures" in field else []
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
