"""Which subcommand lives in which module."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import click

# The name as it is typed, then where its click command lives.
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "up": ("deploy.commands.up", "up"),
    "down": ("deploy.commands.down", "down"),
    "status": ("deploy.commands.status", "status"),
    "logs": ("deploy.commands.logs", "logs"),
    "psql": ("deploy.commands.psql", "psql"),
    "doctor": ("deploy.commands.doctor", "doctor"),
    "fetch": ("deploy.commands.fetch", "fetch"),
    "publish": ("deploy.commands.publish", "publish"),
    "parked": ("deploy.commands.parked", "parked"),
    "rebuild": ("deploy.commands.rebuild", "rebuild"),
}


def load(name: str) -> click.Command | None:
    """Import one subcommand; None if there is none of that name."""
    if name not in COMMANDS:
        return None
    module, attribute = COMMANDS[name]
    command: click.Command = getattr(import_module(module), attribute)
    return command
