"""`liandong backup`: copy a stopped stack, and its keys by themselves."""

from __future__ import annotations

from pathlib import Path

import click

from deploy.backup import take
from deploy.commands.running import directory_option, known_stack, layout_of


@click.command()
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--keys",
    type=click.Path(path_type=Path),
    required=True,
    help="A new file for key ring and tokens. Keep it apart: with both, every person can be read.",
)
@directory_option
def backup(directory: Path, target: Path, keys: Path) -> None:
    """Copy a stopped stack to DIR: topics, database and vault; its keys to a file of their own."""
    state, layout = known_stack(directory), layout_of(directory)
    target, keys = target.absolute(), keys.absolute()
    count = take(layout, state, target, keys)
    click.echo(f"✔ {count} files in {target}, their sums in SHA256SUMS; the keys in {keys}")
    click.echo("  Destroy it when a person is erased after it: it still opens that person's data.")
