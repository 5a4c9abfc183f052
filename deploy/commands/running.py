"""What the subcommands share: which stack is meant, and that it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deploy.embedded.layout import Layout
from deploy.embedded.obstacles import DirectoryRefused
from deploy.embedded.plan import DEFAULT_DIRECTORY
from deploy.embedded.state import StackState, read_state

if TYPE_CHECKING:
    from collections.abc import Callable


def directory_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--dir`: the stack that is meant."""
    return click.option(
        "--dir",
        "directory",
        type=click.Path(path_type=Path, file_okay=False),
        default=DEFAULT_DIRECTORY,
        envvar="LIANDONG_DIR",
        show_default=True,
        help="The stack's directory.",
    )(function)


def layout_of(directory: Path) -> Layout:
    """Return the layout of a directory given on the command line."""
    return Layout(directory.absolute())


def known_stack(directory: Path) -> StackState:
    """Return the state of the stack in a directory; raises DirectoryRefused if there never was one."""
    state = read_state(layout_of(directory).state)
    if state is None:
        raise DirectoryRefused(f"There is no stack in {directory.absolute()}.", "Start one: liandong up")
    return state


def running_stack(directory: Path) -> StackState:
    """Return the state of a running stack; raises DirectoryRefused if it is not running."""
    state = known_stack(directory)
    if not state.alive:
        raise DirectoryRefused(
            f"The stack in {directory.absolute()} is not running.", "Start it: liandong up"
        )
    return state
