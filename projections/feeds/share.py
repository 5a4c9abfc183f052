"""A fact of the ledger as a feed shares it: the fields of the feed's contract, and no others. Pure.

Nothing is taken away from a fact: a field is there because the contract of the feed record has it. Beyond the
contract there is one rule: what identifies a firm is given for firms alone, so that a natural person and an
individual business (个体工商户) appear as a token whatever a sender has written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from projections.content import resolve
from projections.times import beijing, iso
from schemas.codec import CODEC
from schemas.contracts import contracts, not_null
from schemas.identifiers import derived_id
from schemas.seal import SealKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backbone.records import LedgerRecord
    from schemas.feeds import Feed
    from schemas.seal import SealMatter

FIRMS: Final = frozenset({"LEGAL_PERSON", "UNINCORPORATED"})
"""Kinds of party whose name and credit code pass in clear."""
FIRMS_ALONE: Final = frozenset({"org_name", "uscc"})
OURS: Final = frozenset({"feed", "original"})
"""Fields of a feed record that the writer fills in."""
_PLACE: Final = "location"
_KINDS: Final = frozenset({SealKind.ADMITTED, SealKind.DERIVED})
_ADDRESSEE: Final = "to_province"
CONTENT_TYPE: Final = "application/vnd.confluent.avro"

Headers = list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Share:
    """One record of a feed, ready for Kafka; `received_at` (micros) is that of the original."""

    name: str
    key: bytes
    value: bytes
    headers: Headers
    received_at: int


def share(feed: Feed, record: LedgerRecord, stack: str) -> Share | None:
    """Make the feed's record of a ledger record; None for one that is not for this feed.

    Raises what the codec raises on a value that it cannot read, or on a feed record that breaks its contract.
    """
    seal = record.seal.matter
    name = feed.shares.get(seal.fact_type)
    if name is None or not seal.seq or seal.kind not in _KINDS:
        return None
    fact = CODEC.decode(record.value).record
    if feed.receiver not in seal.addressed_to and fact.get(_ADDRESSEE) != feed.receiver:
        return None
    original = {
        "event_id": seal.event_id,
        "matter": seal.matter,
        "fact": seal.fact_type,
        "hash": record.seal.partition.hash,
        "agency": seal.agency,
        "received_at": seal.received_at,
    }
    content = {"feed": feed.topic, "original": original, **allowed(name, fact)}
    value = CODEC.encode(name, content)
    return Share(name, record.key, value, _headers(feed, name, seal, stack), seal.received_at)


def allowed(name: str, fact: Mapping[str, Any]) -> dict[str, Any]:
    """Take from a fact the fields that the contract of a feed record has; those of the place from there."""
    place = fact.get(_PLACE) or {}
    firm = fact.get("party_type") in FIRMS
    taken: dict[str, Any] = {}
    for field in contracts()[name].schema["fields"]:
        key = field["name"]
        if key in OURS:
            continue
        value = fact[key] if key in fact else place.get(key)
        taken[key] = _taken(field["type"], None if key in FIRMS_ALONE and not firm else value)
    return taken


def _taken(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    kind = resolve(not_null(kind))
    if isinstance(kind, dict) and kind["type"] == "record":
        return {f["name"]: _taken(f["type"], value.get(f["name"])) for f in kind["fields"]}
    if isinstance(kind, dict) and kind["type"] == "array":
        return [_taken(kind["items"], item) for item in value]
    return value


def _headers(feed: Feed, name: str, seal: SealMatter, stack: str) -> Headers:
    """The attributes of CloudEvents 1.0 in its binary mode for Kafka, where strangers read."""
    cause = f"{seal.agency}/{seal.matter}/{seal.event_id}"
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": derived_id(seal.received_at, cause, feed.topic, 0),
        "ce_source": f"/liandong/{stack}/{feed.topic}",
        "ce_type": contracts()[name].full_name,
        "ce_subject": seal.matter,
        "ce_time": iso(beijing(seal.received_at)),
        "content-type": CONTENT_TYPE,
    }
    return [(key, text.encode()) for key, text in attributes.items()]
