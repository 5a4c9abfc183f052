"""Instants as people here read them: Asia/Shanghai, always."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""UTC+8 without summer time: right for every instant since 1992."""
EPOCH = datetime(1970, 1, 1, tzinfo=BEIJING) + timedelta(hours=8)
_WEEKDAYS = "一二三四五六日"


def beijing(micros: int) -> datetime:
    """Turn microseconds since the epoch into a Beijing datetime, to the microsecond."""
    return EPOCH + timedelta(microseconds=micros)


def micros(instant: datetime) -> int:
    """Turn a timezone-aware datetime into microseconds since the epoch, exactly."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def iso(instant: datetime) -> str:
    """ISO 8601 in Beijing time, to the millisecond: what the API answers."""
    return instant.astimezone(BEIJING).isoformat(timespec="milliseconds")


def minute_zh(instant: datetime) -> str:
    """Like 2026-09-08 周二 10:00: what people read."""
    local = instant.astimezone(BEIJING)
    return f"{local:%Y-%m-%d} 周{_WEEKDAYS[local.weekday()]} {local:%H:%M}"


def day_zh(day: date) -> str:
    """Like 2026-09-29 周二."""
    return f"{day:%Y-%m-%d} 周{_WEEKDAYS[day.weekday()]}"
