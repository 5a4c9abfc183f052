"""`liandong doctor`: one line for each thing that must hold, and the command that mends what does not."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from deploy.commands.running import directory_option, layout_of
from deploy.embedded.examine import Finding, prerequisites, running
from deploy.embedded.state import read_state

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@directory_option
def doctor(directory: Path) -> None:
    """Check the machine and, if it runs, the stack. Exit code 1 if something is to be mended."""
    layout = layout_of(directory)
    findings = [_show(finding) for finding in prerequisites(layout)]
    state = read_state(layout.state)
    if state is not None and state.alive:

        async def look() -> None:
            findings.extend([_show(finding) async for finding in running(layout, state)])

        asyncio.run(look())
    else:
        click.echo(f"  no stack runs in {layout.root}")
    sys.exit(0 if all(finding.well for finding in findings) else 1)


def _show(finding: Finding) -> Finding:
    mark = "✔" if finding.well else "✘"
    click.echo(f"{mark} {finding.what}" + (f"  →  {finding.remedy}" if finding.remedy else ""))
    return finding
