"""What doors and the query API ask of the vault, whoever keeps the keys: this database, or a KMS."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Protocol

from backbone.vault.cipher import DataKey, encrypt, keyed_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["TEXT", "Erased", "KeyProvider", "lookup_of", "new_token"]

TEXT = ""
"""In place of the person: the key of a matter's free text."""


class Erased(Exception):
    """The person, or the matter's text, was erased: nothing personal is written for them again.

    Refuse the fact.
    """


class KeyProvider(Protocol):
    """Keeps the keys. A person is known by a token (the pseudonym), never by a number, once it has one."""

    async def pseudonym(self, person_key: str) -> str:
        """Return the random token of a person (`RESIDENT_ID:310…`), the same one for ever.

        Makes it if there is none.
        """

    async def data_key(self, person: str, matter: str) -> DataKey:
        """Return the key of a person (token) in a matter; it is kept before this returns. Raises Erased."""

    async def text_key(self, matter: str) -> DataKey:
        """Return the key of a matter's free text; it is kept before this returns. Raises Erased."""

    def encrypt(self, key: DataKey, event_id: str, path: str, plaintext: str) -> bytes:
        """Encrypt a field; the same arguments give the same bytes."""

    async def decrypt(self, ciphertext: bytes) -> str | None:
        """Open a field; None if its key was destroyed (shown as 已删除). Raises BadCiphertext."""

    async def decrypt_many(self, ciphertexts: Sequence[bytes]) -> list[str | None]:
        """Open many fields with one question to the keeper of the keys, in their order.

        Raises BadCiphertext.
        """

    async def erase(self, person: str, *, who: str = "", why: str = "", at: int = 0) -> int:
        """Destroy the keys of a person (token) and the text keys of the matters that name the person.

        Returns how many keys were destroyed; to do it again destroys none. The tombstone stays, with who
        decided it, why and when (micros).
        """


class Sealing:
    """The part of a provider that needs no keeper: with the key at hand, encrypting is a function."""

    def encrypt(self, key: DataKey, event_id: str, path: str, plaintext: str) -> bytes:
        """Encrypt a field; the same arguments give the same bytes."""
        return encrypt(key, event_id, path, plaintext)


def lookup_of(secret: bytes, person_key: str) -> bytes:
    """Return under what a person is looked up.

    An HMAC, for a bare hash of an identity number can be guessed.
    """
    return keyed_hash(secret, person_key.encode())


def new_token() -> str:
    """Make a pseudonym: random, so it says nothing and cannot be computed."""
    return f"P-{secrets.token_hex(16)}"
