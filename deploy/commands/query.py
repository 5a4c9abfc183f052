"""`liandong query`: what an analyst asks in SQL, as an agency or with everything personal masked."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backbone.database import DatabaseAway
from deploy.commands.running import directory_option, layout_of, running_stack
from deploy.embedded.obstacles import Obstacle
from deploy.embedded.parts import read_passwords
from deploy.embedded.roles import ANALYST, agency_role, role_dsn, role_name
from projections.asking.formats import FORMATS, cell
from projections.asking.run import QueryRefused, ask
from schemas.agencies import AGENCIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projections.asking.run import Answer

SHOWN: Final = 1000
"""A table shows so many rows: its columns must be measured before the first is printed."""


@click.command()
@click.argument("sql", required=False)
@click.option(
    "--file", "file", type=click.File(encoding="utf-8"), help="Read the query from here (-: input)."
)
@click.option(
    "--as", "reader", default=ANALYST, show_default=True, help="Whose eyes: an agency's code, or analyst."
)
@click.option(
    "--format", "format_", type=click.Choice(["table", *FORMATS]), help="table, or csv where --out is given."
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write into this file.")
@click.option("--timeout", type=click.IntRange(1, 86_400), default=600, show_default=True, help="In seconds.")
@directory_option
def query(  # noqa: PLR0913, PLR0917 - one parameter an option, as click hands them over
    sql: str | None,
    file: IO[str] | None,
    reader: str,
    format_: str | None,
    out: Path | None,
    timeout: int,
    directory: Path,
) -> None:
    """Ask the views in SQL, read only and in Beijing time: rows as a table, CSV or JSON Lines."""
    text = _text(sql, file)
    state = running_stack(directory)
    role = _role(state.stack, reader)
    dsn = role_dsn(state.database, role, read_passwords(layout_of(directory).passwords))
    chosen = format_ or ("table" if out is None else "csv")
    try:
        with _opened(out) as target:
            asyncio.run(_answer(dsn, text, timeout, chosen, target))
    except (QueryRefused, DatabaseAway) as error:
        click.echo(f"✘ {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read our output has gone (`| head`): there is nobody left to write to, at the exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _text(sql: str | None, file: IO[str] | None) -> str:
    if (sql is None) == (file is None):
        raise click.UsageError("Give the query itself, or --file, and not both.")
    try:
        return sql if sql is not None else file.read() if file is not None else ""
    except UnicodeDecodeError as error:
        raise click.BadParameter("it is no UTF-8 text", param_hint="--file") from error


def _role(stack: str, reader: str) -> str:
    if reader == ANALYST:
        return role_name(stack, ANALYST)
    if reader not in {agency.code for agency in AGENCIES}:
        raise click.BadParameter(f"{reader} is no agency of this stack", param_hint="--as")
    return agency_role(stack, reader)


@contextmanager
def _opened(out: Path | None) -> Iterator[IO[str]]:
    """Give standard output, or a file that takes its name only when all of it is written."""
    if out is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as target:
            yield target
        part.replace(out)
    except BrokenPipeError:
        raise
    except OSError as error:
        if isinstance(error, DatabaseAway):
            raise
        raise Obstacle(f"{out} cannot be written: {error.strerror}.", "Choose another: --out FILE") from error
    finally:
        part.unlink(missing_ok=True)


async def _answer(dsn: str, sql: str, seconds: int, chosen: str, target: IO[str]) -> None:
    async with ask(dsn, sql, seconds) as answer:
        if chosen == "table":
            await _print_table(answer, target)
            return
        async for piece in FORMATS[chosen](answer):
            target.write(piece)


async def _print_table(answer: Answer, target: IO[str]) -> None:
    table = Table()
    for name in answer.columns:
        table.add_column(Text(name))
    more = False
    async for row in answer.rows:
        if table.row_count == SHOWN:
            more = True
            break
        table.add_row(*(Text(cell(value)) for value in row))
    console = Console(file=target)
    console.print(table)
    told = f"the first {SHOWN} rows; all of them: --format csv" if more else f"{table.row_count} rows"
    console.print(told, highlight=False)
