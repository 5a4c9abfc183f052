"""What a value of an expression can be: types, made from the Avro contracts, that know symbols and null.

CEL's own types do not: to it an enum is text, a field that may be null is anything, a list never is null.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from schemas.contracts import contracts, not_null

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Kind: TypeAlias = Literal["any", "null", "bool", "int", "double", "string", "bytes", "list", "map", "record"]

DATE: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_PRIMITIVES: Final[Mapping[str, Kind]] = {
    "string": "string",
    "bytes": "bytes",
    "boolean": "bool",
    "int": "int",
    "long": "int",
    "float": "double",
    "double": "double",
}
_WORDS: Final = {
    "any": "anything",
    "null": "null",
    "bool": "true or false",
    "int": "a number",
    "double": "a number",
    "string": "text",
    "bytes": "bytes",
    "list": "a list",
    "map": "a map",
    "record": "a record",
}


@dataclass(frozen=True, slots=True)
class Value:
    """A type.

    `symbols` are all the texts that it can be (of a map: all its keys), `literal` says that it was written
    in the expression, `pattern` what it must match, `least` how long a list is at least, `inner` what a list
    or a map holds, `fields` those of a record, or of a map whose keys hold different things. What is
    `optional` may not be there at all.
    """

    kind: Kind
    nullable: bool = False
    name: str = ""
    symbols: tuple[str, ...] = ()
    literal: bool = False
    pattern: str = ""
    least: int = 0
    inner: Value | None = None
    fields: Mapping[str, Value] | None = None
    optional: bool = False

    @property
    def words(self) -> str:
        """Say what it is: "text of ScopeOfSharing or null"."""
        words = _WORDS[self.kind]
        if self.kind in {"list", "map"} and self.inner is not None:
            words += f" of {self.inner.words}"
        elif self.name:
            words = self.name
        return f"{words} or null" if self.nullable else words

    def solid(self) -> Value:
        """Give it without null."""
        return replace(self, nullable=False)

    def number(self) -> bool:
        """Say whether one may reckon with it."""
        return self.kind in {"int", "double"}


ANY: Final = Value("any")
NULL: Final = Value("null", nullable=True)
BOOL: Final = Value("bool")
INT: Final = Value("int")
DOUBLE: Final = Value("double")
TEXT: Final = Value("string")
MONTH: Final = Value("string", pattern="^[0-9]{4}-(0[1-9]|1[0-2])$")


def list_of(inner: Value) -> Value:
    """Give the type of a list."""
    return Value("list", inner=inner)


def map_of(inner: Value, keys: Collection[str] = ()) -> Value:
    """Give the type of a map from text; `keys` are those that it can have, none for any."""
    return Value("map", inner=inner, symbols=tuple(sorted(keys)))


def map_with(fields: Mapping[str, Value]) -> Value:
    """Give the type of a map whose keys, each of which may be absent, hold different things."""
    return Value("map", fields=fields, symbols=tuple(fields))


def record_with(name: str, fields: Mapping[str, Value]) -> Value:
    """Give the type of a record, all of whose fields are there."""
    return Value("record", name=name, fields=fields)


def one_of(name: str, symbols: Collection[str]) -> Value:
    """Give the type of a text that is one of these; of any text if there are none."""
    return Value("string", name=name if symbols else "", symbols=tuple(sorted(symbols)))


@cache
def record_of(contract: str) -> Value:
    """Give the type of a contract's record, as decisions see it."""
    return _of(contracts()[contract].schema)


def _of(schema: Any) -> Value:
    if isinstance(schema, list):
        return replace(_of(not_null(schema)), nullable=True)
    if isinstance(schema, str):
        return Value(_PRIMITIVES[schema]) if schema in _PRIMITIVES else _of(contracts().named(schema))
    match schema["type"]:
        case "enum":
            return Value("string", name=schema["name"], symbols=tuple(schema["symbols"]))
        case "array":
            return list_of(_of(schema["items"]))
        case "record":
            fields = {field["name"]: _of_field(field) for field in schema["fields"]}
            return record_with(schema["name"], fields)
    return Value(_PRIMITIVES[schema["type"]])


