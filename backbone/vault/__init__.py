"""Keys of persons and matters.

Personal fields are ciphertext from the door on, and erasing a key erases a person.
"""

from backbone.vault.cipher import BadCiphertext, DataKey, decrypt_with, encrypt, key_id_of
from backbone.vault.memory import MemoryKeyProvider
from backbone.vault.postgres import PostgresKeyProvider
from backbone.vault.provider import Erased, KeyProvider
from backbone.vault.wrapping import NoWrappingKey

__all__ = [
    "BadCiphertext",
    "DataKey",
    "Erased",
    "KeyProvider",
    "MemoryKeyProvider",
    "NoWrappingKey",
    "PostgresKeyProvider",
    "decrypt_with",
    "encrypt",
    "key_id_of",
]
