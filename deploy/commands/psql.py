"""`liandong psql`: the database of a running stack, in its own terminal."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from deploy.commands.running import directory_option, layout_of, running_stack
from deploy.embedded.parts import read_passwords
from deploy.embedded.postgres import binaries
from deploy.embedded.roles import agency_role, role_dsn, role_name

if TYPE_CHECKING:
    from pathlib import Path


@click.command(context_settings={"ignore_unknown_options": True})
@directory_option
@click.option(
    "--role", default="api", show_default=True, help="worker, door, projector, api, or admin (everything)."
)
@click.option("--agency", help="See only what this agency sees: its code, such as 310120-JD11.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def psql(directory: Path, role: str, agency: str | None, arguments: tuple[str, ...]) -> None:
    """Open psql on the stack's database; further ARGUMENTS go to psql (`-c 'select 1'`)."""
    state = running_stack(directory)
    passwords = read_passwords(layout_of(directory).passwords)
    dsn = (
        state.database
        if role == "admin"
        else role_dsn(state.database, role_name(state.stack, role), passwords)
    )
    environment = dict(os.environ)
    options = "-c search_path=views"
    if agency is not None:
        options += f" -c role={agency_role(state.stack, agency)}"
    environment["PGOPTIONS"] = options
    program = str(binaries() / "psql")
    sys.stdout.flush()
    os.execve(program, [program, dsn, *arguments], environment)  # noqa: S606 - replaces us: the terminal is psql's