def _of_field(field: Mapping[str, Any]) -> Value:
    value = _of(field["type"])
    if "personal" in field:
        return replace(value, name="encrypted text")
    if value.kind == "list":
        return replace(value, least=field.get("min", 0))
    pattern = DATE if field.get("format") == "date" else field.get("pattern", "")
    return replace(value, pattern=pattern)


def differ(left: Value, right: Value) -> str:
    """Say why two values can never be equal; "" if they can."""
    kinds = {left.kind, right.kind}
    if kinds & {"any", "null"}:
        return ""
    never = f"{left.words} is never {right.words}"
    if len(kinds) > 1:
        return "" if kinds == {"int", "double"} else never
    return _alike_differ(left, right, never)


def _alike_differ(left: Value, right: Value, never: str) -> str:
    match left.kind:
        case "string":
            return _texts_differ(left, right) or _texts_differ(right, left) or _no_common(left, right)
        case "bytes":
            return "an encrypted field can only be asked whether it is null"
        case "list":
            return differ(left.inner or ANY, right.inner or ANY)
        case "record" if (left.fields or {}).keys() != (right.fields or {}).keys():
            return never
    return ""


def _texts_differ(written: Value, other: Value) -> str:
    """Say why texts that were written are none of the other's."""
    if not written.literal or other.literal:
        return ""
    for text in written.symbols:
        if other.symbols and text not in other.symbols:
            return f"{other.name or 'it'} is never {text!r}. {nearest(text, other.symbols)}"
        if other.pattern and not re.fullmatch(other.pattern, text):
            return f"{text!r} does not match {other.pattern}."
    return ""


def _no_common(left: Value, right: Value) -> str:
    if left.symbols and right.symbols and not set(left.symbols) & set(right.symbols):
        return f"{left.words} is never {right.words}"
    return ""


def join(left: Value, right: Value) -> Value | None:
    """Give the type of a value that is one or the other; None if they have nothing in common."""
    nullable = left.nullable or right.nullable
    for one, other in ((left, right), (right, left)):
        if one.kind in {"null", "any"}:
            return replace(other if one.kind == "null" else ANY, nullable=nullable)
    if left.number() and right.number():
        return Value("double" if "double" in {left.kind, right.kind} else "int", nullable)
    if left.kind != right.kind:
        return None
    if left.kind == "string":
        return _join_texts(left, right, nullable=nullable)
    return _join_inner(left, right, nullable=nullable)


def _join_texts(left: Value, right: Value, *, nullable: bool) -> Value:
    both = left.symbols and right.symbols
    symbols = tuple(dict.fromkeys((*left.symbols, *right.symbols))) if both else ()
    name = left.name if left.name == right.name else ""
    return Value("string", nullable, name, symbols, left.literal and right.literal)


def _join_inner(left: Value, right: Value, *, nullable: bool) -> Value | None:
    if left.kind != "list":
        return replace(left, nullable=nullable)
    if left.inner is None or right.inner is None:
        return replace(left, nullable=nullable, inner=left.inner or right.inner, least=0)
    inner = join(left.inner, right.inner)
    return None if inner is None else Value("list", nullable, inner=inner)


def fits(value: Value, place: Value) -> bool:
    """Say whether a value can stand in a place: nothing is null there that must not be."""
    if "any" in {value.kind, place.kind}:
        return True
    if value.nullable and not place.nullable:
        return False
    if value.kind != place.kind:
        return (value.kind, place.kind) in {("int", "double"), ("null", place.kind)}
    return _alike_fits(value, place)


def _alike_fits(value: Value, place: Value) -> bool:
    match value.kind:
        case "list":
            return fits(value.inner or ANY, place.inner or ANY)
        case "bytes":
            return value.name == place.name
        case "string":
            among = not place.symbols or bool(value.symbols and set(value.symbols) <= set(place.symbols))
            return among and not _texts_differ(value, place)
        case "record":
            return value.fields == place.fields
    return True


def nearest(name: str, names: Collection[str]) -> str:
    """Suggest names that are written alike, or tell all of them."""
    close = get_close_matches(name, sorted(names), n=3, cutoff=0.6)
    return f"Do you mean {', '.join(close)}?" if close else f"There are: {', '.join(sorted(names))}."
