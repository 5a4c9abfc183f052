"""`liandong restore`: bring a backup back, into an empty directory."""

from __future__ import annotations

from pathlib import Path

import click

from deploy.backup import restore as bring_back
from deploy.commands.running import directory_option, layout_of


@click.command()
@click.argument("source", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--keys", type=click.Path(path_type=Path), required=True, help="The file of keys made with it.")
@directory_option
def restore(directory: Path, source: Path, keys: Path) -> None:
    """Restore the backup in DIR into an empty directory; checked whole before anything is written."""
    layout = layout_of(directory)
    about, count = bring_back(source.absolute(), keys.absolute(), layout)
    click.echo(f"✔ {count} files: the stack {about.stack} ({about.mode}) as it stood at {about.made_at}")
    click.echo(f"  start it: liandong up --dir {layout.root}")
    click.echo("  What was decided later is not in it; erase again whoever was erased later.")
