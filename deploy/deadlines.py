"""A deadline worked out by its rule alone, with everything that a person needs to check it by hand."""

from __future__ import annotations

import json
import re
from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

import yaml

from processors.clocks.alarms import Span, alarms_of, span_of, span_until
from processors.rulebook.parts import DESK
from processors.rulebook.shapes import Action, base_of
from schemas.days import CountedDay, Due, Limit, Pause, day_of, due_before, instant_of
from schemas.errors import Refused
from schemas.facts.base import BEIJING, to_micros

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from processors.model import Alarm
    from processors.rulebook import Rulebook
    from processors.rulebook.shapes import DeadlineRule, Extension
    from schemas.calendar import WorkingCalendar

__all__ = ["NoDeadline", "Question", "Worked", "calendar_with", "find_rule", "instant", "work_out"]

_ONE_DAY = timedelta(days=1)
_A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_AN_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d")
_NEAR = 3
_SET_IN_WRITING = "延期，至书面确定的日期"
_LONGEST_PAUSE = 100 * 366 * 24 * 3_600_000_000
_YEARS: Final = range(1900, 2200)


class NoDeadline(ValueError):
    """The question has no answer as it is asked; the message says why and what to ask instead."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a rule from an instant (micros) on, around pauses.

    `extended`: by what the rule allows, or to the day `until` where the rule asks for one.
    """

    rule: DeadlineRule
    start: int
    pauses: tuple[Pause, ...] = ()
    extended: bool = False
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Worked:
    """The answer: when it is due, the days on the way, and every alarm. `start` is where counting begins."""

    question: Question
    start: int
    limit: Limit
    ends: Due
    alarms: tuple[Alarm, ...] = ()
    calendar: WorkingCalendar = field(repr=False, kw_only=True)

    @property
    def backward(self) -> bool:
        """Whether the limit is counted back from the day that the act precedes."""
        return bool(self.question.rule.counting.before)


def find_rule(rulebook: Rulebook, name: str) -> DeadlineRule:
    """Find a rule by its id, with version or without (then the newest).

    Raises NoDeadline, which names the nearest.
    """
    rules = [rule for pack in rulebook.packs for rule in pack.deadlines]
    wanted = name.strip().upper()
    found = [rule for rule in rules if wanted in {rule.id.upper(), base_of(rule.id).upper()}]
    if found:
        return max(found, key=lambda rule: int(rule.id.partition("@")[2] or 0))
    names = {base_of(rule.id).upper(): rule for rule in rules}
    near = get_close_matches(wanted.partition("@")[0], names, n=_NEAR, cutoff=0.4)
    near += [base for base, rule in names.items() if name.strip() and name.strip() in rule.name.zh]
    told = "、".join(f"{names[base].id} {names[base].name.zh}" for base in dict.fromkeys(near))
    raise NoDeadline(
        f"There is no deadline rule {name!r}. 没有此期限规则。" + (f" 相近：{told}" if told else "")
    )


def instant(text: str, *, ends: bool = False) -> int:
    """Read a day or an instant, in Beijing if it names no zone; with `ends` a day means its end.

    Raises NoDeadline.
    """
    try:
        if _A_DAY.fullmatch(text):
            day = date.fromisoformat(text)
            _check_year(day.year)
            return instant_of(day + _ONE_DAY if ends else day)
        when = datetime.fromisoformat(text if _AN_INSTANT.match(text) else "")
        _check_year(when.year)
    except ValueError as error:
        if isinstance(error, NoDeadline):
            raise
        raise NoDeadline(
            f"{text!r} is no day and no instant: write 2026-09-08 or 2026-09-08T10:00. 日期无法识别。"
        ) from None
    return to_micros(when if when.tzinfo else when.replace(tzinfo=BEIJING))


def _check_year(year: int) -> None:
    if year not in _YEARS:
        raise NoDeadline(f"The year {year} is beyond {_YEARS[0]} to {_YEARS[-1]}. 年份超出范围。")


def calendar_with(calendar: WorkingCalendar, files: Iterable[Path]) -> WorkingCalendar:
    """Lay published years over a calendar: files with the data of `WorkCalendarPublished`, JSON or YAML.

    Raises NoDeadline.
    """
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
            content = json.loads(text) if file.suffix == ".json" else yaml.load(text, yaml.BaseLoader)  # noqa: S506 - it knows text alone, so days stay as they are written
            record = {"make_up": [], "doc": {"doc_no": file.name}, **content}
            calendar = calendar.with_year({**record, "year": int(record["year"])})
        except Refused as refused:
            raise NoDeadline(f"{file}: {refused.field}: {refused.detail_en} {refused.detail_zh}") from refused
        except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            raise NoDeadline(
                f"{file} holds no published year ({type(error).__name__}: {error}): write year, holidays and "
                "make_up, as in a WorkCalendarPublished."
            ) from error
    return calendar


