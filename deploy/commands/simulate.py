"""`liandong simulate`: agencies that do not exist state what such agencies would, from a seed."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.commands.running import directory_option, layout_of, running_stack
from deploy.embedded.obstacles import Obstacle
from deploy.embedded.provision import read_tokens
from deploy.simulated_agencies import Rate, door, has_history, play_at_a_pace, play_in_simulated_time
from deploy.simulation import NotSettled
from producers.simulate import Plan, Planned
from producers.simulate.post import NotTaken, Outcome, Poster
from schemas.facts.base import BEIJING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_RATE = re.compile(r"(?P<count>\d+(?:\.\d+)?)/(?P<unit>day|s)")
_DENSITY = 400.0
"""Facts on a working day of the plan where the rate is a pace, `N/s`, and says nothing of days."""
_FIRST_DAY = datetime(2026, 9, 1, tzinfo=BEIJING).date()
_MINUTE = 60_000_000
_SHOWN = 10


class _RateType(click.ParamType):
    name = "N/day|N/s"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Rate:
        if isinstance(value, Rate):
            return value
        found = _RATE.fullmatch(str(value))
        if found is None or float(found["count"]) == 0:
            self.fail(f"{value} is no rate: write 40/day or 200/s", param, ctx)
        return Rate(float(found["count"]), found["unit"])


@click.command()
@directory_option
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True, help="Same seed, same facts.")
@click.option("--days", type=click.FloatRange(0, min_open=True), default=30.0, show_default=True)
@click.option("--rate", type=_RateType(), default="40/day", show_default=True)
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help="First day [default: see below].")
@click.option("--to", "url", help="A door elsewhere; its time is real. [default: the running stack's]")
@click.option("--tokens", type=click.Path(path_type=Path, exists=True), help="Tokens of the door at --to.")
@click.option("--out", type=click.File("w", encoding="utf-8"), help="Write the plan, a fact a line, no more.")
@click.option("--dry", is_flag=True, help="Say what would be stated, and state nothing.")
@click.option("--step", type=click.IntRange(1), default=10, show_default=True, help="Minutes told together.")
@click.option("--catalogue/--no-catalogue", default=True, help="Publish the catalogue of assistance first.")
@click.option("--check/--no-check", default=True, help="Compare every receipt with the plan.")
def simulate(  # noqa: PLR0913, PLR0917 - one parameter for each option, as click hands them over
    directory: Path,
    seed: int,
    days: float,
    rate: Rate,
    start: datetime | None,
    url: str | None,
    tokens: Path | None,
    out: click.utils.LazyFile | None,
    step: int,
    *,
    dry: bool,
    catalogue: bool,
    check: bool,
) -> None:
    """Let simulated agencies work for some days.

    On a simulated stack time moves along from fact to fact, from the day after the present one. On a real one
    the facts of the last days are stated now, at the rate, and those are left out that need time to pass
    (digests, limits that run out). Exit code 1 if anything was answered otherwise than planned.
    """
    first = start.date() if start else None
    order = Plan(seed=seed, days=days, per_day=rate.a_day, start=first or _FIRST_DAY, catalogue=catalogue)
    if dry or out is not None:
        _summarise(_written(order, out), Console(stderr=out is not None))
        return
    try:
        began = time.monotonic()
        outcome = _play(_Stage(directory, url, tokens, step, check), order, rate, first)
        _report(outcome, time.monotonic() - began, checked=check)
    except (NotTaken, NotSettled, httpx.HTTPError) as error:
        raise Obstacle(str(error) or type(error).__name__, "Look at: liandong status") from error


class _Stage(NamedTuple):
    """Where a plan is played."""

    directory: Path
    url: str | None
    tokens: Path | None
    step: int
    check: bool


def _play(stage: _Stage, order: Plan, rate: Rate, first: date | None) -> Outcome:
    layout = layout_of(stage.directory)
    state = None if stage.url else running_stack(stage.directory)
    tokens = read_tokens(stage.tokens or layout.tokens)
    url = stage.url or (state.gateway_url if state else "")

    async def play() -> Outcome:
        async with door(url) as client:
            clock = (await client.get("/v1/clock")).json()
            today = datetime.fromisoformat(clock["now"]).astimezone(BEIJING).date()
            poster = Poster(client, tokens, check=stage.check)
            if not clock["simulated"]:
                told = _of_the_last_days(order, rate, first, today)
                with _progress(told) as told_of:
                    return await play_at_a_pace(told, poster, rate.a_second, told_of)
            if state is None:
                raise Obstacle(f"The time of {url} is simulated.", "Name the stack itself: --dir DIRECTORY")
            joins = await has_history(state)
            told = replace(order, start=first or today + timedelta(days=1), joins=joins)
            with _progress(told) as told_of:
                return await play_in_simulated_time(
                    told, poster, (state, layout), stage.step * _MINUTE, told_of
                )

    return asyncio.run(play())


def _from(order: Plan, first: date) -> Plan:
    return Plan(
        seed=order.seed, days=order.days, per_day=order.per_day, start=first, catalogue=order.catalogue
    )


def _of_the_last_days(order: Plan, rate: Rate, first: date | None, today: date) -> Plan:
    """Plan days that are over: an agency may tell late of what happened, never before it does."""
    density = rate.a_day if rate.unit == "day" else _DENSITY
    return replace(
        order, per_day=density, start=first or today - timedelta(days=ceil(order.days)), timed=False
    )


def _written(order: Plan, out: click.utils.LazyFile | None) -> Iterator[Planned]:
    with out or nullcontext():
        for planned in order:
            if out is not None:
                out.write(planned.as_json() + "\n")
            yield planned


class _progress:  # noqa: N801 - used as a context manager only
    """A bar over the plan's days: how far its time has come, and how many facts were stated."""

    def __init__(self, order: Plan) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._order = order
        self._stated = 0

    def __enter__(self) -> Callable[[Planned], None]:
        self._bar.start()
        self._task = self._bar.add_task("模拟 simulating", total=round(self._order.days) or 1)
        return self._told

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _told(self, planned: Planned) -> None:
        self._stated += 1
        day = datetime.fromtimestamp(planned.at / 1_000_000, BEIJING).date()
        passed = (day - self._order.start).days
        self._bar.update(self._task, completed=passed, description=f"{day}  {self._stated} facts")


