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

from producers.gateway.parts import FIRMS
from producers.gateway.places import bare_parties, holders, measured
from schemas.codec import CODEC
from schemas.contracts import personal_paths
from schemas.envelope import Envelope, Kind, StampKey, stamp
from schemas.errors import Code, Refused
from schemas.partition import partition_of
from schemas.seal import sm3
from schemas.topics import INBOUND, MAX_INBOUND_BYTES

if TYPE_CHECKING:
    from backbone.vault import KeyProvider

_SEPARATORS = re.compile(r"[\s\-·.]+")
_TOKEN_BYTES = 16
_LONGEST_NAME = 100
_REGISTERED = slice(2, 8)
"""Where a credit code says in which county it was registered (GB 32100-2015)."""

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
    if uscc and party["party_type"] not in FIRMS:
        return f"USCC:{uscc}"
    return None


async def party_token(party: dict[str, Any], matter: str, event_id: str, path: str, keys: KeyProvider) -> str:
    """The pseudonym that stands for a party in clear.

    A firm's is its credit code; a person's is random and the same in every matter; who is not identified gets
    one that holds for this matter and event alone.
    """
    known = person_key(party)
    return _bare_token(party, matter, event_id, path) if known is None else await keys.pseudonym(known)


def _bare_token(party: dict[str, Any], matter: str, event_id: str, path: str) -> str:
    if party.get("uscc"):
        return f"U-{party['uscc']}"
    return "N-" + sm3(f"{matter}\x1f{event_id}\x1f{path}".encode())[:_TOKEN_BYTES].hex()


async def encrypt_personal(name: str, record: dict[str, Any], keys: KeyProvider) -> dict[str, Any]:
    """A copy of the record in which every party bears its token and every personal field is ciphertext.

    ``record`` has plain text in its personal fields and a complete ``meta``.

    Raises Erased: the person, or the matter's text, was erased and takes no new content.
    """
    sealed = deepcopy(record)
    await _name_parties(name, sealed, keys)
    for record_path, number, text in measured(name):
        for holder, _ in holders(sealed, record_path):
            holder[number] = None if holder.get(text) is None else length(holder[text])
    matter, event_id = sealed["meta"]["matter"], sealed["meta"]["event_id"]
    for field in personal_paths(name):
        leaf = field.path[-1]
        for holder, path in holders(sealed, field.path[:-1]):
            if holder.get(leaf) is None:
                continue
            key = (
                await keys.data_key(holder["party_token"], matter)
                if field.kind == "person"
                else await keys.text_key(matter)
            )
            holder[leaf] = keys.encrypt(key, event_id, f"{path}/{leaf}", holder[leaf])
    return sealed


def length(text: str) -> int:
    """How many characters a text says something with: blanks and line breaks are not counted."""
    return sum(not character.isspace() for character in text)


async def _name_parties(name: str, sealed: dict[str, Any], keys: KeyProvider) -> None:
    """Give every party its token, and leave in clear of it what a firm may show and nobody else."""
    matter, event_id = sealed["meta"]["matter"], sealed["meta"]["event_id"]
    for path in _parties(name):
        for party, where in holders(sealed, path):
            party["party_token"] = await party_token(party, matter, event_id, where, keys)
            # Where it is registered decides who is told of it; the code says so if its sender does not.
            party["reg_adcode"] = party.get("reg_adcode") or (party.get("uscc") or "")[_REGISTERED] or None
            if party["party_type"] not in FIRMS:
                _hide(party)
    for path in bare_parties(name):
        for party, where in holders(sealed, path):
            party["party_token"] = party.get("party_token") or _bare_token(party, matter, event_id, where)


def _parties(name: str) -> tuple[tuple[str, ...], ...]:
    """Every record with a field that is encrypted for a person."""
    paths = (field.path[:-1] for field in personal_paths(name) if field.kind == "person")
    return tuple(dict.fromkeys(paths))


def _hide(party: dict[str, Any]) -> None:
    """Move the trade name and the credit code of whoever is no firm to where they are encrypted.

    An individual business bears its owner's name as often as not, and its code leads to the owner.
    """
    firm, uscc = party.get("org_name"), party.get("uscc")
    party |= {"org_name": None, "uscc": None}
    rest = []
    if uscc and party.get("id_number"):
        rest.append(f"统一社会信用代码 {uscc}")
    elif uscc:
        party |= {"id_kind": "OTHER", "id_number": uscc}
    if firm and (party.get("name") or len(firm) > _LONGEST_NAME):
        rest.append(f"字号 {firm}")
    elif firm:
        party["name"] = firm
    if rest:
        party["note"] = "；".join([*rest, *filter(None, [party.get("note")])])


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
