"""Checks on single fields, chosen by what their contract says of them and never by the fact they stand in.

The contracts keep four conventions, which a test holds for every one of them: a field named ``…_at`` says
when something happened; text of 16 characters at most is the code of an agency, of 48 at most the id of a
matter; and prose that is not marked as personal is read by everyone whom the fact reaches.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from producers.gateway.parts import in_clear, tried
from schemas.beijing import day_of
from schemas.errors import Code, Refused
from schemas.identifiers import MatterKind, check_citizen_id, check_uscc, parse_matter_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from producers.gateway.parts import Check, Look
    from schemas.contracts import Schema

AGENCY_LENGTH = 16
"""Bound of every field that names an agency by its code."""

MATTER_LENGTH = 48
"""Bound of every field that names a matter by its id."""

TEXT_LENGTH, PROSE_LENGTH = 100, 300
"""Bounds from which on a field may hold names and numbers of documents, and from which on whole sentences."""

REFERRED = {"clue_ref": MatterKind.CLUE, "clue_refs": MatterKind.CLUE, "assist_refs": MatterKind.ASSISTANCE}
"""Kinds of matter that a reference means, where its name says so."""


_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")


def field_check(field: Schema, schema: Any) -> Check | None:
    """The check of a field (or of each item, where it is a list of this schema); None if it needs none."""
    kind = schema["type"] if isinstance(schema, dict) else schema
    if "measures" in field:
        return _ours
    if "personal" in field or kind not in {"string", "long"}:
        return None
    if field["name"].endswith("_at"):
        return _past
    return _of_text(field) if kind == "string" else None


def _of_text(field: Schema) -> Check | None:
    if field["name"] == "uscc":
        return lambda value, where, _look: tried(check_uscc, value, where)
    bound: int = field.get("itemMax") or field["max"]
    if "pattern" in field or "format" in field:
        return None
    if bound == AGENCY_LENGTH:
        return _registered
    if bound == MATTER_LENGTH:
        return _matter(REFERRED.get(field["name"]))
    return _prose if bound >= PROSE_LENGTH else _text if bound >= TEXT_LENGTH else None


def _ours(_value: Any, where: str, _look: Look) -> Iterator[Refused]:
    yield Refused(
        Code.UNKNOWN_FIELD,
        where,
        detail_zh="此字段由入口填写。",
        detail_en="This field is filled in by the door.",
    )


def _past(value: int | str, where: str, look: Look) -> Iterator[Refused]:
    latest = _day(look.latest) if isinstance(value, str) else look.latest
    if value > latest:  # type: ignore[operator]
        yield Refused(Code.DATE_IN_FUTURE, where)


def _day(micros: int) -> str:
    return day_of(micros).isoformat()


def _registered(code: str, where: str, look: Look) -> Iterator[Refused]:
    if code not in look.register:
        yield Refused(
            Code.UNKNOWN_AGENCY,
            where,
            detail_zh=f"“{code[:20]}”不在名册中。",
            detail_en=f"{code[:20]!r} is not in the register.",
        )


def _matter(kind: MatterKind | None) -> Check:
    def check(value: str, where: str, _look: Look) -> Iterator[Refused]:
        try:
            found = parse_matter_id(value)
        except Refused as refused:
            yield refused.at(where)
            return
        if kind is not None and found.kind is not kind:
            yield Refused(
                Code.MATTER_KIND_DIFFERS,
                where,
                detail_zh=f"此处应为 {kind} 类事项的编号，而不是 {found.kind} 类。",
                detail_en=f"It must be the id of a matter of kind {kind}, not {found.kind}.",
            )

    return check


def _text(text: str, where: str, _look: Look) -> Iterator[Refused]:
    """Whoever the fact reaches reads this text: numbers by which a person is known do not belong into it."""
    if any(_is_citizen(number.upper()) for number in _NUMBER.findall(text)):
        yield in_clear(
            where,
            "此字段以明文传送，其中有公民身份号码。",
            "This text travels in clear, and it holds an identity number.",
        )


def _prose(text: str, where: str, look: Look) -> Iterator[Refused]:
    yield from _text(text, where, look)
    if _MOBILE.search(text):
        yield in_clear(
            where,
            "此字段以明文传送，其中有手机号码。",
            "This text travels in clear, and it holds a mobile telephone number.",
        )


def _is_citizen(number: str) -> bool:
    try:
        check_citizen_id(number)
    except Refused:
        return False
    return True
