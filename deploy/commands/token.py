"""`liandong token`: who may come in by the door."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import click
from rich.console import Console
from rich.table import Table

from backbone.database import connect
from deploy.commands.running import directory_option, layout_of, running_stack
from deploy.embedded.layout import write_private
from deploy.embedded.obstacles import Obstacle
from deploy.embedded.provision import TOKEN_LABEL, read_tokens
from producers.gateway import tokens
from schemas.facts import BEIJING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from pathlib import Path

    from backbone.database import Connection

Answer = TypeVar("Answer")


class NoSuchToken(Obstacle):
    """Nothing was changed: there is no such agency, or no token to change."""


label_option = click.option("--label", default="program", show_default=True, help="Who holds it.")


@click.group()
def token() -> None:
    """Let agencies' programs in by the door, and shut them out.

    A token is shown once, when it is made; the stack keeps its SM3 alone.
    """


@token.command()
@click.argument("agency")
@label_option
@click.option("--days", type=click.IntRange(1, 3650), help="Days that it is valid; for ever if not given.")
@directory_option
def issue(directory: Path, agency: str, label: str, days: int | None) -> None:
    """Make a token for AGENCY and print it, the only time it can be seen."""
    valid = None if days is None else timedelta(days=days)
    made = _at(directory, agency, lambda connection: tokens.issue(connection, agency, label, valid))
    click.echo(made)


@token.command("list")
@click.argument("agency", required=False)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@directory_option
def list_(directory: Path, agency: str | None, *, as_json: bool) -> None:
    """Show whose tokens there are, since when and until when; none can be read back."""
    found = _at(directory, agency, lambda connection: tokens.known(connection, agency))
    if as_json:
        click.echo(json.dumps([_plain(each) for each in found], ensure_ascii=False, indent=1))
        return
    table = Table("SM3", "机关 agency", "持有者 label", "签发 issued", "到期 expires", "状态 state")
    for each in found:
        row = _plain(each)
        table.add_row(*(str(row[name] or "") for name in row))
    Console().print(table)


@token.command()
@click.argument("agency")
@label_option
@click.option(
    "--grace",
    type=click.FloatRange(0, 24 * 365),
    default=24.0,
    show_default=True,
    help="Hours for which the old ones still open the door.",
)
@directory_option
def rotate(directory: Path, agency: str, label: str, grace: float) -> None:
    """Make a new token for AGENCY in place of those with the label, which end after a time of grace."""
    hours = timedelta(hours=grace)
    made = _at(directory, agency, lambda connection: tokens.rotate(connection, agency, label, hours))
    if label == TOKEN_LABEL:
        path = layout_of(directory).tokens
        write_private(path, json.dumps(read_tokens(path) | {agency: made}, indent=1))
    click.echo(made)


@token.command()
@click.argument("agency")
@click.option("--label", help="Only those with this label; every token of the agency if not given.")
@directory_option
def revoke(directory: Path, agency: str, label: str | None) -> None:
    """Shut out the tokens of AGENCY from the next request on."""
    count = _at(directory, agency, lambda connection: tokens.revoke(connection, agency, label))
    if not count:
        raise NoSuchToken(f"{agency} 没有可停用的令牌。", f"See: liandong token list {agency}")
    click.echo(f"✔ 停用令牌 tokens revoked: {count}")


def _at(directory: Path, agency: str | None, work: Callable[[Connection], Awaitable[Answer]]) -> Answer:
    """Do something with the tokens of a running stack, if the agency is one."""

    async def run() -> Answer:
        connection = await connect(running_stack(directory).database, application="liandong-token")
        try:
            if agency is not None and not await tokens.is_registered(connection, agency):
                raise NoSuchToken(f"{agency} 不是登记的机关。", f"{agency} is no agency of this stack.")
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(run())


def _plain(known: tokens.Known) -> dict[str, str | None]:
    state = "有效 valid" if known.valid else "已停用 revoked" if known.revoked_at else "已到期 expired"
    return {
        "sm3": known.short,
        "agency": known.agency,
        "label": known.label,
        "issued": _beijing(known.created_at),
        "expires": None if known.expires_at is None else _beijing(known.expires_at),
        "state": state,
    }


def _beijing(instant: datetime) -> str:
    return instant.astimezone(BEIJING).isoformat(timespec="seconds")
