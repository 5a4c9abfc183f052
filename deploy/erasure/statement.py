"""An erasure is stated in the ledger: an effect of the backbone's own, about the person's own matter.

It holds the pseudonym alone. It is a function of the tombstone, so it can be stated again after a crash, byte
for byte: the owner of the matter admits it once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backbone.broker.inbound import send_alone
from schemas.agencies import PLATFORM
from schemas.codec import CODEC
from schemas.envelope import Envelope, Kind
from schemas.identifiers import MatterKind, derived_id, derived_matter_id

if TYPE_CHECKING:
    from backbone.settings import Settings
    from backbone.vault.erasure import Tombstone
    from schemas.envelope import StampKey

FACT = "PersonalDataShredded"
RULE = "erasure@1"
"""No rulebook rule: it names the command in the chain of causes."""
_REGION = PLATFORM[:6]
_LAW = {"law": "中华人民共和国个人信息保护法", "article": "第四十七条", "quote": None, "verified": False}


def statement(stone: Tombstone) -> Envelope:
    """The effect that states an erasure, about the person's own matter: a function of the tombstone."""
    matter = derived_matter_id(MatterKind.SUBJECT, PLATFORM, stone.person, "erasure", 0)
    event_id = derived_id(stone.at, stone.person, RULE, 0)
    meta = {
        "event_id": event_id,
        "matter": matter,
        "rule": RULE,
        "depth": 1,
        # No fact causes it but the decision to erase, which is this one.
        "cause": event_id,
        "cause_matter": matter,
        "cause_agency": PLATFORM,
        "cause_fact": FACT,
        "cause_received_at": stone.at,
        "cause_hash": b"",
        "correlation_id": matter,
        "region": _REGION,
        "scope": "UNIT",
        "sensitivity": "L2",
        "citation": _LAW,
    }
    body = {"person": stone.person, "matters": stone.matters, "who": stone.who, "why": stone.why}
    body |= {"also": list(stone.also)}
    value = CODEC.encode(FACT, {"meta": meta, **body})
    return Envelope(Kind.EFFECT, matter.encode(), value, PLATFORM, matter, event_id)


async def state(
    settings: Settings, key: StampKey, partitions: int, stone: Tombstone, timestamp_ms: int | None
) -> Envelope:
    """Send the statement, and return it when the broker has it; `timestamp_ms` in a simulated stack alone.

    Raises BrokerAway and what the broker refuses.
    """
    said = statement(stone)
    await send_alone(settings, said, key, partitions, timestamp_ms)
    return said
