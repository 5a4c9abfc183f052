"""`liandong replay --check`: decide the ledger's own input again from nothing, and compare hash for hash."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from backbone.broker import BrokerAway
from backbone.database import DatabaseAway
from backbone.settings import Settings
from deploy.commands.running import directory_option, running_stack
from deploy.replaying import Replayed
from deploy.replaying import replay as replay_ledger
from processors.owner.force import PackMissing, ReferenceDiffers
from processors.rulebook import BrokenPack

if TYPE_CHECKING:
    from pathlib import Path

_TOLD = (DatabaseAway, BrokerAway, BrokenPack, PackMissing, ReferenceDiffers)
SHOWN = 20
"""Differences told in full; more are counted."""


@click.command()
@directory_option
@click.option("--check", is_flag=True, help="Compare, and change nothing (the only thing a replay does).")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def replay(directory: Path, *, check: bool, as_json: bool) -> None:
    """Decide everything again by the rules in force then: the same facts must give the same chain."""
    if not check:
        raise click.UsageError("A replay only checks so far: liandong replay --check")
    state = running_stack(directory)
    settings = Settings(stack=state.stack, kafka=state.kafka, database=state.database)
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("ledger ▸ replay", total=None)
            done = asyncio.run(
                replay_ledger(
                    settings,
                    state.database,
                    lambda at, total: bar.update(task, completed=at, total=total),
                )
            )
    except _TOLD as error:
        click.echo(f"✘ {' '.join(str(error).split())}", err=True)
        sys.exit(1)
    _tell(done, as_json=as_json)
    sys.exit(1 if done.differences else 0)


def _tell(done: Replayed, *, as_json: bool) -> None:
    if as_json:
        told = [{**asdict(d), "ledger": None, "replay": None, "text": str(d)} for d in done.differences]
        click.echo(json.dumps({**asdict(done), "differences": told}, ensure_ascii=False))
        return
    for difference in done.differences[:SHOWN]:
        click.echo(f"  ✘ {difference}")
    if len(done.differences) > SHOWN:
        click.echo(f"  and {len(done.differences) - SHOWN} more")
    mark = "✘" if done.differences else "✔"
    click.echo(
        f"  {mark} {done.records} ledger records, {done.chained} in the chains of {done.matters} matters, "
        f"{len(done.differences)} differences 重放一致" + ("（否）" if done.differences else "（是）")
    )
