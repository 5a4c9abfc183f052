"""A vault in memory: for trials and tests.

It obeys the same contract as the real one and forgets at the end.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from backbone.remedy import remedy
from backbone.vault.cipher import BadCiphertext, DataKey, decrypt_with, generate_key, key_id_of
from backbone.vault.provider import TEXT, Erased, Sealing, lookup_of, new_token

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MemoryKeyProvider"]


class MemoryKeyProvider(Sealing):
    """Keeps keys in this object alone."""

    def __init__(self) -> None:
        self._lookup = secrets.token_bytes(32)
        self._tokens: dict[bytes, str] = {}
        self._keys: dict[tuple[str, str], DataKey | None] = {}
        self._by_id: dict[bytes, tuple[str, str]] = {}
        self._erased: set[str] = set()

    async def pseudonym(self, person_key: str) -> str:
        """Return the random token of a person, the same one for ever."""
        return self._tokens.setdefault(lookup_of(self._lookup, person_key), new_token())

    async def data_key(self, person: str, matter: str) -> DataKey:
        """Return the key of a person in a matter. Raises Erased."""
        if person == TEXT:
            raise ValueError("a person's token is not empty")
        if person in self._erased:
            raise Erased(remedy(Erased))
        return self._key(person, matter)

    async def text_key(self, matter: str) -> DataKey:
        """Return the key of a matter's free text. Raises Erased."""
        return self._key(TEXT, matter)

    async def decrypt(self, ciphertext: bytes) -> str | None:
        """Open a field; None if its key was destroyed. Raises BadCiphertext."""
        owner = self._by_id.get(key_id_of(ciphertext))
        if owner is None:
            raise BadCiphertext("No key of this vault opens it.")
        key = self._keys[owner]
        return None if key is None else decrypt_with(key, ciphertext)

    async def decrypt_many(self, ciphertexts: Sequence[bytes]) -> list[str | None]:
        """Open many fields, in their order. Raises BadCiphertext."""
        return [await self.decrypt(each) for each in ciphertexts]

    async def erase(self, person: str, *, who: str = "", why: str = "", at: int = 0) -> int:
        """Destroy a person's keys and the text keys of the matters that name the person; return how many."""
        del who, why, at  # it forgets at the end, tombstones too
        if person == TEXT:
            raise ValueError("a person's token is not empty")
        matters = {matter for who, matter in self._keys if who == person}
        doomed = [(person, matter) for matter in matters] + [(TEXT, matter) for matter in matters]
        destroyed = sum(self._keys.get(owner) is not None for owner in doomed)
        self._keys.update(dict.fromkeys(doomed, None))
        self._erased.add(person)
        return destroyed

    def _key(self, person: str, matter: str) -> DataKey:
        owner = (person, matter)
        if owner not in self._keys:
            made = generate_key()
            self._keys[owner] = made
            self._by_id[made.key_id] = owner
        key = self._keys[owner]
        if key is None:
            raise Erased(remedy(Erased))
        return key
