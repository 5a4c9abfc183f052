"""Checks on content that is ciphertext later, and on what lies across fields, for every contract alike.

No fact is known by its name here. A contract is walked once and compiled: shared records are looked at by
their type, wherever they stand and however deep, and fields by what the contract says of them. So a fact of a
later version is checked as soon as its contract exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeAlias

from producers.gateway.contract import as_sent
from producers.gateway.fields import field_check
from producers.gateway.parts import OF_RECORD, Look, bare_party, in_order, is_bare_party
from schemas.contracts import PRIMITIVES, Schema, contracts, not_null
from schemas.errors import Code, Refused

Check: TypeAlias = Callable[[Any, str, Look], Iterator[Refused]]

UNIQUE = {
    "EvidenceItem": "evidence_id",
    "Question": "q_no",
    "Answer": "q_no",
    "CatalogueItem": "item_code",
    "Subtotal": "key",
    "DigestCase": "decision_no",
    "DayName": "date",
}
"""In a list of these records, the field by which one is told from another."""


def content_findings(name: str, record: dict[str, Any], look: Look) -> list[Refused]:
    """Everything wrong with the content of a record that has the shape of its contract."""
    schema = contracts()[name].schema
    found = [*_occurred(record, look), *_region(schema, record)]
    found += _record(contracts()[name].full_name)(record, "", look)
    return [each.at(as_sent(each.field)) for each in found]


def _occurred(record: dict[str, Any], look: Look) -> Iterator[Refused]:
    if record["meta"]["occurred_at"] > look.latest:
        yield Refused(
            Code.OCCURRED_IN_FUTURE,
            "/meta/occurred_at",
            detail_zh="发生时间比入口时钟超前五分钟以上。",
            detail_en="It lies more than five minutes ahead of the door's clock.",
        )


def _region(schema: Schema, record: dict[str, Any]) -> Iterator[Refused]:
    """The region of a fact is where it happened: packs are chosen by it, so it must be the place's own."""
    region = record["meta"]["region"]
    for field in schema["fields"]:
        place = record.get(field["name"]) if _named(field["type"]) == "Location" else None
        if place is None:
            continue
        code = place["township_code9"]
        if not code.startswith(place["adcode6"]) or code.startswith(region) or region.startswith(code):
            continue
        yield Refused(
            Code.BAD_REGION,
            "/meta/region",
            detail_zh=f"区划 {region} 与违法行为发生地 {code} 不一致。",
            detail_en=f"The region {region} is not that of the place, {code}.",
        )


def _named(schema: Any) -> str:
    """The short name of a named type; empty for everything else."""
    schema = not_null(schema)
    if isinstance(schema, str):
        return "" if schema in PRIMITIVES else schema.rpartition(".")[2]
    return str(schema.get("name", ""))


@cache
def _record(full_name: str) -> Check:
    schema = contracts().named(full_name)
    whole: tuple[Check, ...] = OF_RECORD.get(schema["name"], ())
    if is_bare_party(schema):
        whole += (bare_party,)
    pairs = in_order(schema)
    fields = [f for f in schema["fields"] if f["name"] != "meta"]
    steps = [(f["name"], one) for f in fields if (one := _field(f)) is not None]

    def check(value: Any, where: str, look: Look) -> Iterator[Refused]:
        for one in whole:
            yield from one(value, where, look)
        yield from pairs(value, where, look)
        for name, one in steps:
            item = value.get(name)
            if item is not None:
                yield from one(item, f"{where}/{name}", look)

    return check


def _field(field: Schema) -> Check | None:
    schema = not_null(field["type"])
    if isinstance(schema, dict) and schema["type"] == "array":
        return _list(field, schema["items"])
    return _single(field, schema)


def _single(field: Schema, schema: Any) -> Check | None:
    """The check of one value, None where nothing is to be looked at."""
    if isinstance(schema, str) and schema not in PRIMITIVES:
        schema = contracts().named(schema)
    if isinstance(schema, dict) and schema["type"] == "record":
        return _record(f"{schema['namespace']}.{schema['name']}")
    return field_check(field, schema)


def _list(field: Schema, items: Any) -> Check | None:
    one, key = _single(field, items), UNIQUE.get(_named(items), "")
    if one is None and not key:
        return None

    def check(value: Any, where: str, look: Look) -> Iterator[Refused]:
        met: dict[Any, int] = {}
        for index, item in enumerate(value):
            if one is not None:
                yield from one(item, f"{where}/{index}", look)
            if key and met.setdefault(item[key], index) != index:
                yield _again(f"{where}/{index}/{key}", item[key], met[item[key]])

    return check


def _again(where: str, key: Any, first: int) -> Refused:
    return Refused(
        Code.CONTRACT_VIOLATION,
        where,
        detail_zh=f"“{str(key)[:40]}”与第 {first + 1} 项重复。",
        detail_en=f"{str(key)[:40]!r} is that of item {first + 1} already.",
    )
