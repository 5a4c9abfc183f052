"""Which subcommands there are: each is a module of this package with a click command of its own name."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import click

# In the order in which a newcomer meets them.
NAMES: Final = (
    "up",
    "down",
    "status",
    "logs",
    "psql",
    "query",
    "doctor",
    "demo",
    "scenario",
    "publish",
    "token",
    "simulate",
    "rules",
    "deadline",
    "explain",
    "feed",
    "parked",
    "deadletters",
    "erase",
    "rebuild",
    "replay",
    "verify",
    "backup",
    "restore",
    "reset",
    "fetch",
)


def present() -> list[str]:
    """Name the subcommands that this release has."""
    return [name for name in NAMES if find_spec(f"deploy.commands.{name}") is not None]


def load(name: str) -> click.Command | None:
    """Import one subcommand; None if there is none of that name."""
    if name not in present():
        return None
    command: click.Command = getattr(import_module(f"deploy.commands.{name}"), name)
    return command
