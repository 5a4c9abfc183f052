"""What the generated classes stand on: frozen values, instants with a zone, enums with Chinese labels.

Scalars are strict (a number written as text fails where it is written); instants are aware datetimes, in JSON
ISO 8601 with an offset; lists are tuples. The bounds of the contract hold here as they do at admission.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self, TypeAlias

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Strict,
    ValidationInfo,
    field_validator,
)

from schemas.bounds import EARLIEST, LATEST, blemish

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The zone in which instants are shown: China has one, without summer time since 1992."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_LIKE_AN_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")


def to_micros(instant: datetime) -> int:
    """Give an aware datetime as microseconds since 1970, UTC."""
    return (instant - EPOCH) // _MICRO


def from_micros(micros: int) -> datetime:
    """Give microseconds since 1970, UTC, as a datetime in Beijing time; raises OverflowError beyond 9999."""
    return (EPOCH + timedelta(microseconds=micros)).astimezone(BEIJING)


def _written_as_an_instant(value: object) -> object:
    if isinstance(value, datetime) or (isinstance(value, str) and _LIKE_AN_INSTANT.match(value)):
        return value
    raise ValueError("应为带时区的时刻，如 2026-09-08T10:00:00+08:00。Write an instant with its offset.")


def _within_two_centuries(value: datetime) -> datetime:
    if not EARLIEST <= to_micros(value) < LATEST:
        raise ValueError("时刻应在 1900 年至 2199 年之间。The instant must lie between 1900 and 2199.")
    return value


def _written_as_a_day(value: object) -> object:
    day = value
    if isinstance(value, str):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        if day is None or str(day) != value:
            raise ValueError("应为日期，如 2026-09-29。Write a date such as 2026-09-29.")
    if isinstance(day, datetime) or not isinstance(day, date):
        raise ValueError("应为日期，如 2026-09-29。Write a date such as 2026-09-29.")  # noqa: TRY004
    return day


Text: TypeAlias = Annotated[str, Strict()]
Int: TypeAlias = Annotated[int, Strict()]
Float: TypeAlias = Annotated[float, Strict()]
Bool: TypeAlias = Annotated[bool, Strict()]
Bytes: TypeAlias = bytes
Day: TypeAlias = Annotated[date, BeforeValidator(_written_as_a_day)]
Instant: TypeAlias = Annotated[
    AwareDatetime, BeforeValidator(_written_as_an_instant), AfterValidator(_within_two_centuries)
]


class Labelled(StrEnum):
    """An enum whose symbols are English and whose labels, `zh`, are Chinese."""

    zh: str

    def __new__(cls, symbol: str, zh: str) -> Self:
        """Make a member of its symbol and its label."""
        member = str.__new__(cls, symbol)
        member._value_ = symbol
        member.zh = zh
        return member


class Value(BaseModel):
    """A frozen record without surplus fields; `BREAKS` names the fields whose text may hold line breaks."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        ser_json_bytes="base64",
        val_json_bytes="base64",
        allow_inf_nan=False,
    )

    BREAKS: ClassVar[frozenset[str]] = frozenset()

    @field_validator("*", mode="after")
    @classmethod
    def _no_unfit_characters(cls, value: Any, info: ValidationInfo) -> Any:
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str) and blemish(text, multiline=info.field_name in cls.BREAKS):
                raise ValueError("含有控制字符。Holds a control character: remove it.")
        return value


class Fact(Value):
    """Something that happened, stated by an agency or by the platform; `FACT` is its name on the wire."""

    FACT: ClassVar[str]


class Control(Value):
    """A record that the backbone sends to itself; `CONTROL` is its name on the wire."""

    CONTROL: ClassVar[str]


class Shared(Value):
    """What a feed tells another province; `SHARED` is its name on the wire."""

    SHARED: ClassVar[str]