def work_out(question: Question, rulebook: Rulebook, calendar: WorkingCalendar) -> Worked:
    """Work a deadline out as the platform would. Raises NoDeadline."""
    rule = question.rule
    try:
        if rule.counting.before:
            return _before(question, calendar)
        start = _month_end(question.start) if rule.counting.start == "month-end" else question.start
        _check_pauses(question.pauses, start)
        span = _span(question, rulebook, start, calendar)
        alarms = alarms_of(rule, span, calendar, _whom(rulebook))
    except OverflowError:
        raise NoDeadline("It would end beyond the year 9999. 期限超出日历。") from None
    return Worked(question, start, span.limit, span.ends, alarms, calendar=calendar)


def _whom(rulebook: Rulebook) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Name parties by what they are, and desks by the agency that the loaded packs give them."""
    desks = {DESK + name: code for pack in rulebook.packs for name, code in pack.desks.items()}
    return lambda names: tuple(desks.get(name, name) for name in names)


def _before(question: Question, calendar: WorkingCalendar) -> Worked:
    if question.pauses or question.extended:
        raise NoDeadline(
            "A limit that counts backward is neither paused nor extended. 向前倒算的期限不中止、不延长。"
        )
    limit = question.rule.limit
    return Worked(
        question, question.start, limit, due_before(limit, question.start, calendar), calendar=calendar
    )


def _span(question: Question, rulebook: Rulebook, start: int, calendar: WorkingCalendar) -> Span:
    rule = question.rule
    if not question.extended:
        return span_of(rule.limit, start, calendar, question.pauses)
    extension = _extension(rulebook, rule)
    if extension.by is None:
        return _until(question, start, calendar)
    if question.until is not None:
        raise NoDeadline(f"{rule.id} is extended by {extension.by.n}, not to a day: leave --until out.")
    longer = Limit(rule.limit.n + extension.by.n, rule.limit.unit, rule.limit.day_kind)
    ceiling = rule.counting.ceiling
    if ceiling is not None and ceiling.unit is longer.unit and longer.n > ceiling.n:
        longer = ceiling
    return span_of(longer, start, calendar, question.pauses)


def _until(question: Question, start: int, calendar: WorkingCalendar) -> Span:
    """Give the stretch to a day that was set in writing."""
    limit = question.rule.limit
    if question.until is None:
        raise NoDeadline(
            f"{question.rule.id} is extended to a day that is set in writing: add --until 2026-10-20. "
            "书面延期须明确答复日期。"
        )
    ends = span_of(limit, start, calendar, question.pauses).ends
    before = ends.due_date
    if question.until <= before:
        raise NoDeadline(
            f"{question.until} is not later than {before}, when it is due anyway. 延期日期须晚于原期限。"
        )
    span = span_until(limit, start, question.until.isoformat())
    longer = (before + timedelta(days=n) for n in range(1, (question.until - before).days + 1))
    days = (*ends.days, *(CountedDay(day, counted=False, reason=_SET_IN_WRITING) for day in longer))
    return replace(span, ends=replace(span.ends, days=days))


def _extension(rulebook: Rulebook, rule: DeadlineRule) -> Extension:
    for pack in rulebook.packs:
        for trigger in pack.triggers:
            if trigger.action is Action.EXTEND and trigger.rule.id == rule.id and trigger.extension:
                return trigger.extension
    raise NoDeadline(
        f"{rule.id} {rule.name.zh} cannot be extended: its rule knows no extension. 此期限不能延长。"
    )


def _check_pauses(pauses: Sequence[Pause], start: int) -> None:
    for pause in pauses:
        if pause.end is not None and pause.end <= start:
            raise NoDeadline("A pause ends before the clock starts. 中止在起算之前已经结束。")
    last = max((pause.end or 0 for pause in pauses), default=start)
    if last - start > _LONGEST_PAUSE:
        raise NoDeadline("The pauses last more than a hundred years. 中止时间过长。")


def _month_end(start: int) -> int:
    day = day_of(start)
    return instant_of(day.replace(day=monthrange(day.year, day.month)[1]))
