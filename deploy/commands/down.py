"""`liandong down`: stop a stack in order, and end what a killed supervisor may have left."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import click

from deploy.commands.running import directory_option, known_stack, layout_of
from deploy.embedded.erase import erase_stack
from deploy.embedded.obstacles import Obstacle
from deploy.embedded.state import StackState, is_alive
from deploy.embedded.up import await_last_breath

if TYPE_CHECKING:
    from pathlib import Path

_PATIENCE = 120.0


@click.command()
@directory_option
@click.option("--erase", is_flag=True, help="Then remove all its data, keys and logs, for good.")
def down(directory: Path, *, erase: bool) -> None:
    """Stop the stack: console, feed writers, projector, worker, gateway, database, broker.

    Its data stay, unless erased.
    """
    state = known_stack(directory)
    if state.supervisor is None or not state.alive:
        await_last_breath(state)
        click.echo("  it was not running")
    else:
        _stop(state.supervisor, state)
        click.echo("  stopped")
    if erase:
        layout = layout_of(directory)
        with layout.held():
            erase_stack(layout, state)
        click.echo("  erased")


def _stop(supervisor: int, state: StackState) -> None:
    os.kill(supervisor, signal.SIGTERM)
    deadline = time.monotonic() + _PATIENCE
    while is_alive(supervisor, state.supervisor_started):
        if time.monotonic() > deadline:
            raise Obstacle(
                f"The supervisor (pid {supervisor}) has not ended within {_PATIENCE:.0f} s.",
                f"End it and all its processes: kill -9 {supervisor}",
            )
        time.sleep(0.05)
