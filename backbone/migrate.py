"""Migrations.

Numbered `.sql` files, applied once, in order, each in a transaction, never edited afterwards.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from backbone.log import logger
from backbone.queries import load_queries
from backbone.stack import settle_identity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backbone.database import Connection
    from backbone.stack import Identity

__all__ = ["BadMigration", "Migration", "MigrationSource", "apply", "migrations"]

log = logger(__name__)
SQL = load_queries("backbone", "sql/migrate.sql")

_FILE = re.compile(r"^(\d{3})_[a-z0-9_]+\.sql$")


class BadMigration(RuntimeError):
    """The database and this release disagree on what was applied.

    The message names the file and the remedy.
    """


@dataclass(frozen=True, slots=True)
class MigrationSource:
    """Where migrations come from: the folder `migrations` of a package.

    `name` is theirs in `stack.migration`.
    """

    name: str
    package: str


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration. `checksum` is the SHA-256 of its text."""

    source: str
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """The SHA-256 of the text, as it is kept in the database."""
        return hashlib.sha256(self.text.encode()).hexdigest()


BACKBONE = MigrationSource("backbone", "backbone")
"""The migrations that all others stand on; they are applied first, whether they are named or not."""


def migrations(source: MigrationSource) -> list[Migration]:
    """Return the migrations of a source in their order. Raises BadMigration if their numbers have a gap."""
    folder = files(source.package).joinpath("migrations")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    for expected, name in enumerate(names, 1):
        match = _FILE.match(name)
        if match is None or int(match.group(1)) != expected:
            raise BadMigration(f"{source.package}/migrations/{name}: name it {expected:03}_what_it_does.sql")
    return [Migration(source.name, name, folder.joinpath(name).read_text(encoding="utf-8")) for name in names]


async def apply(
    connection: Connection, sources: Sequence[MigrationSource], *, identity: Identity
) -> list[Migration]:
    """Bring the database to where this release expects it; return what was applied now.

    The connection is the administrator's. `identity` is settled when the stack is born, and verified ever
    after. Raises BadMigration, StackDiffers, and what the database raises; then the migration at fault left
    nothing.
    """
    ordered = [BACKBONE, *(source for source in sources if source != BACKBONE)]
    await connection.execute(SQL["lock"])
    try:
        known = await _known(connection)
        if known:
            await settle_identity(connection, identity)
        fresh: list[Migration] = []
        for source in ordered:
            fresh += _verified(source, known)
        for migration in fresh:
            await _apply_one(connection, migration)
            if not known and migration is fresh[0]:
                await settle_identity(connection, identity)
        return fresh
    finally:
        await connection.execute(SQL["unlock"])


def _verified(source: MigrationSource, known: dict[tuple[str, str], str]) -> list[Migration]:
    """Return what is still to be applied of a source, after checking what was."""
    found = migrations(source)
    applied = {name for owner, name in known if owner == source.name}
    for name in sorted(applied - {migration.name for migration in found}):
        raise BadMigration(
            f"{source.name}/{name} was applied to this database, but this release does not have it: the "
            f"database is newer. Install the release that migrated it, or restore the database from before."
        )
    for migration in found[: len(applied)]:
        if known.get((source.name, migration.name)) != migration.checksum:
            raise BadMigration(
                f"{source.name}/{migration.name} was edited after it had been applied. Put its text back, "
                f"and write the change as a new migration."
            )
    return found[len(applied) :]


async def _known(connection: Connection) -> dict[tuple[str, str], str]:
    if not await connection.fetchval(SQL["exists"]):
        return {}
    return {(row["source"], row["name"]): row["checksum"] for row in await connection.fetch(SQL["applied"])}


async def _apply_one(connection: Connection, migration: Migration) -> None:
    async with connection.transaction():
        await connection.execute(migration.text)
        await connection.execute(SQL["note"], migration.source, migration.name, migration.checksum)
    log.info("migration_applied", source=migration.source, migration=migration.name)
