"""What is destroyed is gone from the database's own files too.

To set a wrapped key to null leaves its bytes in dead rows, in the write-ahead log, in replicas and in backups
of the database. They are worthless once the key that wrapped them is gone. So the wrapping keys under which
anything was destroyed are replaced: the ring gets a new one, every living data key is wrapped anew, and the
former ones leave the ring, which is one small file. A replacement that was interrupted is found and finished
by the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backbone import keyring
from backbone.queries import load_queries
from backbone.vault.wrapping import unwrap, wrap, wrapping_keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asyncpg import Record

    from backbone.database import Connection
    from backbone.keyring import KeyRing

__all__ = ["Shredded", "shred", "to_shred"]

SQL = load_queries("backbone", "sql/vault.sql")

AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Shredded:
    """Names of the wrapping keys that left the ring, and how many living data keys were wrapped anew."""

    names: tuple[str, ...]
    rewrapped: int


async def to_shred(connection: Connection, ring: KeyRing) -> tuple[str, ...]:
    """Names of the ring's wrapping keys under which a data key was kept that is destroyed now."""
    found = {row["wrapped_by"] for row in await connection.fetch(SQL["destroyed_under"])}
    return tuple(key.name for key in ring.wrapping if key.name in found)


async def shred(
    connection: Connection, path: Path, progress: Callable[[int, int], None] | None = None
) -> Shredded:
    """Replace the wrapping keys under which anything was destroyed; `path` is the file of the ring.

    Every process that wraps reads the ring from this file (`RingFile`). `progress` gets (done, all). The
    connection is the administrator's, outside a transaction. Raises BadKeyRing, NoWrappingKey, BadCiphertext.
    """
    ring = keyring.load(path)
    names = await to_shred(connection, ring)
    if not names:
        return Shredded((), 0)
    if ring.wrapping[0].name in names:
        ring = keyring.with_new_wrapping(ring)
        keyring.replace(path, ring)
    async with connection.transaction():
        # Whoever is wrapping under them now is waited for; afterwards the database refuses them.
        await connection.execute(SQL["hold_keys"])
        await connection.execute(SQL["retire"], list(names))
    rewrapped = await _rewrap(connection, ring, names, progress or _silent)
    keyring.replace(path, keyring.without_wrapping(ring, names))
    await connection.execute(SQL["sweep"])
    return Shredded(names, rewrapped)


async def _rewrap(
    connection: Connection, ring: KeyRing, names: tuple[str, ...], progress: Callable[[int, int], None]
) -> int:
    total = int(await connection.fetchval(SQL["count_under"], list(names)))
    done, last = 0, b""
    while True:
        async with connection.transaction():
            rows = await connection.fetch(SQL["wrapped_under"], list(names), last, AT_ONCE)
            if not rows:
                return done
            anew = [_anew(ring, row) for row in rows]
            ids = [row["key_id"] for row in rows]
            await connection.execute(SQL["rewrap"], ids, anew, ring.wrapping[0].name)
        done, last = done + len(rows), ids[-1]
        progress(done, max(total, done))


def _anew(ring: KeyRing, row: Record) -> bytes:
    person, matter = row["person"], row["matter"]
    key = unwrap(wrapping_keys(ring), row, person, matter)
    return wrap(ring.wrapping[0], key, person, matter)


def _silent(done: int, total: int) -> None:
    del done, total
