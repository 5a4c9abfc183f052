"""`liandong rebuild views`: fold the ledger anew beside the live views, compare, and switch in one step."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from backbone.broker import BrokerAway
from backbone.database import DatabaseAway
from backbone.fold import LedgerGap
from backbone.settings import Settings
from deploy.commands.running import directory_option, running_stack
from projections.rebuild import RebuildRunning, Rebuilt, ViewsDiffer
from projections.rebuild import rebuild as rebuild_views

if TYPE_CHECKING:
    from pathlib import Path

_TOLD = (RebuildRunning, ViewsDiffer, LedgerGap, DatabaseAway, BrokerAway)
_NAMES = {
    "matter": "matters 事项",
    "matter_agency": "agencies of matters 有关机关",
    "clocks": "clocks 时限",
    "inbox": "inbox 收件箱",
    "timeline": "timeline 时间线",
    "personal": "personal fields 个人信息字段",
    "digest": "digests 处罚汇总",
    "digest_case": "cases of digests 汇总案件",
}


@click.group()
def rebuild() -> None:
    """Build again from the ledger what was folded from it."""


@rebuild.command()
@directory_option
@click.option(
    "--accept-differences",
    is_flag=True,
    help="Switch although the new views differ from the live ones (a view's code was changed).",
)
def views(directory: Path, *, accept_differences: bool) -> None:
    """Build inbox, timeline and clocks again; reading goes on meanwhile."""
    state = running_stack(directory)
    settings = Settings(stack=state.stack, kafka=state.kafka, database=state.database)
    console = Console()
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("ledger ▸ views_next", total=None)
            done = asyncio.run(
                rebuild_views(
                    settings,
                    state.database,
                    lambda at, total: bar.update(task, completed=at, total=total),
                    accept_differences=accept_differences,
                )
            )
    except _TOLD as error:
        click.echo(f"✘ {' '.join(str(error).split())}", err=True)
        sys.exit(1)
    _tell(console, done)


def _tell(console: Console, done: Rebuilt) -> None:
    for table, rows in done.rows.items():
        mark = "≠" if table in done.differences else "✔"
        console.print(f"  {mark} {_NAMES.get(table, table)}: {rows}")
    console.print(f"  switched: {done.records} ledger records folded anew")
