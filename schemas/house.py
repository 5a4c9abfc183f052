"""The rules of this house for contracts, whatever was released: prose, labels, defaults, bounds, and use.

A fact says itself who may state it, what it is about and what follows from it; that must hold together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemas.contracts import FACT_CONTEXTS, STATED, not_null
from schemas.identifiers import MatterKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.contracts import Contract

KEPT = ("string", "boolean", "int", "long")
"""What a matter may remember of a fact, beside a list of strings."""
REFERENCES = ("CALENDAR", "RULEBOOK", "AGENCIES", "CATALOGUE")
"""The kinds of reference data; a marker of the same kind tells every partition."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why the contracts may not stay as they are: which record, which field, what to do."""

    name: str
    path: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.name}{self.path}: {self.sentence}"


def house_rules(name: str, schema: Any, path: str = "") -> Iterator[Problem]:
    """List where a contract breaks the rules of this house: prose, labels, defaults, bounds, no maps."""
    schema = not_null(schema)
    if isinstance(schema, str):
        return
    if schema["type"] == "map":
        yield Problem(name, path, "is a map, whose encoding has no order: use a list of records")
    if schema["type"] == "array":
        yield from house_rules(name, schema["items"], f"{path}/[]")
    if "name" in schema and not _bilingual(schema.get("doc", "")):
        yield Problem(name, path, "needs a doc in Chinese and then English: “中文。English.”")
    if schema["type"] == "enum":
        if schema.get("default") not in schema["symbols"]:
            yield Problem(name, path, "needs a default symbol, so that it may grow")
        if list(schema.get("zh", ())) != schema["symbols"]:
            yield Problem(name, path, "needs a Chinese label (`zh`) for each symbol, in order")
    for field in schema.get("fields", ()):
        yield from _field_rules(name, field, f"{path}/{field['name']}")


def _field_rules(name: str, field: dict[str, Any], path: str) -> Iterator[Problem]:
    schema = not_null(field["type"])
    if not _bilingual(field.get("doc", "")):
        yield Problem(name, path, "needs a doc in Chinese and then English: “中文。English.”")
    nullable = isinstance(field["type"], list)
    if nullable and (field["type"][0] != "null" or field.get("default", "") is not None):
        yield Problem(name, path, "is nullable: null stands first and is the default")
    if _unbounded(field, schema):
        yield Problem(name, path, "needs a bound: `max`, and `itemMax` for a list of strings")
    if "personal" in field and (schema != "bytes" or field["personal"] not in {"person", "text"}):
        yield Problem(name, path, "personal is `person` or `text`, and the field is bytes on the wire")
    if "measures" in field and schema != "int":
        yield Problem(name, path, "measures a text beside it: it is a number")
    yield from house_rules(name, schema, path)


def _unbounded(field: dict[str, Any], schema: Any) -> bool:
    if isinstance(schema, dict) and schema["type"] == "array":
        return "max" not in field or (schema["items"] == "string" and "itemMax" not in field)
    return schema in ("string", "bytes") and "max" not in field


def _bilingual(doc: str) -> bool:
    chinese, stop, english = doc.partition("。")
    in_chinese = any("\u4e00" <= character <= "\u9fff" for character in chinese)
    return in_chinese and bool(stop) and english[:1].isascii() and english.rstrip().endswith((".", ")."))


def use_rules(contract: Contract) -> Iterator[Problem]:
    """List where the properties of a fact (`stated`, `about`, `opens` and so on) do not hold together."""
    name, fact = contract.name, contract.context in FACT_CONTEXTS and contract.is_record
    if fact:
        yield from (Problem(name, "", sentence) for sentence in _use(contract))
    for field in contract.schema.get("fields", ()):
        if field.get("keep") and not (fact and _keepable(field)):
            yield Problem(
                name, f"/{field['name']}", "is kept: only text, numbers or texts of a fact itself are"
            )


def _use(contract: Contract) -> Iterator[str]:
    if contract.stated not in STATED:
        yield f"says not who states it: `stated` is one of {', '.join(STATED)}"
    unknown = sorted(set(contract.about) - {kind.value for kind in MatterKind})
    if unknown:
        yield f"is about {', '.join(unknown)}, which is no kind of matter"
    if not contract.about and (contract.opens or contract.stated != "PLATFORM"):
        yield "needs `about`: the kinds of matter that it may be about"
    meta = next((f["type"] for f in contract.schema["fields"] if f["name"] == "meta"), "")
    if contract.effect != (meta == "liandong.shared.EffectMeta"):
        yield "is an effect if and only if its meta is EffectMeta"
    if (meta == "liandong.shared.Meta") != (contract.stated != "PLATFORM"):
        yield "has the meta of an agency's fact if and only if an agency may state it"
    if contract.reference and (contract.reference not in REFERENCES or contract.about != ("CK",)):
        yield f"publishes {contract.reference}: it must be one of {', '.join(REFERENCES)}, and about CK"


def _keepable(field: dict[str, Any]) -> bool:
    schema = not_null(field["type"])
    if isinstance(schema, dict):
        return schema["type"] == "enum" or schema.get("items") == "string"
    return schema in KEPT
