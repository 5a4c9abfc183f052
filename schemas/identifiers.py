"""The identifiers that we make: of matters, events, agencies; and, from `numbers`, those that others issue.

Each `check_…` and `parse_…` raises BadIdentifier, a `Refused`, which says in Chinese and English what is
wrong and, where only the check character differs, which one was expected. Nothing is silently repaired: an id
that is written in two ways would be two ids.
"""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from stdnum.iso7064 import mod_37_36

from schemas.agencies import PLATFORM
from schemas.errors import Code
from schemas.numbers import (
    BadIdentifier,
    DocumentNumber,
    bad,
    check_citizen_id,
    check_region,
    check_uscc,
    parse_document_number,
    real_day,
    wrong_check,
)

if TYPE_CHECKING:
    from datetime import date

__all__ = [
    "BadIdentifier",
    "DocumentNumber",
    "MatterId",
    "MatterKind",
    "check_agency_code",
    "check_citizen_id",
    "check_region",
    "check_uscc",
    "derived_id",
    "derived_matter_id",
    "event_time",
    "make_event_id",
    "make_matter_id",
    "new_event_id",
    "parse_document_number",
    "parse_event_id",
    "parse_matter_id",
    "reference_matter",
]

_MATTER = re.compile(
    r"(?P<kind>[A-Z]{2})-(?P<agency>[0-9]{6}-[A-Z]{2}[0-9]{2})-"
    r"(?:(?P<day>[0-9]{8})-(?P<serial>[0-9]{6})|(?P<digest>[0-9A-Z]{10}))-(?P<check>[0-9A-Z])"
)
_AGENCY = re.compile(r"[0-9]{6}-[A-Z]{2}[0-9]{2}")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGEST_CHARACTERS = 10
_MAX_SERIAL = 999_999
_MILLIS_BITS = 48
_LOW_62 = (1 << 62) - 1


class MatterKind(StrEnum):
    """The kinds of matter, the first two letters of a matter id."""

    CLUE = "XS"  # 线索
    CASE = "AJ"  # 案件
    TRANSFER = "YS"  # 移送
    ASSISTANCE = "XZ"  # 协助
    NOTIFICATION = "CG"  # 抄告
    JOINT_OPERATION = "LH"  # 联合执法
    CRIMINAL = "XX"  # 行刑衔接
    RECOMMENDATION = "JY"  # 建议书
    WHISTLE = "SH"  # 哨
    SUPERVISION = "DB"  # 督办
    WARNING = "YJ"  # 预警
    CREDIT = "XY"  # 信用
    DIGEST = "HZ"  # 汇总
    SUBJECT = "DX"  # 对象
    CROSS_PROVINCE = "CX"  # 跨省
    REFERENCE = "CK"  # 参考数据


@dataclass(frozen=True, slots=True)
class MatterId:
    """What a matter id says: `day` and `serial` of the agency that opened it, or a `digest` of its cause."""

    text: str
    kind: MatterKind
    agency: str
    day: date | None
    serial: int
    digest: str


def make_matter_id(kind: MatterKind | str, agency: str, day: date, serial: int) -> str:
    """Return the id of the `serial`-th matter that `agency` opens on `day`, with its check character.

    Raises BadIdentifier if the serial is not 1..999999, the agency's code is malformed, the kind unknown.
    """
    if not 1 <= serial <= _MAX_SERIAL:
        raise bad(
            Code.BAD_MATTER_ID,
            f"序号应为 1 至 999999，而不是 {serial}。",
            f"A serial is 1 to 999999, not {serial}.",
        )
    return _checked(f"{_kind(kind)}-{check_agency_code(agency)}-{day:%Y%m%d}-{serial:06d}")


def derived_matter_id(kind: MatterKind | str, agency: str, cause: str, rule: str, ordinal: int) -> str:
    """Return the id of a matter that the backbone opens: a function of cause, rule and ordinal alone."""
    number = int.from_bytes(_digest(cause, rule, str(ordinal)), "big")
    characters = []
    for _ in range(_DIGEST_CHARACTERS):
        number, index = divmod(number, len(_ALPHABET))
        characters.append(_ALPHABET[index])
    return _checked(f"{_kind(kind)}-{check_agency_code(agency)}-{''.join(characters)}")


def reference_matter(kind: str) -> str:
    """Return the id of the one matter that holds all reference data of a kind, such as "CALENDAR"."""
    return derived_matter_id(MatterKind.REFERENCE, PLATFORM, kind, "reference", 0)


