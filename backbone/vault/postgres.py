"""The vault in PostgreSQL, schema `vault`: data keys wrapped (SM4-GCM) under the key ring's wrapping key.

A key is created by insert-or-read, so two doors at once get the same one, and it is committed before the
record that needs it is sent. The database never sees an unwrapped key, the key ring never sees a person.

The ring may be replaced while processes run (`backbone.vault.shred`): a provider that is given a `RingFile`
follows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backbone.queries import load_queries
from backbone.remedy import remedy
from backbone.vault.cache import KeyCache
from backbone.vault.cipher import BadCiphertext, DataKey, decrypt_with, generate_key, key_id_of
from backbone.vault.provider import TEXT, Erased, Sealing, lookup_of, new_token
from backbone.vault.wrapping import NoWrappingKey, unwrap, wrap, wrapping_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import asyncpg

    from backbone.database import Connection, Pool
    from backbone.keyring import KeyRing

__all__ = ["NoWrappingKey", "PostgresKeyProvider"]

SQL = load_queries("backbone", "sql/vault.sql")

_TRIES = 3
"""A ring that is replaced between reading it and reading a row is read again."""


class PostgresKeyProvider(Sealing):
    """Keeps keys in the database of `pool`, wrapped under a ring: one that stays, or whatever gives it now.

    Doors need the role `door`, which makes keys and erases persons; readers need `api`.
    """

    def __init__(
        self, pool: Pool, ring: KeyRing | Callable[[], KeyRing], cache: KeyCache | None = None
    ) -> None:
        self._pool = pool
        self._ring: Callable[[], KeyRing] = ring if callable(ring) else lambda: ring
        self._cache = cache or KeyCache()

    async def pseudonym(self, person_key: str) -> str:
        """Return the random token of a person, the same one for ever; makes it if there is none."""
        lookup = lookup_of(self._ring().lookup, person_key)
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
        """Open many fields with one query, in their order. Raises BadCiphertext, NoWrappingKey.

        Each call asks the database: from the moment of an erasure nothing of the person is opened any more.
        """
        if not ciphertexts:
            return []
        ids = [key_id_of(each) for each in ciphertexts]
        keys = await self._read(set(ids))
        opened: list[str | None] = []
        for key_id, each in zip(ids, ciphertexts, strict=True):
            key = keys[key_id]
            opened.append(None if key is None else decrypt_with(key, each))
        return opened

    async def erase(self, person: str, *, who: str = "", why: str = "", at: int = 0) -> int:
        """Destroy a person's keys and the text keys of the matters that name the person; return how many.

        One transaction; other processes forget what they had unwrapped within seconds (`KeyCache`). What is
        left of the wrapped keys in the database's own files is dealt with by `backbone.vault.shred`.
        """
        if person == TEXT:
            raise ValueError("a person's token is not empty")
        destroyed = int(await self._pool.fetchval(SQL["erase"], person, who, why, None, at, []))
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
        missing = NoWrappingKey(remedy(NoWrappingKey))
        for _ in range(_TRIES):
            ring = self._ring()
            row = await connection.fetchrow(SQL["key_of"], person, matter)
            if row is None:
                made, under = generate_key(), ring.wrapping[0]
                wrapped = wrap(under, made, person, matter)
                await connection.execute(SQL["add_key"], made.key_id, person, matter, wrapped, under.name)
                row = await connection.fetchrow(SQL["key_of"], person, matter)
            if row is None and not await connection.fetchval(SQL["is_erased"], person):
                # The wrapping key was retired meanwhile, and the ring's file has another one.
                continue
            if row is None or row["wrapped"] is None:
                raise Erased(remedy(Erased))
            try:
                return unwrap(wrapping_keys(ring), row, person, matter)
            except NoWrappingKey as error:
                missing = error
        raise missing

    async def _read(self, ids: set[bytes]) -> dict[bytes, DataKey | None]:
        missing = NoWrappingKey(remedy(NoWrappingKey))
        for _ in range(_TRIES):
            ring = self._ring()
            async with self._pool.acquire() as connection:
                rows = await connection.fetch(SQL["keys_by_id"], list(ids))
            if len(rows) < len(ids):
                raise BadCiphertext("No key of this vault opens it.")
            try:
                return {row["key_id"]: _opened(ring, row) for row in rows}
            except NoWrappingKey as error:
                missing = error
        raise missing


def _opened(ring: KeyRing, row: asyncpg.Record) -> DataKey | None:
    if row["wrapped"] is None:
        return None
    return unwrap(wrapping_keys(ring), row, row["person"], row["matter"])
