"""`liandong deadline`: when something is due, by which law, and every day counted or skipped on the way."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backbone.settings import Settings
from deploy.deadlines import NoDeadline, Question, Worked, calendar_with, find_rule, instant, work_out
from deploy.embedded.obstacles import Obstacle
from processors.rulebook import BrokenPack, Rulebook
from projections.vocabulary import DAY_KINDS, limit_zh
from schemas.agencies import AGENCIES
from schemas.calendar import CALENDAR
from schemas.days import Pause, Unit
from schemas.facts.base import from_micros

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from processors.model import Alarm

_DAYS_SHOWN = 60
_ENDS_SHOWN = 20
_ALARMS = {"WARN_HALF": "已过半 half", "WARN_LAST_DAY": "剩一个工作日 last day", "BREACH": "超期 breach"}
_WHO = {"responsible": "责任机关", "holder": "承办机关", "originator": "来源机关"}


@click.command()
@click.argument("rule")
@click.argument("start")
@click.option(
    "--pause", "pauses", nargs=2, multiple=True, metavar="FROM TO", help="A stretch that stands still."
)
@click.option("--extend", is_flag=True, help="With the extension that the rule allows.")
@click.option("--until", help="The day to which it is extended, where the rule asks for one.")
@click.option(
    "--calendar",
    "calendars",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A published year (data of WorkCalendarPublished, JSON or YAML) over this release's calendar.",
)
@click.option("--json", "as_json", is_flag=True, help="Everything for programs.")
def deadline(  # noqa: PLR0913 - one parameter for each argument and option, as click hands them over
    rule: str,
    start: str,
    pauses: Sequence[tuple[str, str]],
    until: str | None,
    calendars: Sequence[Path],
    *,
    extend: bool,
    as_json: bool,
) -> None:
    """Work out when RULE (PN-01, AS-01@1) is due for START: a day, or an instant (without a zone: Beijing).

    A limit that counts backward takes the day that the act precedes as START.
    """
    try:
        rulebook = _rulebook(Settings().packs)
        question = Question(
            find_rule(rulebook, rule),
            instant(start),
            tuple(_pause(*each) for each in pauses),
            extended=extend or until is not None,
            until=from_micros(instant(until)).date() if until else None,
        )
        worked = work_out(question, rulebook, calendar_with(CALENDAR, calendars))
    except NoDeadline as error:
        raise Obstacle(str(error), "See: liandong deadline --help") from error
    except BrokenPack as error:
        raise Obstacle(str(error), "Mend the pack: liandong rules check") from error
    if as_json:
        click.echo(json.dumps(told(worked), ensure_ascii=False, indent=1))
    else:
        _print(worked, Console(highlight=False, soft_wrap=True))


@cache
def _rulebook(packs: tuple[str, ...]) -> Rulebook:
    return Rulebook.load(packs)


def _pause(first: str, last: str) -> Pause:
    begin, end = instant(first), instant(last, ends=True)
    if end <= begin:
        raise NoDeadline(f"The pause ends ({last}) before it begins ({first}). 中止的结束早于开始。")
    return Pause(begin, end)


def told(worked: Worked) -> dict[str, Any]:
    """Give everything as JSON: instants ISO 8601 in Beijing time, days ISO, agencies by code or part."""
    rule, limit, calendar = worked.question.rule, worked.limit, worked.calendar
    counting = rule.counting
    return {
        "rule": rule.id,
        "name": {"zh": rule.name.zh, "en": rule.name.en},
        "start": _iso(worked.start),
        "due_date": worked.ends.due_date.isoformat(),
        "due": _iso(worked.ends.due),
        "backward": worked.backward,
        "provisional": worked.ends.provisional,
        "limit": {
            "n": limit.n,
            "unit": limit.unit.value,
            "zh": limit_zh(limit.n, limit.unit, limit.day_kind),
        },
        "day_kind": limit.day_kind.value,
        "day_kind_basis": rule.basis,
        "calendar": {"version": calendar.version, "source": calendar.source},
        "law": {name: rule.citation.get(name) for name in ("law", "article", "quote")},
        "verified": rule.citation["verified"],
        "extended": worked.question.extended,
        "ceiling": None
        if counting.ceiling is None
        else {"n": counting.ceiling.n, "unit": counting.ceiling.unit},
        "from_catalogue": counting.from_catalogue,
        "pauses": [{"from": _iso(each.start), "to": _iso(each.end or 0)} for each in worked.question.pauses],
        "days": [
            {"date": each.day.isoformat(), "counted": each.counted, "n": n, "why": each.reason}
            for each, n in _numbered(worked)
        ],
        "alarms": [
            {"at": _iso(each.instant), "kind": each.kind, "to": list(each.to)} for each in worked.alarms
        ],
        "awaits": list(rule.awaits),
        "clauses": list(rule.clauses),
    }


def _numbered(worked: Worked) -> Iterator[tuple[Any, int | None]]:
    """Give each day with its number among those that count."""
    n = 0
    for each in worked.ends.days:
        n += each.counted
        yield each, n if each.counted else None


def _iso(instant_: int) -> str:
    return from_micros(instant_).isoformat(timespec="seconds")


def _print(worked: Worked, console: Console) -> None:
    rule = worked.question.rule
    console.print(f"[bold]{rule.id}[/]  {rule.name.zh}  {rule.name.en}")
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, text in _facts_of(worked):
        grid.add_row(Text(name, "dim"), text)
    console.print(grid)
    console.print(_days(worked))
    for line in _after(worked):
        console.print(line)


def _facts_of(worked: Worked) -> Iterator[tuple[str, Text]]:
    rule, limit, ends = worked.question.rule, worked.limit, worked.ends
    longer = "（已含延长 with the extension）" if worked.question.extended else ""
    yield "期限 limit", Text(limit_zh(limit.n, limit.unit, limit.day_kind) + longer)
    yield ("其前为限 before" if worked.backward else "起算 start"), Text(_local(worked.start))
    last = "" if limit.unit is Unit.HOUR else f"{ends.due_date} 24:00"
    yield "到期 due", Text(last or _local(ends.due), "bold")
    yield "到期时刻 due instant", Text(f"{_iso(ends.due)} (the first instant too late)")
    yield "日的种类 days", Text(f"{DAY_KINDS.get(limit.day_kind, limit.day_kind)}：{rule.basis}")
    settled = "暂定 provisional：放假安排未公布" if ends.provisional else "已公布 settled"
    yield (
        "日历 calendar",
        Text(f"version {worked.calendar.version}，{settled}", "yellow" if ends.provisional else ""),
    )
    law = rule.citation
    quote = f"：“{law['quote']}”" if law.get("quote") else "（条文未摘录 no quotation）"
    yield "依据 law", Text(f"{law['law']} {law['article']}{quote}")
    sure = law["verified"]
    yield (
        "核实 verified",
        Text("是 the article was read" if sure else "否 not verified", "" if sure else "yellow"),
    )


def _days(worked: Worked) -> Table:
    table = Table("日期 day", "计 n", "原因 why", box=None, pad_edge=False)
    rows = list(_numbered(worked))
    shown = rows if len(rows) <= _DAYS_SHOWN else [*rows[:_ENDS_SHOWN], None, *rows[-_ENDS_SHOWN:]]
    for row in shown:
        if row is None:
            table.add_row("…", "", f"{len(rows) - 2 * _ENDS_SHOWN} days, see --json")
            continue
        each, n = row
        table.add_row(
            each.day.isoformat(), "·" if n is None else str(n), Text(each.reason), style="" if n else "dim"
        )
    return table


def _after(worked: Worked) -> Iterator[str]:
    """Tell what else one should know: pauses, alarms, ceilings, that the rule runs no clock yet."""
    rule = worked.question.rule
    for pause in worked.question.pauses:
        yield f"中止 pause  {_local(pause.start)} – {_local(pause.end or 0)}"
    for alarm in worked.alarms:
        yield f"{_local(alarm.instant)}  {_level(alarm)}  ▸ {'、'.join(map(_who, alarm.to))}"
    ceiling = rule.counting.ceiling
    if ceiling is not None:
        yield f"上限 ceiling  {limit_zh(ceiling.n, ceiling.unit, ceiling.day_kind)}：延长不得超过"
    if rule.counting.from_catalogue:
        yield "清单事项另有期限的，按清单 an item of the catalogue may have a limit of its own"
    if rule.awaits:
        yield f"尚不计时，待后续版本的事实 runs no clock yet; it awaits {', '.join(rule.awaits)}"


def _level(alarm: Alarm) -> str:
    return _ALARMS.get(alarm.kind) or f"升级 {alarm.kind.rpartition('_')[2]} 级 escalation"


def _who(name: str) -> str:
    return _WHO.get(name) or AGENCIES.name_zh(name)


def _local(instant_: int) -> str:
    when = from_micros(instant_)
    return f"{when:%Y-%m-%d %H:%M} {'周' + '一二三四五六日'[when.weekday()]}"
