"""`liandong reset`: remove a stopped embedded stack for good, after its owner's word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from deploy.commands.running import directory_option, known_stack, layout_of
from deploy.embedded.erase import erase_stack
from deploy.embedded.obstacles import DirectoryRefused
from deploy.embedded.own import require_own
from deploy.embedded.up import await_last_breath

if TYPE_CHECKING:
    from pathlib import Path


class NotReset(DirectoryRefused):
    """Nothing was removed: the word was not given."""


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask again.")
@directory_option
def reset(directory: Path, *, yes: bool) -> None:
    """Remove a stopped stack for good: ledger, database, keys, tokens, logs. Foreign files stay."""
    state = known_stack(directory)
    layout = layout_of(directory)
    with layout.held():
        require_own(layout, state)
        if not yes:
            click.echo(f"  the stack {state.stack} ({state.mode}) in {layout.root}, with everything it keeps")
            if not click.confirm("永久删除，不可恢复？Remove it for good?", default=False):
                raise NotReset("没有删除任何内容。", "Nothing was removed.")
        await_last_breath(state)
        erase_stack(layout, state)
    click.echo("  removed; liandong up makes a new one")
