"""The bytes of a personal field.

SM4-GCM under a data key, the same bytes again for the same event, path and text.

A ciphertext is: version (1 byte, 1) ‖ key id (16) ‖ nonce (12) ‖ ciphertext ‖ tag (16). Version and key id
are its associated data, so nothing but the key is needed to open it. The nonce is the beginning of an
HMAC-SM3, under a sub-key of the data key, of event id, path and plaintext: a retry gives the same bytes, and
another text under the same event and path gives another nonce.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from backbone.remedy import remedy

__all__ = [
    "KEY_BYTES",
    "BadCiphertext",
    "DataKey",
    "decrypt_with",
    "encrypt",
    "generate_key",
    "key_id_of",
    "keyed_hash",
    "open_sealed",
    "seal",
]

VERSION = 1
KEY_BYTES = 16
KEY_ID_BYTES = 16
_NONCE_BYTES = 12
_TAG_BYTES = 16
_HEAD_BYTES = 1 + KEY_ID_BYTES
_NONCE_LABEL = b"liandong/nonce/1"


class BadCiphertext(ValueError):
    """These bytes are no personal field of ours, or were changed: compare the record with the ledger's."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """The SM4 key of a person in a matter, or of a matter's text; `key_id` is random and says nothing."""

    key_id: bytes
    secret: bytes = field(repr=False)


def generate_key() -> DataKey:
    """Make a new random data key."""
    return DataKey(secrets.token_bytes(KEY_ID_BYTES), secrets.token_bytes(KEY_BYTES))


def encrypt(key: DataKey, event_id: str, path: str, plaintext: str) -> bytes:
    """Encrypt a field: the same key, event, path and text give the same bytes."""
    text = plaintext.encode()
    parts = (event_id.encode(), path.encode(), text)
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    nonce = keyed_hash(keyed_hash(key.secret, _NONCE_LABEL), framed)[:_NONCE_BYTES]
    head = bytes([VERSION]) + key.key_id
    return head + seal(key.secret, nonce, text, head)


def key_id_of(ciphertext: bytes) -> bytes:
    """Return the id of the key that opens a ciphertext. Raises BadCiphertext if it is none of ours."""
    if len(ciphertext) < _HEAD_BYTES + _NONCE_BYTES + _TAG_BYTES or ciphertext[0] != VERSION:
        raise BadCiphertext(f"{remedy(BadCiphertext)} ({len(ciphertext)} bytes)")
    return ciphertext[1:_HEAD_BYTES]


def decrypt_with(key: DataKey, ciphertext: bytes) -> str:
    """Open a ciphertext with its key. Raises BadCiphertext if it was changed or the key is another."""
    if key_id_of(ciphertext) != key.key_id:
        raise BadCiphertext("The ciphertext is under another key.")
    return open_sealed(key.secret, ciphertext[_HEAD_BYTES:], ciphertext[:_HEAD_BYTES]).decode()


def seal(secret: bytes, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
    """Return nonce ‖ SM4-GCM ciphertext ‖ tag.

    A nonce is never used twice for two plaintexts under one key.
    """
    encryptor = Cipher(algorithms.SM4(secret), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(associated)
    return nonce + encryptor.update(plaintext) + encryptor.finalize() + encryptor.tag


def open_sealed(secret: bytes, sealed: bytes, associated: bytes) -> bytes:
    """Open what `seal` made. Raises BadCiphertext."""
    nonce, body, tag = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:-_TAG_BYTES], sealed[-_TAG_BYTES:]
    try:
        decryptor = Cipher(algorithms.SM4(secret), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(associated)
        return decryptor.update(body) + decryptor.finalize()
    except (InvalidTag, ValueError) as error:
        raise BadCiphertext(remedy(BadCiphertext)) from error


def keyed_hash(secret: bytes, data: bytes) -> bytes:
    """Return HMAC-SM3 (GB/T 15852.2-2012 over GB/T 32905-2016): 32 bytes."""
    mac = hmac.HMAC(secret, hashes.SM3())
    mac.update(data)
    return mac.finalize()
