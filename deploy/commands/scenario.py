"""`liandong scenario`: play scenarios on a stack of their own, and say step by step what was seen."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console

from deploy.embedded.fetch import fetch
from deploy.embedded.testing import start
from deploy.scenarios.files import load, load_all
from deploy.scenarios.report import listing, report
from deploy.scenarios.source import BrokenScenario
from deploy.scenarios.stage import companies, perform

_FAILED = 1
_BROKEN = 2


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--list", "only_list", is_flag=True, help="Say which scenarios there are, and play none.")
def scenario(names: tuple[str, ...], *, only_list: bool) -> None:
    """Play scenarios in simulated time: all that ship, or those named.

    A NAME that ends in .yaml is the path of a file. Exit code 1: something was not as expected; 2: a file
    cannot be played.
    """
    console = Console(highlight=False)
    try:
        chosen = [load(name) for name in names] if names else load_all()
    except BrokenScenario as broken:
        click.echo(f"✘ {broken}", err=True)
        sys.exit(_BROKEN)
    if only_list:
        listing(chosen, console)
        return
    fetch(lambda line: console.print(f"  {line}"))
    held = True
    for company in companies(chosen):
        with TemporaryDirectory(prefix="liandong-") as directory:
            with start(Path(directory), simulated=True) as stack:
                performance = asyncio.run(perform(stack, company))
            held = report(performance, company, console) and held
    if not held:
        sys.exit(_FAILED)
