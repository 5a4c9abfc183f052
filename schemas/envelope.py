"""The envelope: what stands around a value in `inbound`, and the stamp that vouches for it.

A door, or the backbone itself, stamps each record with HMAC-SM3 under a named key over kind, topic, partition
(for ticks and markers, which belong to one partition), key, value, agency, matter and event id, each preceded
by its length in 4 bytes big-endian. The last three also stand in clear headers. A consumer cannot see who
produced a record: nothing that is not stamped may be trusted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from hmac import compare_digest
from typing import TYPE_CHECKING, Literal

from cryptography.hazmat.primitives import hashes, hmac

from schemas.errors import Code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HEADERS = ("kind", "agency", "matter", "event-id", "stamp-key", "stamp")
"""The headers of a record of `inbound`, in order."""
EVERY_AGENCY = "*"


class Kind(StrEnum):
    """What a record of `inbound` is."""

    FACT = "fact"
    EFFECT = "effect"
    TICK = "tick"
    MARKER = "marker"
    MEND = "mend"


CONTROL = frozenset({Kind.TICK, Kind.MARKER})
"""Kinds that belong to one partition, which is stamped with them."""


class BadStamp(Exception):
    """Nobody vouches for this record: set it aside raw, and find who writes to the topic without a key.

    `reason_code` is what the dead letter says, `detail` what was found.
    """

    def __init__(self, reason_code: Code, detail: str) -> None:
        super().__init__(f"{reason_code}: {detail}")
        self.reason_code = reason_code
        self.detail = detail


class MayNotStamp(Exception):
    """The key may not stamp this record: use a key of the right use and agency that is not retired."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A value and what its stamp covers; `partition` is set for ticks and markers alone."""

    kind: Kind
    key: bytes
    value: bytes
    agency: str
    matter: str
    event_id: str
    partition: int | None = None

    def __post_init__(self) -> None:
        if (self.partition is not None) != (self.kind in CONTROL):
            needs = "needs" if self.kind in CONTROL else "has no"
            raise ValueError(f"a {self.kind} {needs} partition of its own")


@dataclass(frozen=True, slots=True)
class StampKey:
    """A named secret: a door's key stamps facts of its agencies (`*`: of every one), the backbone's the rest.

    A retired key stamps nothing any more, but verifies what it stamped.
    """

    name: str
    secret: bytes = field(repr=False)
    use: Literal["door", "backbone"]
    agencies: frozenset[str]
    retired: bool = False

    def objection(self, kind: Kind, agency: str) -> tuple[Code, str] | None:
        """Say why this key may not vouch for such a record, if it may not."""
        if (self.use == "door") != (kind is Kind.FACT):
            return Code.STAMP_KEY_FACTS_ONLY, f"{self.use} key {self.name} does not stamp a {kind}"
        if agency not in self.agencies and EVERY_AGENCY not in self.agencies:
            return Code.STAMP_KEY_NOT_BOUND, f"key {self.name} does not speak for {agency}"
        return None


def stamp(envelope: Envelope, topic: str, key: StampKey) -> list[tuple[str, bytes]]:
    """Give all headers of the record, ready for Kafka; raises MayNotStamp."""
    objection = key.objection(envelope.kind, envelope.agency)
    if objection is not None:
        raise MayNotStamp(objection[1])
    if key.retired:
        raise MayNotStamp(f"key {key.name} is retired")
    clear = (envelope.agency.encode(), envelope.matter.encode(), envelope.event_id.encode())
    partition = b"" if envelope.partition is None else b"%d" % envelope.partition
    kind = envelope.kind.encode()
    mac = _mac(key, (kind, topic.encode(), partition, envelope.key, envelope.value, *clear))
    return list(zip(HEADERS, (kind, *clear, key.name.encode(), mac), strict=True))


def open_envelope(  # noqa: PLR0913, PLR0917 - the parts of a Kafka record, as consumers hand them over
    key: bytes | None,
    value: bytes | None,
    headers: Sequence[tuple[str, bytes]],
    topic: str,
    partition: int,
    ring: Mapping[str, StampKey],
) -> Envelope:
    """Verify a record of `inbound` and give what its stamp covers; raises BadStamp.

    `topic` and `partition` are where the record was found, `ring` every key by name, retired ones too.
    """
    if key is None or value is None:
        raise BadStamp(Code.NO_VALUE, "the record has no key or no value")
    found = _headers(headers)
    kind = _kind(found["kind"])
    stamp_key = ring.get(_text("stamp-key", found["stamp-key"]))
    if stamp_key is None:
        raise BadStamp(Code.STAMP_KEY_UNKNOWN, f"no key is named {found['stamp-key']!r:.80}")
    clear = (found["agency"], found["matter"], found["event-id"])
    own = b"%d" % partition if kind in CONTROL else b""
    mac = _mac(stamp_key, (found["kind"], topic.encode(), own, key, value, *clear))
    if not compare_digest(mac, found["stamp"]):
        raise BadStamp(Code.BAD_STAMP, f"the stamp is not that of key {stamp_key.name}")
    agency, matter, event_id = (_text(n, v) for n, v in zip(HEADERS[1:4], clear, strict=True))
    objection = stamp_key.objection(kind, agency)
    if objection is not None:
        raise BadStamp(*objection)
    return Envelope(kind, key, value, agency, matter, event_id, partition if kind in CONTROL else None)


def _headers(headers: Sequence[tuple[str, bytes]]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name, content in headers:
        if name in HEADERS:
            if name in found:
                raise BadStamp(Code.BAD_STAMP, f"header {name} stands there twice")
            found[name] = content
    for name in HEADERS:
        if found.get(name) is None:
            raise BadStamp(Code.STAMP_MISSING, f"header {name} is missing")
    return found


def _kind(content: bytes) -> Kind:
    try:
        return Kind(_text("kind", content))
    except ValueError:
        raise BadStamp(Code.UNKNOWN_KIND, f"no kind is named {content!r:.80}") from None


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise BadStamp(Code.BAD_STAMP, f"header {name} is not UTF-8") from None


def _mac(key: StampKey, parts: tuple[bytes, ...]) -> bytes:
    mac = _keyed(key.secret).copy()
    mac.update(b"".join(len(part).to_bytes(4, "big") + part for part in parts))
    return mac.finalize()


@lru_cache(maxsize=64)
def _keyed(secret: bytes) -> hmac.HMAC:
    """Key the hash once for each secret; copies of it are cheap."""
    return hmac.HMAC(secret, hashes.SM3())