def _summarise(plan: Iterable[Planned], console: Console) -> None:
    """Say what a plan consists of."""
    facts: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    mistakes: Counter[str] = Counter()
    for planned in plan:
        facts[planned.fact] += 1
        answers[planned.answer.value] += 1
        mistakes[planned.mistake] += bool(planned.mistake)
    table = Table("fact 事实", "count", box=None, pad_edge=False)
    for name, count in facts.most_common():
        table.add_row(name, str(count))
    console.print(table)
    console.print(f"Facts {facts.total()}: " + ", ".join(f"{n} {c}" for n, c in answers.most_common()))
    console.print("Mistakes: " + ", ".join(f"{n} {c}" for n, c in mistakes.most_common() if n))


def _report(outcome: Outcome, seconds: float, *, checked: bool) -> None:
    told = ", ".join(f"{name} {count}" for name, count in outcome.answers.most_common())
    pace = outcome.stated / seconds if seconds else 0.0
    click.echo(f"Facts {outcome.stated}: {told}; sent again {outcome.repeats}; {pace:.1f} facts/s")
    for surprise in outcome.surprises[:_SHOWN]:
        click.echo(f"  ✘ {surprise}")
    if len(outcome.surprises) > _SHOWN:
        click.echo(f"  and {len(outcome.surprises) - _SHOWN} more")
    if not checked:
        click.echo("  receipts were not looked at 未核对回执")
    elif not outcome.surprises:
        click.echo("  ✔ every answer as planned 与计划一致")
    sys.exit(1 if outcome.surprises else 0)
