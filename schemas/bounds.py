"""Bounds: nothing may be admitted that could not be kept, shown or folded.

Every string, number and list has its bound in the contract (`max`, `min`, `itemMax`, `pattern`, `format`);
control characters, half surrogate pairs and characters that reverse the direction of text are refused
everywhere. The same checks serve a door, where personal fields are still text, and the owner of a partition,
where they are ciphertext.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Any, TypeAlias

from schemas.contracts import PRIMITIVES, contracts, not_null
from schemas.errors import Code

Check: TypeAlias = Callable[[Any, str], "Iterator[Violation]"]

EARLIEST = -2_208_988_800_000_000
"""1900-01-01T00:00:00Z in microseconds: no instant in a fact lies before it."""
LATEST = 7_258_118_400_000_000
"""2200-01-01T00:00:00Z in microseconds: every instant in a fact lies before it."""
CIPHERTEXT_OVERHEAD = 256
"""How many bytes longer than its UTF-8 text a ciphertext may be: nonce, tag, name of the key."""
_UNFIT = "\u2028\u2029\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff"
_CONTROL = re.compile(f"[\u0000-\u001f\u007f-\u009f{_UNFIT}]")
_CONTROL_BUT_BREAKS = re.compile(f"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f{_UNFIT}]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Violation:
    """One bound that does not hold: JSON pointer of the field, code, and what is wrong in both languages."""

    path: str
    code: Code
    detail_zh: str
    detail_en: str


def check_bounds(name: str, record: Mapping[str, Any]) -> list[Violation]:
    """List every bound of the named record that does not hold; raises KeyError for an unknown name.

    The record must have the shape of its contract; personal fields may be text or ciphertext.
    """
    return list(_record_check(contracts()[name].full_name)(record, ""))


def blemish(text: str, *, multiline: bool) -> Code | None:
    """Name the kind of unfit character in a text, if any; breaks and tabs pass where lines may break."""
    if _SURROGATE.search(text):
        return Code.LONE_SURROGATE
    if (_CONTROL_BUT_BREAKS if multiline else _CONTROL).search(text):
        return Code.CONTROL_CHARACTER
    return None


@cache
def _record_check(full_name: str) -> Check:
    checks = [(f["name"], _field(f)) for f in contracts().named(full_name)["fields"]]

    def check(value: Any, path: str) -> Iterator[Violation]:
        for name, one in checks:
            item = value.get(name)
            if item is not None:
                yield from one(item, f"{path}/{name}")

    return check


def _field(field: Mapping[str, Any]) -> Check:
    label = field["doc"].split("。", 1)[0]
    schema = not_null(field["type"])
    if isinstance(schema, dict) and schema["type"] == "array":
        return _list(field, label, schema["items"])
    return _single(field, label, schema)


def _single(field: Mapping[str, Any], label: str, schema: Any) -> Check:
    if isinstance(schema, str) and schema not in PRIMITIVES:
        schema = contracts().named(schema)
    if isinstance(schema, dict):
        if schema["type"] == "record":
            return _record_check(f"{schema['namespace']}.{schema['name']}")
        if schema["type"] == "enum":
            return _nothing
        bounds = {"min": EARLIEST, "max": LATEST - 1, **field}
        return partial(_number, bounds, label)
    if schema == "string":
        return partial(_text, field, label)
    if schema == "bytes":
        return partial(_personal if "personal" in field else _bytes, field, label)
    return _nothing if schema == "boolean" else partial(_number, _widest(schema) | dict(field), label)


def _widest(primitive: str) -> dict[str, float]:
    bits = {"int": 31, "long": 63}.get(primitive)
    return {} if bits is None else {"min": -(2**bits), "max": 2**bits - 1}


def _list(field: Mapping[str, Any], label: str, items: Any) -> Check:
    one = _single({"max": field["itemMax"]} if "itemMax" in field else {}, label, items)
    low, high = field.get("min", 0), field.get("max", math.inf)

    def check(value: Any, path: str) -> Iterator[Violation]:
        has_zh, has_en = f"“{label}”有 {len(value)} 项", f"holds {len(value)} items"
        if len(value) > high:
            yield Violation(path, Code.TOO_MANY, f"{has_zh}，最多 {high} 项", f"{has_en}, {high} at most")
            return
        if len(value) < low:
            yield Violation(path, Code.TOO_FEW, f"{has_zh}，至少 {low} 项", f"{has_en}, {low} at least")
        for index, item in enumerate(value):
            yield from one(item, f"{path}/{index}")

    return check


def _nothing(_value: Any, _path: str) -> Iterator[Violation]:
    return iter(())


def _length(field: Mapping[str, Any], label: str, value: Any, path: str, unit: str) -> Iterator[Violation]:
    size = len(value)
    low, high = field.get("min", 0), field.get("max", math.inf)
    zh, en = {"character": ("字", "characters"), "byte": ("字节", "bytes")}[unit]
    has_zh, has_en = f"“{label}”长 {size} {zh}", f"is {size} {en} long"
    if size > high:
        yield Violation(path, Code.TOO_LONG, f"{has_zh}，最多 {high}", f"{has_en}, {high} at most")
    elif size < low:
        yield Violation(path, Code.TOO_SHORT, f"{has_zh}，至少 {low}", f"{has_en}, {low} at least")


def _text(field: Mapping[str, Any], label: str, value: Any, path: str) -> Iterator[Violation]:
    too_long_or_short = list(_length(field, label, value, path, "character"))
    yield from too_long_or_short
    code = blemish(value, multiline=field.get("multiline", False))
    if code is Code.LONE_SURROGATE:
        yield Violation(path, code, f"“{label}”含有不成对的代理字符", "holds half a surrogate pair")
    elif code is Code.CONTROL_CHARACTER:
        yield Violation(path, code, f"“{label}”含有控制字符", "holds a control character")
    elif not too_long_or_short:
        yield from _form(field, label, value, path)


def _form(field: Mapping[str, Any], label: str, value: str, path: str) -> Iterator[Violation]:
    pattern = field.get("pattern")
    if pattern is not None and not _compiled(pattern).fullmatch(value):
        yield Violation(
            path, Code.BAD_FORMAT, f"“{label}”的格式不对，应符合 {pattern}", f"does not match {pattern}"
        )
    if field.get("format") == "date" and not _is_date(value):
        yield Violation(
            path, Code.BAD_FORMAT, f"“{label}”应为日期，如 2026-09-29", "must be a date such as 2026-09-29"
        )


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _personal(field: Mapping[str, Any], label: str, value: Any, path: str) -> Iterator[Violation]:
    if isinstance(value, str):
        yield from _text(field, label, value, path)
        return
    # The door has seen the text; here only the size of its ciphertext can be checked (4 bytes a character).
    ceiling = 4 * field["max"] + CIPHERTEXT_OVERHEAD
    yield from _length({"max": ceiling}, label, value, path, "byte")


def _bytes(field: Mapping[str, Any], label: str, value: Any, path: str) -> Iterator[Violation]:
    yield from _length(field, label, value, path, "byte")


def _number(field: Mapping[str, Any], label: str, value: Any, path: str) -> Iterator[Violation]:
    low, high = field.get("min", -math.inf), field.get("max", math.inf)
    if not math.isfinite(value) or not low <= value <= high:
        yield Violation(
            path,
            Code.OUT_OF_RANGE,
            f"“{label}”的值 {value} 不在 {low} 至 {high} 之间",
            f"{value} does not lie between {low} and {high}",
        )
