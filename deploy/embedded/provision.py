"""Provisioning: database, roles, migrations, keys, tokens, topics and genesis markers.

`python -m deploy.embedded.provision --mode real` with the administrator's DSN in `LIANDONG_DATABASE`.
It may run at every start: what is there already is verified and left as it is.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import asyncpg
import click

from backbone import database, keyring, log, migrate, stack
from backbone.broker import BrokerAway, TopicsDiffer, ensure_topics
from backbone.queries import load_queries
from backbone.settings import Settings
from backbone.vault import NoWrappingKey
from backbone.vault.erasure import ErasureRunning
from deploy.embedded.genesis import write_genesis
from deploy.embedded.layout import write_private
from deploy.embedded.obstacles import Obstacle
from deploy.embedded.parts import login_roles, read_passwords
from deploy.embedded.roles import agency_role, role_name
from deploy.erasure.replay import replay
from producers.gateway import tokens
from projections import schema as views
from schemas.agencies import AGENCIES
from schemas.topics import PARTITIONS_EMBEDDED, catalogue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from backbone.database import Connection

SQL = load_queries("deploy.embedded", "sql/provision.sql")
SOURCES = (
    migrate.MigrationSource("producers", "producers"),
    migrate.MigrationSource("processors", "processors"),
)
SIMULATED_START = datetime.fromisoformat("2026-09-08T08:00:00+08:00")
TOKEN_LABEL = "embedded"  # noqa: S105 - who holds the token, not the token
_APPLICATION = "liandong-provision"
_TOLD = (
    Obstacle,
    BrokerAway,
    TopicsDiffer,
    database.DatabaseAway,
    keyring.BadKeyRing,
    migrate.BadMigration,
    stack.StackDiffers,
    NoWrappingKey,
    ErasureRunning,
    asyncpg.PostgresError,
)


@dataclass(frozen=True, slots=True)
class Birth:
    """What a stack is to be from birth, and the files that hold its secrets for this machine."""

    mode: Literal["real", "simulated"]
    tokens: Path
    passwords: Path
    partitions: int = PARTITIONS_EMBEDDED
    simulated_start: datetime = SIMULATED_START

    @property
    def simulated(self) -> bool:
        """Whether its time is data."""
        return self.mode == "simulated"


async def provision(settings: Settings, birth: Birth) -> None:
    """Bring a stack to where its processes can start.

    Raises StackDiffers (another name, mode or partition count than at birth), BadMigration, BadKeyRing,
    DatabaseAway, BrokerAway, and what the database refuses.
    """
    identity = stack.Identity(settings.stack, birth.mode, birth.partitions)
    ring = keyring.load_or_create(settings.keys)
    async with _administrator(settings) as connection:
        await ensure_roles(connection, settings.stack, read_passwords(birth.passwords))
        await migrate.apply(connection, SOURCES, identity=identity)
        agencies = [(agency_role(settings.stack, agency.code), agency.code) for agency in AGENCIES]
        await stack.enrol_agency_roles(connection, agencies)
        await views.install(connection)
        await enrol_tokens(connection, birth.tokens)
        if birth.simulated and (await stack.read_identity(connection)).simulated_now is None:
            await stack.move_simulated_time(connection, _micros(birth.simulated_start))
        now = (await stack.read_identity(connection)).simulated_now
    topics = catalogue(simulated=birth.simulated, partitions=birth.partitions)
    await ensure_topics(settings, topics)
    await apply_erasures(settings, birth.partitions)
    written = await write_genesis(settings, ring, birth.partitions, now)
    click.echo(
        f"provisioned {settings.stack} ({birth.mode}): {len(topics)} topics, {written} genesis markers"
    )


async def apply_erasures(settings: Settings, partitions: int) -> None:
    """Erase again who was erased: keys that were restored may know them still, and no door is open yet."""
    async with _administrator(settings) as connection:
        done = await replay(settings, connection, partitions)
    if done.destroyed:
        click.echo(f"{done.destroyed} restored keys destroyed again: {done.erasures} erasures in the ledger")


async def ensure_roles(connection: Connection, name: str, passwords: Mapping[str, str]) -> None:
    """Create the login role of each part and the role of each agency, which the API may take on."""
    for role in login_roles(name):
        await _ensure_role(connection, role, "create_login_role")
        if role in passwords:
            await _execute(connection, "set_password", role, passwords[role])
    # On a socket that only we can open an agency's role needs no password; over a network it has one.
    for agency in AGENCIES:
        role = agency_role(name, agency.code)
        await _ensure_role(connection, role, "create_login_role")
        if role in passwords:
            await _execute(connection, "set_password", role, passwords[role])
        if not await connection.fetchval(SQL["is_member"], role, role_name(name, "api")):
            await _execute(connection, "let_take", role, role_name(name, "api"))


def read_tokens(path: Path) -> dict[str, str]:
    """Read the agencies' tokens in clear, by agency code; none where the stack was never provisioned."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


async def enrol_tokens(connection: Connection, path: Path) -> None:
    """Give every agency a token: in clear in a file that only we may read, as a digest in the database."""
    known = read_tokens(path)
    for agency in AGENCIES:
        if agency.code in known:
            await tokens.enrol(connection, agency.code, TOKEN_LABEL, known[agency.code])
        else:
            known[agency.code] = await tokens.issue(connection, agency.code, TOKEN_LABEL)
    write_private(path, json.dumps(known, indent=1))


@asynccontextmanager
async def _administrator(settings: Settings) -> AsyncIterator[Connection]:
    """Connect as the administrator, to a database that is made if it does not exist."""
    dsn = settings.database
    name = urlsplit(dsn).path.strip("/") or settings.stack
    maintenance = await database.connect(
        urlsplit(dsn)._replace(path="/postgres").geturl(), application=_APPLICATION
    )
    try:
        if not await maintenance.fetchval(
            "select exists (select 1 from pg_database where datname = $1)", name
        ):
            await _execute(maintenance, "create_database", name)
    finally:
        await maintenance.close()
    connection = await database.connect(dsn, application=_APPLICATION)
    try:
        yield connection
    finally:
        await connection.close()


async def _ensure_role(connection: Connection, role: str, kind: str) -> None:
    if not await connection.fetchval(SQL["role_exists"], role):
        await _execute(connection, kind, role)


async def _execute(connection: Connection, query: str, *names: str) -> None:
    """Let the server build a statement around names, which no parameter can stand for, and run it."""
    await connection.execute(await connection.fetchval(SQL[query], *names))


def _micros(instant: datetime) -> int:
    return int(instant.timestamp()) * 1_000_000 + instant.microsecond


@click.command()
@click.option("--mode", type=click.Choice(["real", "simulated"]), default="real", show_default=True)
@click.option("--tokens", "tokens_file", type=click.Path(path_type=Path), default=Path("tokens.json"))
@click.option("--passwords", type=click.Path(path_type=Path), default=Path("passwords.json"))
def main(mode: Literal["real", "simulated"], tokens_file: Path, passwords: Path) -> None:
    """Provision the stack that the settings name; what is wrong is told in the last line."""
    log.configure("provision")
    try:
        asyncio.run(provision(Settings(), Birth(mode, tokens_file, passwords)))
    except _TOLD as error:
        click.echo(" ".join(str(error).split()), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
