"""`liandong demo`: a clue crosses every organ, on a real Kafka and a real PostgreSQL, in simulated time."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from deploy.demo.run import run_demo

DIRECTORY = Path(".liandong/demo")


@click.command()
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=DIRECTORY,
    show_default=True,
    help="Where the demo's stack lives; its data goes when it ends.",
)
@click.option("--once", is_flag=True, envvar="ONCE", help="End by itself, with exit code 0 or 1.")
def demo(directory: Path, *, once: bool) -> None:
    """Play a story through a stack of its own and show where to look."""
    if not run_demo(directory.absolute(), once=once):
        sys.exit(1)
