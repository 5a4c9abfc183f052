"""The vault in PostgreSQL, schema `vault`: data keys wrapped (SM4-GCM) under the key ring's wrapping key.

A key is created by insert-or-read, so two doors at once get the same one, and it is committed before the
record that needs it is sent. The database never sees an unwrapped key, the key ring never sees a person.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from backbone.queries import load_queries
from backbone.remedy import remedy
from backbone.vault.cache import KeyCache
from backbone.vault.cipher import (
    BadCiphertext,
    DataKey,
    decrypt_with,
    generate_key,
    key_id_of,
    open_sealed,
    seal,
)
from backbone.vault.provider import TEXT, Erased, Sealing, lookup_of, new_token

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import asyncpg

    from backbone.database import Connection, Pool
    from backbone.keyring import KeyRing

__all__ = ["NoWrappingKey", "PostgresKeyProvider"]

SQL = load_queries("backbone", "sql/vault.sql")

_NONCE_BYTES = 12


class NoWrappingKey(LookupError):
    """A data key is wrapped under a key that this ring does not have.

    Restore the ring that belongs to this vault.
    """


class PostgresKeyProvider(Sealing):
    """Keeps keys in the database of `pool`.

    Doors need the role `door`, which makes keys and erases persons; readers need `api`.
    """

    def __init__(self, pool: Pool, ring: KeyRing, cache: KeyCache | None = None) -> None:
        self._pool = pool
        self._lookup = ring.lookup
        self._wrapping = {key.name: key.secret for key in ring.wrapping}
        self._current = ring.wrapping[0]
        self._cache = cache or KeyCache()

    async def pseudonym(self, person_key: str) -> str:
        """Return the random token of a person, the same one for ever; makes it if there is none."""
        lookup = lookup_of(self._lookup, person_key)
        async with self._pool.acquire() as connection:
            token: str | None = await connection.fetchval(SQL["pseudonym"], lookup)
            if token is None:
                await connection.execute(SQL["add_pseudonym"], lookup, new_token())
                token = str(await connection.fetchval(SQL["pseudonym"], lookup))
        return token

    async def data_key(self, person: str, matter: str) -> DataKey:
        """Return the key of a person (token) in a matter; it is committed before this returns.

        Raises Erased.
        """
        if person == TEXT:
            raise ValueError("a person's token is not empty")
        return await self._key(person, matter)

    async def text_key(self, matter: str) -> DataKey:
        """Return the key of a matter's free text; it is committed before this returns. Raises Erased."""
        return await self._key(TEXT, matter)

    async def decrypt(self, ciphertext: bytes) -> str | None:
        """Open a field; None if its key was destroyed. Raises BadCiphertext, NoWrappingKey."""
        return (await self.decrypt_many([ciphertext]))[0]

    async def decrypt_many(self, ciphertexts: Sequence[bytes]) -> list[str | None]:
        """Open many fields with one query, in their order. Raises BadCiphertext, NoWrappingKey."""
        ids = {key_id_of(each) for each in ciphertexts}
        keys = {key_id: self._cache.get(key_id) for key_id in ids}
        unknown = [key_id for key_id, key in keys.items() if key is None]
        if unknown:
            keys.update(await self._read(unknown))
        opened: list[str | None] = []
        for each in ciphertexts:
            key = keys[key_id_of(each)]
            opened.append(None if key is None else decrypt_with(key, each))
        return opened

    async def erase(self, person: str) -> int:
        """Destroy a person's keys and the text keys of the matters that name the person; return how many.

        One transaction; other processes forget what they had unwrapped within half a minute.
        """
        if person == TEXT:
            raise ValueError("a person's token is not empty")
        destroyed = int(await self._pool.fetchval(SQL["erase"], person))
        self._cache.clear()
        return destroyed

    async def _key(self, person: str, matter: str) -> DataKey:
        cached = self._cache.get((person, matter))
        if cached is not None:
            return cached
        async with self._pool.acquire() as connection:
            key = await self._insert_or_read(connection, person, matter)
        self._cache.put((person, matter), key)
        return key

    async def _insert_or_read(self, connection: Connection, person: str, matter: str) -> DataKey:
        row = await connection.fetchrow(SQL["key_of"], person, matter)
        if row is None:
            made = generate_key()
            wrapped = self._wrap(made, person, matter)
            await connection.execute(SQL["add_key"], made.key_id, person, matter, wrapped, self._current.name)
            row = await connection.fetchrow(SQL["key_of"], person, matter)
        if row is None or row["wrapped"] is None:
            raise Erased(remedy(Erased))
        return self._unwrap(row, person, matter)

    async def _read(self, ids: Iterable[bytes]) -> dict[bytes, DataKey | None]:
        async with self._pool.acquire() as connection:
            rows = {row["key_id"]: row for row in await connection.fetch(SQL["keys_by_id"], list(ids))}
        found: dict[bytes, DataKey | None] = {}
        for key_id in ids:
            row = rows.get(key_id)
            if row is None:
                raise BadCiphertext("No key of this vault opens it.")
            if row["wrapped"] is None:
                found[key_id] = None
                continue
            key = found[key_id] = self._unwrap(row, row["person"], row["matter"])
            self._cache.put(key_id, key)
        return found

    def _wrap(self, key: DataKey, person: str, matter: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return seal(self._current.secret, nonce, key.secret, _about(key.key_id, person, matter))

    def _unwrap(self, row: asyncpg.Record, person: str, matter: str) -> DataKey:
        secret = self._wrapping.get(row["wrapped_by"])
        if secret is None:
            raise NoWrappingKey(f"{row['wrapped_by']}: {remedy(NoWrappingKey)}")
        key_id: bytes = row["key_id"]
        return DataKey(key_id, open_sealed(secret, row["wrapped"], _about(key_id, person, matter)))


def _about(key_id: bytes, person: str, matter: str) -> bytes:
    """Bind a wrapped key to its row: rows that were exchanged do not open."""
    parts = (key_id, person.encode(), matter.encode())
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
