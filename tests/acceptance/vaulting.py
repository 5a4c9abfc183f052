"""The keys of a stack as they were at one time: taken down, tried, and put back as a restore would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backbone import keyring
from backbone.database import connect
from backbone.vault.cipher import BadCiphertext
from backbone.vault.wrapping import NoWrappingKey, unwrap, wrapping_keys

if TYPE_CHECKING:
    from asyncpg import Record

    from backbone.settings import Settings

TABLES = ("pseudonym", "data_key", "tombstone", "retired_wrapping", "erasure_position")


@dataclass
class Keys:
    """A copy of the vault and its ring, the rows of some matters' keys, and their secrets unwrapped."""

    vault: dict[str, list[Record]]
    file: bytes
    ring: keyring.KeyRing
    rows: list[Record]

    @property
    def secrets(self) -> dict[str, bytes]:
        """Every data key of these matters, unwrapped, by whose it is."""
        keys = wrapping_keys(self.ring)
        return {
            f"key of {row['person'] or 'text'} in {row['matter']}": unwrap(
                keys, row, row["person"], row["matter"]
            ).secret
            for row in self.rows
        }

    def opened_by(self, ring: keyring.KeyRing) -> list[str]:
        """Which of these wrapped keys some wrapping key of a ring opens, under whatever name."""
        return [
            f"{row['person']} {row['matter']}"
            for row in self.rows
            for key in ring.wrapping
            if _opens({row["wrapped_by"]: key.secret}, row)
        ]


def _opens(keys: dict[str, bytes], row: Record) -> bool:
    try:
        unwrap(keys, row, row["person"], row["matter"])
    except (BadCiphertext, NoWrappingKey):
        return False
    return True


async def take_down(settings: Settings, matters: list[str]) -> Keys:
    """Copy the vault and the ring, as a backup would; `settings` are the administrator's."""
    connection = await connect(settings.database, application="erasure-test")
    try:
        vault = {table: await connection.fetch(f"select * from vault.{table}") for table in TABLES}  # noqa: S608
    finally:
        await connection.close()
    rows = [row for row in vault["data_key"] if row["matter"] in matters and row["wrapped"] is not None]
    return Keys(vault, settings.keys.read_bytes(), keyring.load(settings.keys), rows)


async def put_back(settings: Settings, keys: Keys) -> None:
    """Restore the rows of the vault and the file of the ring."""
    connection = await connect(settings.database, application="erasure-test")
    try:
        async with connection.transaction():
            for table, rows in keys.vault.items():
                await connection.execute(f"delete from vault.{table}")  # noqa: S608 - our own tables
                if rows:
                    await connection.copy_records_to_table(
                        table,
                        schema_name="vault",
                        columns=list(rows[0].keys()),
                        records=[tuple(row) for row in rows],
                    )
    finally:
        await connection.close()
    settings.keys.write_bytes(keys.file)
