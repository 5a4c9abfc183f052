"""Instants and days in Beijing time: the days of the law are those of Asia/Shanghai, wherever it runs."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

__all__ = ["SHANGHAI", "day_of", "instant_of"]

SHANGHAI = ZoneInfo("Asia/Shanghai")


def day_of(instant: int) -> date:
    """Return the day in Shanghai in which an instant lies."""
    return datetime.fromtimestamp(instant // 1_000_000, SHANGHAI).date()


@lru_cache(maxsize=4096)
def instant_of(day: date, hour: int = 0) -> int:
    """Return the instant at which a day in Shanghai reaches that hour."""
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI).timestamp()) * 1_000_000
