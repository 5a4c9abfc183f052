"""`liandong explain`: why an event was decided as it was, by which rule and article, and what it led to."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from backbone.broker import BrokerAway
from backbone.database import DatabaseAway, connect
from backbone.settings import Settings
from backbone.stack import read_identity
from deploy.commands.running import directory_option, running_stack
from deploy.explaining import NotInLedger, read_story
from deploy.explaining import explain as explain_event
from deploy.explaining.telling import lines
from processors.rulebook import BrokenPack
from processors.worker import make_base

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_TOLD = (NotInLedger, DatabaseAway, BrokerAway, BrokenPack)


@click.command()
@click.argument("event")
@directory_option
@click.option("--json", "as_json", is_flag=True, help="Everything for programs.")
def explain(event: str, directory: Path, *, as_json: bool) -> None:
    """Explain EVENT (an event id): an agency's fact, one of the platform's, an effect, a refusal."""
    state = running_stack(directory)
    settings = Settings(stack=state.stack, kafka=state.kafka, database=state.database)
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn())
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("ledger 总账", total=None)
            told = asyncio.run(
                _explain(
                    event.strip(),
                    settings,
                    lambda at, total: bar.update(task, completed=at, total=total),
                )
            )
    except _TOLD as error:
        click.echo(f"✘ {' '.join(str(error).split())}", err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for line in lines(told):
        console.print(line)


async def _explain(event: str, settings: Settings, progress: Callable[[int, int], None]) -> dict[str, Any]:
    connection = await connect(settings.database, application="liandong-explain")
    try:
        identity = await read_identity(connection)
    finally:
        await connection.close()
    story = await read_story(event, settings, identity.partitions, progress)
    return explain_event(story, make_base(settings, simulated=identity.simulated))
