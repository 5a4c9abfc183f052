"""The seal: what the backbone adds to every ledger record, in one header.

The header is the Confluent prefix of `Seal`, then avro(SealMatter), then avro(SealPartition). The matter part
is hashed, `hash = SM3(avro(SealMatter) ‖ value)`, and names the hash before it: so the records of a matter
form a chain that a replay gives again, byte for byte. The partition part says where the record lies and stays
outside the chain.
"""

from __future__ import annotations

import io
from enum import StrEnum
from typing import Any

import fastavro
import msgspec
from cryptography.hazmat.primitives import hashes

from schemas.codec import CODEC, HEADER, Undecodable, plain, read_exactly
from schemas.released import releases

__all__ = [
    "NO_HASH",
    "Seal",
    "SealKind",
    "SealMatter",
    "SealPartition",
    "chain_hash",
    "decode_seal",
    "encode_matter_part",
    "encode_seal",
    "sm3",
]

NO_HASH = b""
"""`prev_hash` of the first record of a matter, and of every record outside the chain."""
_SM3 = hashes.SM3()
_PREFIX = CODEC.prefix("Seal")
_RELEASED = releases()["Seal"][-1].schema
_SEAL = plain(_RELEASED)
_MATTER, _PARTITION = (plain(part["type"]) for part in _RELEASED["fields"])


class SealKind(StrEnum):
    """What a ledger record is; HELD, REFUSED and MARKER have no `seq`."""

    ADMITTED = "ADMITTED"
    DERIVED = "DERIVED"
    REFUSED = "REFUSED"
    HELD = "HELD"
    MARKER = "MARKER"
    MEND = "MEND"
    UNKNOWN = "UNKNOWN"


_KINDS = {kind.value: kind for kind in SealKind}


class SealMatter(msgspec.Struct, frozen=True, kw_only=True):
    """The hashed part: which record of which matter it is, and what the matter is after it.

    `received_at` is in microseconds since 1970 UTC; `seq` 0 means outside the chain, with `prev_hash` b"".
    """

    matter: str
    seq: int
    received_at: int
    kind: SealKind
    fact_type: str
    event_id: str
    cause: str = ""
    agency: str
    addressed_to: tuple[str, ...] = ()
    copied_to: tuple[str, ...] = ()
    holder: str = ""
    procedure: str = ""
    state: str = ""
    resume: str = ""
    rule: str = ""
    rulebook: str = ""
    calendar: int = 0
    agencies: int = 0
    prev_hash: bytes = NO_HASH


class SealPartition(msgspec.Struct, frozen=True):
    """The unhashed part: gapless number in the partition, coordinates of its cause in `inbound`, the hash."""

    number: int
    partition: int
    offset: int
    last: bool
    hash: bytes


class Seal(msgspec.Struct, frozen=True):
    """Both parts of a seal."""

    matter: SealMatter
    partition: SealPartition


def sm3(data: bytes) -> bytes:
    """Hash bytes with SM3 (GB/T 32905-2016): 32 bytes."""
    digest = hashes.Hash(_SM3)
    digest.update(data)
    return digest.finalize()


def chain_hash(matter_bytes: bytes, value: bytes) -> bytes:
    """Give the hash of a record: SM3 over its encoded matter part and its value."""
    return sm3(matter_bytes + value)


def encode_matter_part(m: SealMatter) -> bytes:
    """Encode the hashed part, without any prefix."""
    return _write(_MATTER, msgspec.structs.asdict(m))


def encode_seal(matter_bytes: bytes, partition: SealPartition) -> bytes:
    """Give the header: the prefix of `Seal`, the encoded matter part, the encoded partition part."""
    return _PREFIX + matter_bytes + _write(_PARTITION, msgspec.structs.asdict(partition))


def decode_seal(header: bytes) -> Seal:
    """Decode a seal header of any version; raises Undecodable, and UnknownSchema for a version to come."""
    if header.startswith(_PREFIX):
        record = read_exactly(_SEAL, header[HEADER.size :])
    else:
        name, record = (decoded := CODEC.decode(header)).name, decoded.record
        if name != "Seal":
            raise Undecodable(f"the header holds a {name}, not a seal")
    matter, partition = record["matter"], record["partition"]
    matter["kind"] = _KINDS[matter["kind"]]
    matter["addressed_to"] = tuple(matter["addressed_to"])
    matter["copied_to"] = tuple(matter["copied_to"])
    return Seal(SealMatter(**matter), SealPartition(**partition))


def _write(schema: dict[str, Any], record: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, record)
    return out.getvalue()
