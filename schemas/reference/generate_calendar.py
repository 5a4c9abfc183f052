"""Writes `calendar.yaml` from the chinesecalendar package: `python -m schemas.reference.generate_calendar`.

The package is needed for this alone, and for the test that compares the file with it; what runs reads the
file.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["render", "write"]

FIRST_YEAR = 2004
LAST_YEAR = 2026

_HEAD = """\
# Working days of the People's Republic of China, 2004 to 2026. Not edited by hand: it is written by
# python -m schemas.reference.generate_calendar. Monday to Friday are working days, except the holidays;
# Saturday and Sunday are not, except the make-up days (调休上班). Years that are listed are settled, the
# others provisional.
version: 1
# The notices themselves were not read.
verified: false
source: >-
  chinesecalendar 1.11.0 (PyPI), which follows the yearly notices of the General Office of the State Council
  (国务院办公厅关于部分节假日安排的通知)
notices:
  2026: >-
    compared day by day with NateScarlet/holiday-cn 2026.json, whose source is the notice on gov.cn of 2025-11
# Without a notice only the statutory days of fixed date are known in advance. Festivals of the lunar
# calendar, and what is moved to make long holidays, come with the notice.
statutory:
  verified: false
  source: 全国年节及纪念日放假办法（2024 年修订）第二条
  days:
    - {zh: 元旦, month: 1, day: 1}
    - {zh: 劳动节, month: 5, day: 1}
    - {zh: 劳动节, month: 5, day: 2}
    - {zh: 国庆节, month: 10, day: 1}
    - {zh: 国庆节, month: 10, day: 2}
    - {zh: 国庆节, month: 10, day: 3}
years:
"""


def render(holidays: Mapping[date, str], make_up: Mapping[date, str]) -> str:
    """Return the file's text, given the holiday's Chinese name for each day off and each make-up day."""
    lines = [_HEAD.rstrip()]
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        lines.append(f"  {year}:")
        lines.append("    holidays:")
        lines += [
            f"      - {{zh: {name}, from: {first}, to: {last}}}"
            for name, first, last in _runs((d, n) for d, n in holidays.items() if d.year == year)
        ]
        days = sorted((d, n) for d, n in make_up.items() if d.year == year)
        lines.append("    make_up:" if days else "    make_up: []")
        lines += [f"      - {{zh: {name}, day: {day}}}" for day, name in days]
    return "\n".join(lines) + "\n"


def _runs(days: Iterable[tuple[date, str]]) -> list[tuple[str, date, date]]:
    ordered = sorted(days)
    breaks = [
        index + 1
        for index, ((day, name), (following, other)) in enumerate(pairwise(ordered))
        if following - day != timedelta(days=1) or name != other
    ]
    bounds = pairwise([0, *breaks, len(ordered)])
    return [(ordered[first][1], ordered[first][0], ordered[end - 1][0]) for first, end in bounds]


def from_package() -> str:
    """Return the file's text as the installed chinesecalendar gives it."""
    from chinese_calendar import constants  # noqa: PLC0415 - a dependency of development only

    chinese = {each.value: each.chinese for each in constants.Holiday}
    return render(
        {day: chinese[name] for day, name in constants.holidays.items()},
        {day: chinese[name] for day, name in constants.workdays.items()},
    )


def write() -> None:
    """Write the file beside this module."""
    Path(__file__).with_name("calendar.yaml").write_text(from_package(), encoding="utf-8")


if __name__ == "__main__":
    write()
