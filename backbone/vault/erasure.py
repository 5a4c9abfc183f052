"""Erasing a person, seen from the vault: who it is, what would be destroyed, and the tombstone that remains.

Functions over an administrator's connection, for the command `liandong erase` and for what follows a restore.
A person is a pseudonym here, never a number: `find` turns the one into the other and makes none.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backbone.queries import load_queries
from backbone.remedy import remedy
from backbone.vault.cipher import decrypt_with, key_id_of
from backbone.vault.provider import TEXT, lookup_of
from backbone.vault.wrapping import unwrap, wrapping_keys

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from backbone.database import Connection
    from backbone.keyring import KeyRing

__all__ = [
    "Doomed",
    "ErasureRunning",
    "Tombstone",
    "applied",
    "doomed",
    "erase",
    "erasing",
    "find",
    "is_known",
    "note_applied",
    "open_fields",
    "tombstone",
    "with_text",
]

SQL = load_queries("backbone", "sql/vault.sql")


class ErasureRunning(RuntimeError):
    """Another erasure is under way on this vault: wait for its end, then do it again."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What remains of a person: the pseudonym, who decided and why, how many matters, when (micros).

    `also` are matters without a key of the person's whose free text named the person.
    """

    person: str
    who: str
    why: str
    matters: int
    at: int
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Doomed:
    """What an erasure would destroy now: keys of the person, text keys, of which matters."""

    person: str
    keys: int
    texts: int
    matters: tuple[str, ...]


@asynccontextmanager
async def erasing(connection: Connection) -> AsyncIterator[None]:
    """Hold the vault against other erasures for as long as the connection lives. Raises ErasureRunning."""
    if not await connection.fetchval(SQL["lock_erasing"]):
        raise ErasureRunning(remedy(ErasureRunning))
    yield


async def find(connection: Connection, ring: KeyRing, person_key: str) -> str | None:
    """Return the pseudonym of a person (`RESIDENT_ID:310…`), None if the vault never met the number."""
    token: str | None = await connection.fetchval(SQL["pseudonym"], lookup_of(ring.lookup, person_key))
    return token


async def is_known(connection: Connection, person: str) -> bool:
    """Whether the vault has ever met this pseudonym."""
    return bool(await connection.fetchval(SQL["is_known"], person))


async def doomed(connection: Connection, person: str) -> Doomed:
    """Tell what erasing a person would destroy; nothing changes."""
    matters = [row["matter"] for row in await connection.fetch(SQL["doomed_matters"], person)]
    row = await connection.fetchrow(SQL["doomed_keys"], person, matters)
    return Doomed(person, row["keys"] if row else 0, row["texts"] if row else 0, tuple(matters))


async def with_text(connection: Connection, matters: Iterable[str]) -> tuple[str, ...]:
    """Those of the matters whose free text can be read."""
    return tuple(row["matter"] for row in await connection.fetch(SQL["texts_of"], list(matters)))


async def tombstone(connection: Connection, person: str) -> Tombstone | None:
    """Return a person's tombstone, None while the person is not erased."""
    row = await connection.fetchrow(SQL["tombstone"], person)
    if row is None:
        return None
    said: dict[str, Any] = dict(row)
    return Tombstone(**said | {"also": tuple(said["also"])})


async def erase(connection: Connection, stone: Tombstone, *, count: bool = False) -> int:
    """Destroy the keys of a person and the text keys of the matters that name the person; return how many.

    Whole or not at all, and again without effect; the first tombstone stays. `count` lets the vault count the
    matters; otherwise the tombstone says how many there were.
    """
    if stone.person == TEXT:
        raise ValueError("a person's token is not empty")
    named = None if count else stone.matters
    order = (stone.person, stone.who, stone.why, named, stone.at, list(stone.also))
    return int(await connection.fetchval(SQL["erase"], *order))


async def open_fields(
    connection: Connection, ring: KeyRing, person: str, ciphertexts: Iterable[bytes]
) -> list[str]:
    """Open those of the fields that are under a person's keys. Raises NoWrappingKey, BadCiphertext."""
    rows = await connection.fetch(SQL["keys_of_person"], person)
    keys = {row["key_id"]: unwrap(wrapping_keys(ring), row, person, row["matter"]) for row in rows}
    return [decrypt_with(keys[key_id_of(each)], each) for each in ciphertexts if key_id_of(each) in keys]


async def applied(connection: Connection) -> Mapping[int, int]:
    """How far the ledger's erasures were applied to these keys: the next offset, by partition."""
    return {row["partition"]: row["ledger_offset"] for row in await connection.fetch(SQL["positions"])}


async def note_applied(connection: Connection, ends: Mapping[int, int]) -> None:
    """Note that the ledger's erasures before these offsets were applied."""
    await connection.executemany(SQL["put_position"], list(ends.items()))
