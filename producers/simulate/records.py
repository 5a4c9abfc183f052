"""Planned facts as records and as sealed values, without a door: for tests and benchmarks that need many.

A door would check each field and tell what is wrong; here a plan is trusted, so it goes five times as fast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from producers.gateway.sealing import Sealed, seal
from producers.simulate.planned import Answer
from schemas.codec import CODEC
from schemas.contracts import PRIMITIVES, contracts, not_null
from schemas.envelope import Envelope, Kind, stamp
from schemas.facts.base import to_micros
from schemas.partition import partition_of
from schemas.seal import sm3
from schemas.topics import INBOUND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backbone.vault import KeyProvider
    from producers.simulate.planned import Planned
    from schemas.envelope import StampKey

__all__ = ["arriving", "opaque", "record_of", "sealed", "stamped"]

Converter: TypeAlias = Callable[[Any], Any]

_META: Final = {"sensitivity": "L3", "operator": None, "causation_id": None, "purpose": None}
_NOT_META: Final = {"type", "data"}
_NONCE_AND_TAG = bytes(40)


def arriving(plan: Iterable[Planned]) -> Iterator[Planned]:
    """Leave out what a door would turn away: what is left reaches `inbound`."""
    return (each for each in plan if each.answer is not Answer.TURNED_AWAY)


def record_of(planned: Planned) -> dict[str, Any]:
    """Give the record of a planned fact: instants as micros, defaults filled in, personal fields still text.

    Raises KeyError for a field that the contract asks for and the plan lacks.
    """
    meta = {name: value for name, value in planned.body.items() if name not in _NOT_META}
    convert = _converter(planned.fact)
    record: dict[str, Any] = convert({"meta": _META | meta, **planned.body["data"]})
    return record


def opaque(name: str, record: dict[str, Any]) -> dict[str, Any]:
    """Put bytes that no key opens in the place of personal text, as long as ciphertext would be.

    Parties get a pseudonym that follows from their number, so that one person is one in every matter.
    """
    covered: dict[str, Any] = _cover(contracts()[name].schema, record)
    return covered


def stamped(planned: Planned, key: StampKey, partitions: int) -> Sealed:
    """Encode and stamp a planned fact with opaque personal fields: the fast way, without a vault."""
    value = CODEC.encode(planned.fact, opaque(planned.fact, record_of(planned)))
    matter = planned.matter.encode()
    envelope = Envelope(Kind.FACT, matter, value, planned.agency, planned.matter, planned.event_id)
    return Sealed(
        agency=planned.agency,
        matter=planned.matter,
        event_id=planned.event_id,
        partition=partition_of(matter, partitions),
        value=value,
        headers=stamp(envelope, INBOUND, key),
        content_hash=sm3(value),
    )


async def sealed(planned: Planned, keys: KeyProvider, key: StampKey, partitions: int) -> Sealed:
    """Encrypt, encode and stamp a planned fact as a door would. Raises what `seal` raises."""
    return await seal(planned.fact, record_of(planned), keys, key, partitions)


@cache
def _converter(name: str) -> Converter:
    return _convert(contracts()[name].schema)


def _convert(schema: Any) -> Converter:
    """Give what turns an agency's JSON into what the codec takes, for one type."""
    if isinstance(schema, list):
        inner = _convert(not_null(schema))
        return lambda value: None if value is None else inner(value)
    if isinstance(schema, str):
        return _same if schema in PRIMITIVES else _named(schema)
    if schema["type"] == "array":
        item = _convert(schema["items"])
        return lambda value: [item(each) for each in value]
    if schema["type"] == "record":
        return _record(schema)
    return _instant if schema.get("logicalType") == "timestamp-micros" else _same


@cache
def _named(full_name: str) -> Converter:
    return _convert(contracts().named(full_name))


def _record(schema: Mapping[str, Any]) -> Converter:
    fields = [(each["name"], _convert(each["type"]), each) for each in schema["fields"]]

    def convert(value: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: inner(value[name]) if name in value else copy(field["default"])
            for name, inner, field in fields
        }

    return convert


def _same(value: Any) -> Any:
    return value


def _instant(value: str) -> int:
    return to_micros(datetime.fromisoformat(value))


def _cover(schema: Any, value: Any) -> Any:
    schema = not_null(schema)
    if value is None:
        return None
    if isinstance(schema, str):
        return value if schema in PRIMITIVES else _cover(contracts().named(schema), value)
    if schema["type"] == "array":
        return [_cover(schema["items"], each) for each in value]
    if schema["type"] == "record":
        return {each["name"]: _covered(each, value) for each in schema["fields"]}
    return value


def _covered(field: Mapping[str, Any], holder: Mapping[str, Any]) -> Any:
    value = holder[field["name"]]
    if "personal" in field:
        return None if value is None else value.encode() + _NONCE_AND_TAG
    if field["name"] == "party_token" and "party_role" in holder:
        number = holder["id_number"]
        known = f"U-{holder['uscc']}" if holder["uscc"] else "N-0"
        return f"P-{sm3(number.encode())[:16].hex()}" if number else known
    return _cover(field["type"], value)
