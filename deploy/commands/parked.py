"""`liandong parked`: what waits for a mend, and the two mends: replay it, or skip one of it."""

from __future__ import annotations

import asyncio
import getpass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from backbone.clock import SystemClock
from backbone.database import connect
from backbone.keyring import load as load_keys
from backbone.settings import Settings
from backbone.stack import read_identity
from deploy.commands.running import directory_option, layout_of, running_stack
from deploy.embedded.obstacles import Obstacle
from processors.parked import MendOrder, Parked, list_parked, mend

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from backbone.database import Connection

Answer = TypeVar("Answer")

ZONE = ZoneInfo("Asia/Shanghai")
APPLICATION = "liandong-parked"


class NothingWaits(Obstacle):
    """Nothing of this matter waits for a mend."""


@click.group()
def parked() -> None:
    """Show and mend what waits because of a failure of ours."""


@parked.command("list")
@directory_option
def list_command(directory: Path) -> None:
    """List every record that waits, by matter."""
    rows = _with_database(directory, list_parked)
    if not rows:
        click.echo("Nothing waits. 没有挂起的记录。")
        return
    table = Table("matter 事项", "offset", "received 收到", "agency", "reason 原因", "detail")
    for row in rows:
        table.add_row(
            row.matter, str(row.offset), _instant(row.received_at), row.agency, row.reason, row.detail
        )
    Console().print(table)


@parked.command("show")
@click.argument("matter")
@directory_option
def show_command(directory: Path, matter: str) -> None:
    """Show what waits of one MATTER, in the order in which it will be decided."""
    for row in _waiting(directory, matter):
        place = f"{row.partition}@{row.offset}  {_instant(row.received_at)}"
        click.echo(f"{place}  {row.agency}  {row.kind}  {row.event_id}")
        click.echo(f"  {row.reason}: {row.detail}  ({len(row.value)} bytes, stamped by {row.stamp_key})")


@parked.command("replay")
@click.argument("matter")
@click.option("--why", required=True, help="What was mended: it stays in the ledger.")
@directory_option
def replay_command(directory: Path, matter: str, why: str) -> None:
    """Decide what waits of MATTER again, with the versions now in force."""
    _order(directory, matter, "REPLAY", why, None)


@parked.command("skip")
@click.argument("matter")
@click.argument("offset", type=int)
@click.option("--why", required=True, help="Why it shall never be decided: it stays in the ledger.")
@directory_option
def skip_command(directory: Path, matter: str, offset: int, why: str) -> None:
    """Skip the record at OFFSET of MATTER for good, then decide the rest."""
    if offset not in {row.offset for row in _waiting(directory, matter)}:
        raise NothingWaits(
            f"Nothing of {matter} waits at offset {offset}.", f"See: liandong parked show {matter}"
        )
    _order(directory, matter, "SKIP", why, offset)


def _order(
    directory: Path, matter: str, action: Literal["REPLAY", "SKIP"], why: str, offset: int | None
) -> None:
    waiting = _waiting(directory, matter)
    state = running_stack(directory)
    settings = Settings(kafka=state.kafka, database=state.database, keys=layout_of(directory).keys)
    backbone_key = load_keys(settings.keys).backbone

    async def send(connection: Connection) -> str:
        identity = await read_identity(connection)
        now = SystemClock().now() if identity.simulated_now is None else identity.simulated_now
        order = MendOrder(matter, action, getpass.getuser(), why, now, offset)
        stamped_at = None if identity.simulated_now is None else now // 1000
        return await mend(settings, backbone_key, identity.partitions, order, stamped_at)

    event_id = _with_database(directory, send)
    click.echo(f"✔ {action.lower()} of {matter} is on its way ({len(waiting)} waited), mend {event_id}")


def _waiting(directory: Path, matter: str) -> list[Parked]:
    rows = list(_with_database(directory, lambda connection: list_parked(connection, matter)))
    if not rows:
        raise NothingWaits(f"Nothing of {matter} waits.", "See: liandong parked list")
    return rows


def _with_database(directory: Path, work: Callable[[Connection], Awaitable[Answer]]) -> Answer:
    state = running_stack(directory)

    async def run() -> Answer:
        connection: Any = await connect(state.database, application=APPLICATION)
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(run())


def _instant(micros: int) -> str:
    return datetime.fromtimestamp(micros / 1_000_000, UTC).astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
