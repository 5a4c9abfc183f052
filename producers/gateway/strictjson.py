"""Read JSON as RFC 8259 and I-JSON (RFC 7493) mean it, and say where it breaks.

Python's reader accepts NaN, keeps the last of two equal keys and lets lone surrogates through. Each of these
would become a fact that two readers understand differently, so each is a finding with a JSON pointer here.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from schemas.errors import Code, Refused

DEPTH = 32
"""Deepest nesting of arrays and objects that is read; the contracts need fewer than ten."""

MOST = 50
"""Most findings that one fact is answered with; who sends more has another problem."""

_INT64 = 2**63

# Tab, newline and carriage return are what people type; every other control character, the C1 block, the
# non-characters and lone surrogates are refused: PostgreSQL or a strict UTF-8 encoder would choke on them.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


class _Object(dict[str, Any]):
    """An object in which a key came twice; the reader's hook cannot know the pointer, the walk does."""

    doubled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Unfit:
    """A number that no contract can hold, kept in place of it until the walk knows the pointer."""

    text: str


def pointer(*parts: str | int) -> str:
    """The JSON pointer (RFC 6901) of a path: ``pointer("data", "evidence", 0)`` is ``/data/evidence/0``."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    met: set[str] = set()
    doubled = [key for key, _ in pairs if key in met or met.add(key)]  # type: ignore[func-returns-value]
    marked = _Object(plain)
    marked.doubled = tuple(dict.fromkeys(doubled))
    return marked


def _integer(text: str) -> int | _Unfit:
    if len(text) > len(str(_INT64)) + 1:
        return _Unfit(text[:40])
    number = int(text)
    return number if -_INT64 <= number < _INT64 else _Unfit(text)


def _decimal(text: str) -> float | _Unfit:
    number = float(text)
    return number if math.isfinite(number) else _Unfit(text[:40])


def parse(raw: bytes) -> Any:
    """The value of one JSON text, still to be inspected.

    Raises Refused: NOT_UTF8 or MALFORMED_JSON, with line and column (both from 1).
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _position(raw, error.start)
        raise _malformed(Code.NOT_UTF8, "不是有效的 UTF-8 编码", "not valid UTF-8", line, column) from error
    try:
        return json.loads(
            text.removeprefix("\ufeff"),
            object_pairs_hook=_pairs,
            parse_int=_integer,
            parse_float=_decimal,
            parse_constant=_Unfit,
        )
    except json.JSONDecodeError as error:
        raise _malformed(
            Code.MALFORMED_JSON, "JSON 语法错误", error.msg, error.lineno, error.colno
        ) from error
    except RecursionError as error:
        raise _too_deep("") from error


def inspect(value: Any) -> tuple[Refused, ...]:
    """Everything wrong with a parsed value that is not a matter of syntax, at most ``MOST`` findings.

    Equal keys, numbers out of range, control characters, nesting. A value with a finding must not be used.
    """
    found: list[Refused] = []
    _walk(value, (), found)
    return tuple(found[:MOST])


def _position(raw: bytes, offset: int) -> tuple[int, int]:
    before = raw[:offset]
    start = before.rfind(b"\n") + 1
    return before.count(b"\n") + 1, len(before[start:].decode("utf-8", "replace")) + 1


def _malformed(code: Code, detail_zh: str, detail_en: str, line: int, column: int) -> Refused:
    return Refused(
        code,
        detail_zh=f"第 {line} 行第 {column} 列：{detail_zh}。",
        detail_en=f"Line {line}, column {column}: {detail_en}.",
    )


def _too_deep(field: str) -> Refused:
    return Refused(
        Code.MALFORMED_JSON,
        field,
        detail_zh=f"嵌套超过 {DEPTH} 层。",
        detail_en=f"Nested deeper than {DEPTH} levels.",
    )


def _walk(value: Any, path: tuple[str | int, ...], found: list[Refused]) -> None:
    if len(found) >= MOST:
        return
    if len(path) > DEPTH:
        found.append(_too_deep(pointer(*path)))
    elif isinstance(value, str):
        _text(value, path, found)
    elif isinstance(value, dict):
        _object(value, path, found)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _walk(item, (*path, index), found)
    elif isinstance(value, _Unfit):
        found.append(
            Refused(
                Code.MALFORMED_JSON,
                pointer(*path),
                detail_zh=f"{value.text} 不是可接受的数字。",
                detail_en=f"{value.text} is not a number that can be accepted.",
            )
        )


def _object(value: dict[str, Any], path: tuple[str | int, ...], found: list[Refused]) -> None:
    if isinstance(value, _Object):
        found.extend(
            Refused(
                Code.MALFORMED_JSON,
                _shown(pointer(*path, key)),
                detail_zh="同一对象中字段名重复。",
                detail_en="The key comes twice in one object.",
            )
            for key in value.doubled
        )
    for key, item in value.items():
        _text(key, (*path, key), found)
        _walk(item, (*path, key), found)


def _text(value: str, path: tuple[str | int, ...], found: list[Refused]) -> None:
    bad = _FORBIDDEN.search(value)
    if bad is None:
        return
    surrogate = "\ud800" <= bad.group() <= "\udfff"
    found.append(
        Refused(
            Code.LONE_SURROGATE if surrogate else Code.CONTROL_CHARACTER,
            _shown(pointer(*path)),
            detail_zh=f"第 {bad.start() + 1} 个字符是 U+{ord(bad.group()):04X}。",
            detail_en=f"Character {bad.start() + 1} is U+{ord(bad.group()):04X}.",
        )
    )


def _shown(text: str) -> str:
    """A pointer that can be sent back: what made a key unfit is not repeated in the answer."""
    return _FORBIDDEN.sub("\ufffd", text)
