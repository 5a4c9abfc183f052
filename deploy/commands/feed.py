"""`liandong feed`: what a feed's subscriber reads, as JSON lines."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import click

from backbone.settings import Settings
from deploy.commands.running import directory_option, layout_of, running_stack
from projections.feeds.reading import read_feed
from schemas.feeds import FEEDS

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.feeds import Feed


@click.command()
@click.argument("name", type=click.Choice(sorted(FEEDS)), metavar="FEED")
@click.option("--follow", "-f", is_flag=True, help="Stay, and print what comes; Ctrl-C ends it.")
@click.option(
    "--since", type=click.IntRange(min=0), default=0, show_default=True, help="Begin at this offset."
)
@directory_option
def feed(name: str, directory: Path, since: int, *, follow: bool) -> None:
    """Print the records of FEED, one JSON object a line; its `offset` is the cursor."""
    state = running_stack(directory)
    settings = Settings(stack=state.stack, kafka=state.kafka, keys=layout_of(directory).keys)
    try:
        asyncio.run(_print(settings, FEEDS[name], since, follow=follow))
    except KeyboardInterrupt:
        return


async def _print(settings: Settings, chosen: Feed, since: int, *, follow: bool) -> None:
    async for event in read_feed(settings, chosen, since=since, follow=follow):
        click.echo(json.dumps(event, ensure_ascii=False))
