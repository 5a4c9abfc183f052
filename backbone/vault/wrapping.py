"""Data keys at rest: wrapped (SM4-GCM) under a key of the ring, and bound to the row that holds them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from backbone.remedy import remedy
from backbone.vault.cipher import DataKey, open_sealed, seal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncpg import Record

    from backbone.keyring import KeyRing, WrappingKey

__all__ = ["NoWrappingKey", "unwrap", "wrap", "wrapping_keys"]

_NONCE_BYTES = 12


class NoWrappingKey(LookupError):
    """A data key is wrapped under a key that this ring does not have.

    Restore the ring that belongs to this vault.
    """


def wrapping_keys(ring: KeyRing) -> Mapping[str, bytes]:
    """The secrets of a ring's wrapping keys, by name."""
    return {key.name: key.secret for key in ring.wrapping}


def wrap(under: WrappingKey, key: DataKey, person: str, matter: str) -> bytes:
    """Wrap a data key for its row."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return seal(under.secret, nonce, key.secret, _about(key.key_id, person, matter))


def unwrap(keys: Mapping[str, bytes], row: Record, person: str, matter: str) -> DataKey:
    """Open the wrapped key of a row (`key_id`, `wrapped`, `wrapped_by`).

    Raises NoWrappingKey, BadCiphertext.
    """
    secret = keys.get(row["wrapped_by"])
    if secret is None:
        raise NoWrappingKey(f"{row['wrapped_by']}: {remedy(NoWrappingKey)}")
    key_id: bytes = row["key_id"]
    return DataKey(key_id, open_sealed(secret, row["wrapped"], _about(key_id, person, matter)))


def _about(key_id: bytes, person: str, matter: str) -> bytes:
    """Bind a wrapped key to its row: rows that were exchanged do not open."""
    parts = (key_id, person.encode(), matter.encode())
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
