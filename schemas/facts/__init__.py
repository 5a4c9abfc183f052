"""Typed facts: one frozen class for each record, pleasant to write, generated from the contracts.

    from schemas.facts import to_record
    from schemas.facts.clue import ClueReceived
    CODEC.encode(ClueReceived.FACT, to_record(fact))

A personal field holds plain text here; a door encrypts it before the record goes to the wire as bytes.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from schemas.contracts import PRIMITIVES, PersonalField, contracts, not_null, personal_paths
from schemas.facts import assist, case, clue, control, delta, feed, notify, platform, ref
from schemas.facts.base import BEIJING, Control, Fact, Labelled, Shared, Value, from_micros, to_micros

if TYPE_CHECKING:
    from collections.abc import Mapping

Model = TypeVar("Model", bound=Value)

__all__ = [
    "BEIJING",
    "CONTROLS",
    "FACTS",
    "SHARED",
    "Control",
    "Fact",
    "Labelled",
    "PersonalField",
    "Sealed",
    "Shared",
    "Value",
    "from_micros",
    "from_record",
    "personal_paths",
    "to_micros",
    "to_record",
]


class Sealed(Exception):
    """A personal field is still ciphertext. Decrypt it first, or say what to show instead (`sealed=`)."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is encrypted")
        self.path = path


_MODULES = (clue, assist, notify, case, delta, ref, platform, feed, control)


def _classes(base: type[Model]) -> dict[str, type[Model]]:
    found = [c for m in _MODULES for c in vars(m).values() if isinstance(c, type)]
    return {getattr(c, base.__name__.upper()): c for c in found if issubclass(c, base) and c is not base}


FACTS: dict[str, type[Fact]] = _classes(Fact)
"""Every fact's class by its name on the wire."""
SHARED: dict[str, type[Shared]] = _classes(Shared)
"""The class of every record that a feed holds, by its name on the wire."""
CONTROLS: dict[str, type[Control]] = _classes(Control)
"""Every control record's class by its name on the wire."""
_EVERY: dict[str, type[Fact | Shared | Control]] = {**FACTS, **SHARED, **CONTROLS}


def to_record(model: Value) -> dict[str, Any]:
    """Give the plain dict for the codec: micros, ISO dates, symbols, lists; personal fields still text."""
    return {name: _plain(getattr(model, name)) for name in type(model).model_fields}


def _plain(value: Any) -> Any:
    if isinstance(value, Value):
        return to_record(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return to_micros(value)
    return value.isoformat() if isinstance(value, date) else value


def from_record(
    name: str, record: Mapping[str, Any], *, sealed: str | None = None
) -> Fact | Shared | Control:
    """Give the typed class of a decoded record.

    A personal field must be decrypted, that is text; where it is still bytes, `sealed` is shown in its place.
    Raises Sealed if there is none, pydantic.ValidationError if the record breaks its bounds, and KeyError for
    an unknown name.
    """
    return _EVERY[name].model_validate(_typed(contracts()[name].schema, record, sealed, ""))


def _typed(schema: Any, value: Any, sealed: str | None, path: str) -> Any:
    schema = not_null(schema)
    if value is None:
        return None
    if isinstance(schema, str):
        return value if schema in PRIMITIVES else _typed(contracts().named(schema), value, sealed, path)
    if schema["type"] == "array":
        return tuple(_typed(schema["items"], item, sealed, f"{path}/{i}") for i, item in enumerate(value))
    if schema["type"] == "record":
        fields = {field["name"]: field for field in schema["fields"]}
        return {n: _field(fields.get(n), v, sealed, f"{path}/{n}") for n, v in value.items()}
    return from_micros(value) if schema["type"] == "long" else value


def _field(field: dict[str, Any] | None, value: Any, sealed: str | None, path: str) -> Any:
    if field is None:
        return value
    if "personal" in field and isinstance(value, bytes):
        if sealed is None:
            raise Sealed(path)
        return sealed
    return _typed(field["type"], value, sealed, path)
