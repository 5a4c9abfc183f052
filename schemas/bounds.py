"""Bounds: nothing may be admitted that could not be kept, shown or folded.

Every string, number and list has its bound in the contract (`max`, `min`, `itemMax`, `pattern`, `format`);
control characters, half surrogate pairs and characters that reverse the direction of text are refused
everywhere. The same checks serve a door, where personal fields are still text, and the owner of a partition,
where they are ciphertext.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, TypeAlias

from schemas.contracts import PRIMITIVES, contracts, not_null
from schemas.errors import Code

Check: TypeAlias = Callable[[Any], "Sequence[Violation]"]
"""Gives what is wrong with a value, paths relative to it; compiled once, a good value costs little."""

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

    def under(self, step: str | int) -> Violation:
        """Give the same violation, seen from one level further out."""
        return replace(self, path=f"/{step}{self.path}")


def check_bounds(name: str, record: Mapping[str, Any]) -> list[Violation]:
    """List every bound of the named record that does not hold; raises KeyError for an unknown name.

    The record must have the shape of its contract; personal fields may be text or ciphertext.
    """
    return list(_record(contracts()[name].full_name)(record))


def blemish(text: str, *, multiline: bool) -> Code | None:
    """Name the kind of unfit character in a text, if any; breaks and tabs pass where lines may break."""
    if text.isprintable():
        return None  # the common case, ten times faster than the rest
    if _SURROGATE.search(text):
        return Code.LONE_SURROGATE
    if (_CONTROL_BUT_BREAKS if multiline else _CONTROL).search(text):
        return Code.CONTROL_CHARACTER
    return None


@cache
def _record(full_name: str) -> Check:
    compiled = [(f["name"], _field(f)) for f in contracts().named(full_name)["fields"]]
    checks = [(name, check) for name, check in compiled if check is not None]

    def check(value: Any) -> Sequence[Violation]:
        found: list[Violation] = []
        for name, one in checks:
            item = value.get(name)
            if item is not None and (wrong := one(item)):
                found += [violation.under(name) for violation in wrong]
        return found

    return check


def _field(field: Mapping[str, Any]) -> Check | None:
    label = field["doc"].split("。", 1)[0]
    schema = not_null(field["type"])
    if isinstance(schema, dict) and schema["type"] == "array":
        return _list(field, label, schema["items"])
    return _single(field, label, schema)


def _single(field: Mapping[str, Any], label: str, schema: Any) -> Check | None:
    """Compile the check of one value; None where every value of the type will do."""
    if isinstance(schema, str) and schema not in PRIMITIVES:
        schema = contracts().named(schema)
    if isinstance(schema, dict) and schema["type"] == "record":
        return _record(f"{schema['namespace']}.{schema['name']}")
    if schema == "boolean" or (isinstance(schema, dict) and schema["type"] == "enum"):
        return None
    if schema == "string":
        return _text(field, label)
    if schema == "bytes":
        return _personal(field, label) if "personal" in field else _length(field, label, "字节", "bytes")
    return _number(_widest(schema) | dict(field), label)


def _widest(schema: Any) -> dict[str, float]:
    if isinstance(schema, dict):
        return {"min": EARLIEST, "max": LATEST - 1}
    bits = {"int": 31, "long": 63}.get(schema)
    return {} if bits is None else {"min": -(2**bits), "max": 2**bits - 1}


def _list(field: Mapping[str, Any], label: str, items: Any) -> Check:
    one = _single({"max": field["itemMax"]} if "itemMax" in field else {}, label, items)
    low, high = field.get("min", 0), field.get("max", math.inf)

    def check(value: Any) -> Sequence[Violation]:
        if low <= len(value) <= high:
            return () if one is None else [v.under(i) for i, item in enumerate(value) for v in one(item)]
        has_zh, has_en = f"“{label}”有 {len(value)} 项", f"holds {len(value)} items"
        if len(value) > high:
            return [Violation("", Code.TOO_MANY, f"{has_zh}，最多 {high} 项", f"{has_en}, {high} at most")]
        return [Violation("", Code.TOO_FEW, f"{has_zh}，至少 {low} 项", f"{has_en}, {low} at least")]

    return check


def _length(field: Mapping[str, Any], label: str, zh: str, en: str) -> Check:
    low, high = field.get("min", 0), field.get("max", math.inf)

    def check(value: Any) -> Sequence[Violation]:
        size = len(value)
        if low <= size <= high:
            return ()
        has_zh, has_en = f"“{label}”长 {size} {zh}", f"is {size} {en} long"
        if size > high:
            return [Violation("", Code.TOO_LONG, f"{has_zh}，最多 {high}", f"{has_en}, {high} at most")]
        return [Violation("", Code.TOO_SHORT, f"{has_zh}，至少 {low}", f"{has_en}, {low} at least")]

    return check


def _text(field: Mapping[str, Any], label: str) -> Check:
    length = _length(field, label, "字", "characters")
    multiline = field.get("multiline", False)
    form = _form(field, label)

    def check(value: Any) -> Sequence[Violation]:
        wrong = length(value)
        code = blemish(value, multiline=multiline)
        if code is Code.LONE_SURROGATE:
            return [
                *wrong,
                Violation("", code, f"“{label}”含有不成对的代理字符", "holds half a surrogate pair"),
            ]
        if code is not None:
            return [*wrong, Violation("", code, f"“{label}”含有控制字符", "holds a control character")]
        return wrong or form(value)

    return check


def _form(field: Mapping[str, Any], label: str) -> Check:
    fits: Callable[[str], bool]
    if field.get("format") == "date":
        zh, en, fits = "应为日期，如 2026-09-29", "must be a date such as 2026-09-29", _is_date
    elif "pattern" in field:
        pattern = field["pattern"]
        zh, en, fits = f"应符合 {pattern}", f"does not match {pattern}", _matches(pattern)
    else:
        return _nothing

    def check(value: Any) -> Sequence[Violation]:
        return () if fits(value) else [Violation("", Code.BAD_FORMAT, f"“{label}”的格式不对，{zh}", en)]

    return check


def _nothing(_value: Any) -> Sequence[Violation]:
    return ()


def _matches(pattern: str) -> Callable[[str], bool]:
    fullmatch = re.compile(pattern).fullmatch
    return lambda value: fullmatch(value) is not None


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _personal(field: Mapping[str, Any], label: str) -> Check:
    # The door has seen the text; of a ciphertext only the size can be checked (4 bytes a character).
    ceiling = 4 * field["max"] + CIPHERTEXT_OVERHEAD
    text, ciphertext = _text(field, label), _length({"max": ceiling}, label, "字节", "bytes")

    def check(value: Any) -> Sequence[Violation]:
        return text(value) if isinstance(value, str) else ciphertext(value)

    return check


def _number(field: Mapping[str, Any], label: str) -> Check:
    low, high = field.get("min", -math.inf), field.get("max", math.inf)

    def check(value: Any) -> Sequence[Violation]:
        if low <= value <= high and math.isfinite(value):
            return ()
        zh = f"“{label}”的值 {value} 不在 {low} 至 {high} 之间"
        return [Violation("", Code.OUT_OF_RANGE, zh, f"{value} does not lie between {low} and {high}")]

    return check
