"""Personal fields become ciphertext, and a checked fact becomes the record that goes to Kafka.

Names, numbers and telephones are encrypted under the person's key for this matter, free text under the
matter's text key (docs/architecture). Each key exists before the record is sent. The same event gives the
same bytes again, however often it is sent.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemas.codec import CODEC
from schemas.contracts import PersonalField, personal_paths
from schemas.envelope import Envelope, Kind, StampKey, stamp
from schemas.errors import Code, Refused
from schemas.partition import partition_of
from schemas.seal import sm3
from schemas.topics import INBOUND, MAX_INBOUND_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backbone.vault import KeyProvider

_FIRMS = frozenset({"LEGAL_PERSON", "UNINCORPORATED"})
_SEPARATORS = re.compile(r"[\s\-·.]+")
_TOKEN_BYTES = 16

LARGEST = MAX_INBOUND_BYTES - 8 * 1024
"""Bytes that a value may have: key, headers and Kafka's framing must fit into the topic's limit beside it."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record ready for `inbound`. ``content_hash`` is SM3 of the value, part of the idempotence key."""

    agency: str
    matter: str
    event_id: str
    partition: int
    value: bytes
    headers: list[tuple[str, bytes]]
    content_hash: bytes


def person_key(party: dict[str, Any]) -> str | None:
    """The normalised number by which a person is known, or None if there is none.

    A natural person and an individual business (whose number is its owner's where it is given) are persons;
    a firm is not, it passes in clear.
    """
    number = party.get("id_number")
    if number:
        kind = party.get("id_kind") or "RESIDENT_ID"
        return f"{kind}:{_SEPARATORS.sub('', number).upper()}"
    uscc = party.get("uscc")
    if uscc and party["party_type"] not in _FIRMS:
        return f"USCC:{uscc}"
    return None


async def party_token(party: dict[str, Any], matter: str, event_id: str, path: str, keys: KeyProvider) -> str:
    """The pseudonym that stands for a party in clear.

    A firm's is its credit code; a person's is random and the same in every matter; who is not identified gets
    one that holds for this matter and event alone.
    """
    known = person_key(party)
    if known is not None:
        return await keys.pseudonym(known)
    if party.get("uscc"):
        return f"U-{party['uscc']}"
    return "N-" + sm3(f"{matter}\x1f{event_id}\x1f{path}".encode())[:_TOKEN_BYTES].hex()


async def encrypt_personal(name: str, record: dict[str, Any], keys: KeyProvider) -> dict[str, Any]:
    """A copy of the record in which every party bears its token and every personal field is ciphertext.

    ``record`` has plain text in its personal fields and a complete ``meta``.

    Raises Erased: the person, or the matter's text, was erased and takes no new content.
    """
    sealed = deepcopy(record)
    matter, event_id = sealed["meta"]["matter"], sealed["meta"]["event_id"]
    for field in _persons_first(personal_paths(name)):
        for holder, path in _holders(sealed, field.path[:-1], ""):
            holder["party_token"] = await party_token(holder, matter, event_id, path, keys)
    for field in personal_paths(name):
        leaf = field.path[-1]
        for holder, path in _holders(sealed, field.path[:-1], ""):
            if holder.get(leaf) is None:
                continue
            key = (
                await keys.data_key(holder["party_token"], matter)
                if field.kind == "person"
                else await keys.text_key(matter)
            )
            holder[leaf] = keys.encrypt(key, event_id, f"{path}/{leaf}", holder[leaf])
    return sealed


def _persons_first(fields: tuple[PersonalField, ...]) -> Iterator[PersonalField]:
    """One field of each party is enough to find the party."""
    met: set[tuple[str, ...]] = set()
    for field in fields:
        if field.kind == "person" and field.path[:-1] not in met:
            met.add(field.path[:-1])
            yield field


def _holders(value: Any, path: tuple[str, ...], where: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Every object that a contract path leads to, with its JSON pointer; absent ones are passed over."""
    if value is None:
        return
    if not path:
        yield value, where
    elif path[0] == "[]":
        for index, item in enumerate(value):
            yield from _holders(item, path[1:], f"{where}/{index}")
    else:
        yield from _holders(value.get(path[0]), path[1:], f"{where}/{path[0]}")


async def seal(
    name: str, record: dict[str, Any], keys: KeyProvider, key: StampKey, partitions: int
) -> Sealed:
    """Encrypt, encode and stamp a checked fact.

    Raises Erased (personal content for someone who was erased), InvalidRecord (the record does not fit its
    contract), Refused: FACT_TOO_LARGE.
    """
    meta = record["meta"]
    value = CODEC.encode(name, await encrypt_personal(name, record, keys))
    if len(value) > LARGEST:
        raise Refused(
            Code.FACT_TOO_LARGE,
            detail_zh=f"编码后 {len(value)} 字节，上限 {LARGEST}。",
            detail_en=f"{len(value)} bytes when encoded; the limit is {LARGEST}.",
        )
    matter = meta["matter"].encode()
    envelope = Envelope(Kind.FACT, matter, value, meta["agency"], meta["matter"], meta["event_id"])
    return Sealed(
        agency=meta["agency"],
        matter=meta["matter"],
        event_id=meta["event_id"],
        partition=partition_of(matter, partitions),
        value=value,
        headers=stamp(envelope, INBOUND, key),
        content_hash=sm3(value),
    )