def parse_matter_id(text: str) -> MatterId:
    """Take a matter id apart. Raises BadIdentifier; a wrong check character is told with the right one."""
    found = _MATTER.fullmatch(text)
    if found is None:
        raise bad(
            Code.BAD_MATTER_ID,
            f"“{text[:60]}”不是“类别-机关-日期-序号-校验位”的格式。",
            f"{text[:60]!r} is not written as kind-agency-date-serial-check.",
        )
    expected = mod_37_36.calc_check_digit(text[:-2].replace("-", ""))
    if found["check"] != expected:
        raise wrong_check(Code.BAD_MATTER_ID, found["check"], expected)
    day = real_day(found["day"], Code.BAD_MATTER_ID) if found["day"] else None
    serial = int(found["serial"] or 0)
    if day is not None and serial == 0:
        raise bad(Code.BAD_MATTER_ID, "序号从 000001 起。", "Serials begin with 000001.")
    return MatterId(text, _kind(found["kind"]), found["agency"], day, serial, found["digest"] or "")


def make_event_id(micros: int, randomness: bytes) -> str:
    """Return a UUIDv7 (RFC 9562, 5.7) of that time in microseconds since 1970.

    Raises ValueError if `randomness` is less than 10 bytes.
    """
    needed = 10
    if len(randomness) < needed:
        raise ValueError(f"an event id needs {needed} random bytes, not {len(randomness)}")
    return _uuid(micros, 7, randomness)


def new_event_id(micros: int) -> str:
    """Return a fresh event id of that time: real in a real stack, simulated in a simulated one."""
    return make_event_id(micros, secrets.token_bytes(10))


def derived_id(cause_time_micros: int, cause: str, rule: str, ordinal: int) -> str:
    """Return the id of a fact that follows from another: a UUIDv8 (RFC 9562, 5.8).

    Its first 48 bits are the cause's time in milliseconds, the rest SM3 over cause, rule and ordinal: a
    cause under one rule gives the same id on every replay.
    """
    return _uuid(cause_time_micros, 8, _digest(cause, rule, str(ordinal)))


def parse_event_id(text: str) -> int:
    """Return the time in microseconds of an id that a sender made: a UUIDv7. Raises BadIdentifier."""
    value = _canonical(text)
    if value is None or value.version != 7:  # noqa: PLR2004 - the version RFC 9562 gives to time-ordered ids
        raise bad(
            Code.BAD_EVENT_ID,
            f"“{text[:40]}”不是小写、带连字符的 UUIDv7。",
            f"{text[:40]!r} is no UUIDv7 in lower case with hyphens.",
        )
    return _millis(value) * 1000


def event_time(event_id: str) -> int:
    """Return the time in microseconds, to the millisecond, that an id (UUIDv7 or UUIDv8) bears.

    Raises BadIdentifier if it is neither.
    """
    value = _canonical(event_id)
    if value is None or value.version not in {7, 8}:
        raise bad(Code.BAD_EVENT_ID, f"“{event_id[:40]}”不是事件编号。", f"{event_id[:40]!r} is no event id.")
    return _millis(value) * 1000


def check_agency_code(code: str) -> str:
    """Return an agency code as it is. Raises BadIdentifier unless it is `310120-ZG04` in form."""
    if _AGENCY.fullmatch(code) is None:
        raise bad(Code.BAD_AGENCY_CODE, f"“{code[:20]}”不是机关代码。", f"{code[:20]!r} is no agency code.")
    return code


def _kind(kind: str) -> MatterKind:
    try:
        return MatterKind(kind)
    except ValueError:
        raise bad(Code.BAD_MATTER_ID, f"没有类别 {kind}。", f"There is no kind {kind!r}.") from None


def _checked(text: str) -> str:
    return f"{text}-{mod_37_36.calc_check_digit(text.replace('-', ''))}"


def _digest(*parts: str) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    for part in parts:
        encoded = part.encode()
        # A length before each part: ("ab", "c") and ("a", "bc") must not meet.
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
    return digest.finalize()


def _uuid(micros: int, version: int, tail: bytes) -> str:
    millis = micros // 1000
    if not 0 <= millis < 1 << _MILLIS_BITS:
        raise ValueError(f"{micros} µs does not fit the 48 bits of an id")
    high = int.from_bytes(tail[:2], "big") & 0xFFF
    low = int.from_bytes(tail[2:10], "big") & _LOW_62
    return str(uuid.UUID(int=millis << 80 | version << 76 | high << 64 | 0b10 << 62 | low))


def _canonical(text: str) -> uuid.UUID | None:
    try:
        value = uuid.UUID(text)
    except ValueError:
        return None
    return value if str(value) == text and value.variant == uuid.RFC_4122 else None


def _millis(value: uuid.UUID) -> int:
    return value.int >> 80
