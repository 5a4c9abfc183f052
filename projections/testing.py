"""A ledger in the hand, for tests of whatever reads one: sealed, numbered, chained as the owner does it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from backbone.records import LedgerRecord
from projections.times import BEIJING, beijing, micros
from schemas.agencies import PLATFORM
from schemas.codec import CODEC
from schemas.identifiers import make_matter_id
from schemas.partition import partition_of
from schemas.seal import (
    Seal,
    SealKind,
    SealMatter,
    SealPartition,
    chain_hash,
    encode_matter_part,
    encode_seal,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


def at(text: str) -> int:
    """Microseconds of a Beijing time like 2026-09-08 10:00."""
    return micros(datetime.fromisoformat(text).replace(tzinfo=BEIJING))


class LedgerBuilder:
    """Writes a ledger of several partitions into memory; `records` are those of one partition, in order.

    `numbers` are the last numbers of a ledger that it goes on from.
    """

    def __init__(self, partitions: int = 6, numbers: Mapping[int, int] | None = None) -> None:
        self.partitions = partitions
        self._numbers = defaultdict(int, numbers or {})
        self.records: defaultdict[int, list[LedgerRecord]] = defaultdict(list)
        self._heads: dict[str, tuple[int, bytes]] = {}
        self._serial = 0

    def append(
        self, fact_type: str, record: Mapping[str, Any], received_at: int, **seal: Any
    ) -> LedgerRecord:
        """Append a fact of a matter. `seal` adds to or replaces what its `meta` already says.

        Kinds other than ADMITTED and DERIVED stay outside the chain.
        """
        meta = record["meta"]
        platform = meta.get("agency", PLATFORM) == PLATFORM
        kind = SealKind(seal.pop("kind", SealKind.DERIVED if platform else SealKind.ADMITTED))
        matter: str = meta["matter"]
        seq, head = self._heads.get(matter, (0, b""))
        chained = kind in {SealKind.ADMITTED, SealKind.DERIVED}
        part = SealMatter(
            matter=matter,
            seq=seq + 1 if chained else 0,
            received_at=received_at,
            kind=kind,
            fact_type=fact_type,
            event_id=meta["event_id"],
            prev_hash=head if chained else b"",
            **({"agency": meta.get("agency", PLATFORM), "procedure": "clue-transfer@1"} | seal),
        )
        value = CODEC.encode(fact_type, record)
        digest = chain_hash(encode_matter_part(part), value)
        if chained:
            self._heads[matter] = (seq + 1, digest)
        partition = partition_of(matter.encode(), self.partitions)
        written = self.records[partition]
        self._numbers[partition] += 1
        number = self._numbers[partition]
        where = SealPartition(number, partition, number - 1, last=True, hash=digest)
        written.append(LedgerRecord(partition, number - 1, matter.encode(), value, Seal(part, where)))
        return written[-1]

    def event_id(self) -> str:
        """An event id that no other has."""
        self._serial += 1
        return f"019983a0-0000-7000-8000-{self._serial:012x}"

    @staticmethod
    def header(record: LedgerRecord) -> bytes:
        """The seal header of a record, as it stands in Kafka."""
        return encode_seal(encode_matter_part(record.seal.matter), record.seal.partition)


def meta(builder: LedgerBuilder, matter: str, agency: str, occurred_at: int, **more: Any) -> dict[str, Any]:
    """The `meta` of an agency's fact."""
    return {
        "event_id": builder.event_id(),
        "matter": matter,
        "occurred_at": occurred_at,
        "agency": agency,
        "role": "DISPATCH_DESK",
        "operator": None,
        "addressed_to": [],
        "region": "310120104",
        "scope": "DISTRICT",
        "sensitivity": "L3",
        "correlation_id": matter,
        "causation_id": None,
        "purpose": None,
        "legal_basis": [],
        "attachments": [],
    } | more


def short_meta(
    builder: LedgerBuilder, matter: str, cause: str, rule: str = "", **more: Any
) -> dict[str, Any]:
    """The `meta` of the platform's own fact."""
    return {
        "event_id": builder.event_id(),
        "matter": matter,
        "cause": cause,
        "rule": rule,
        "citation": None,
        "correlation_id": matter,
    } | more


def effect_meta(builder: LedgerBuilder, matter: str, rule: str, **more: Any) -> dict[str, Any]:
    """The `meta` of an effect, caused by a fact of 南桥镇 in another matter."""
    return {
        "event_id": builder.event_id(),
        "matter": matter,
        "rule": rule,
        "depth": 1,
        "cause": builder.event_id(),
        "cause_matter": "AJ-310120-JD11-20260929-000045-1",
        "cause_agency": "310120-JD11",
        "cause_fact": "PenaltyDecided",
        "cause_received_at": 0,
        "cause_hash": b"",
        "correlation_id": matter,
        "region": "310120101",
        "scope": "DISTRICT",
        "sensitivity": "L2",
        "citation": None,
    } | more


def penalty(builder: LedgerBuilder, matter: str, holder: str, received_at: int, **changes: Any) -> None:
    """One penalty that was counted into a digest which `holder` is to state."""
    record = {"meta": effect_meta(builder, matter, "R-15-DIGEST@1")} | PENALTY | changes
    told = {"holder": holder, "state": "collecting", "procedure": "penalty-digest@1"}
    builder.append(
        "PenaltyCounted", record, received_at, addressed_to=(holder,), rule="R-15-DIGEST@1", **told
    )


def clue(builder: LedgerBuilder, serial: int, sender: str, town: str, received_at: int) -> str:
    """A clue that was transferred, routed and timed: three records. Gives the matter's id."""
    matter = make_matter_id("XS", sender, beijing(received_at).date(), serial)
    told = {"holder": town, "state": "transferred"}
    fact = {"meta": meta(builder, matter, sender, received_at, addressed_to=[town])} | CLUE
    cause = builder.append(
        "ClueTransferred", fact, received_at, addressed_to=(town,), rule="clue-transfer@1", **told
    ).seal.matter.event_id
    routed = {
        "meta": short_meta(builder, matter, cause, "R-10@1"),
        "to": town,
        "cc": [],
        "why_zh": "违法行为发生地街镇",
        "why_en": "The town where it happened",
        "differs": False,
        "runners_up": [],
        "verified": True,
    }
    builder.append("FactRouted", routed, received_at, addressed_to=(town,), rule="R-10@1", **told)
    scheduled = SCHEDULED | {
        "meta": short_meta(builder, matter, cause, "PN-01@1", citation=LAW),
        "clock": f"{matter}/PN-01",
        "start_at": received_at,
        "responsible": town,
    }
    builder.append("DeadlineScheduled", scheduled, received_at, addressed_to=(town,), rule="PN-01@1", **told)
    return matter


LAW: dict[str, Any] = {
    "law": "住房和城乡建设行政处罚程序规定",
    "article": "第十五条",
    "quote": None,
    "verified": True,
}
PENALTY: dict[str, Any] = {
    "month": "2026-10",
    "department": "310120-ZG04",
    "case_no": "沪奉南桥案〔2026〕45号",
    "decision_no": "沪奉南桥罚决〔2026〕31号",
    "cause_code": "04001",
    "township_code9": "310120101",
    "amount": 500_000,
    "penalty_kinds": ["FINE"],
    "party_token": "P-00",
    "uscc": None,
    "decided_at": at("2026-10-12 09:30"),
    "issuer": "310120-JD11",
}
"""The content of a counted penalty: 5,000 yuan."""
SCHEDULED: dict[str, Any] = {
    "rule": "PN-01@1",
    "name_zh": "线索核查",
    "name_en": "Verify a clue",
    "due": at("2026-09-30 00:00"),
    "due_date": "2026-09-29",
    "n": 15,
    "unit": "DAY",
    "day_kind": "WORKING",
    "day_kind_basis": "住建55号 第四十五条",
    "calendar_version": 1,
    "provisional": False,
    "verified": True,
    "watchers": [],
    "alarms": [],
}
CLUE: dict[str, Any] = {
    "transfer_doc": {
        "doc_no": "沪奉水务移〔2026〕第12号",
        "doc_type": "TRANSFER_LETTER",
        "issued_at": None,
        "issuer": "区水务局",
        "signed": True,
    },
    "domain_code": "04",
    "violation_time": {"start": at("2026-09-07 20:10"), "end": None, "precision": "MINUTE"},
    "suspected_party": {
        "party_type": "NATURAL_PERSON",
        "party_token": "P-00",
        "name": b"ciphertext of the name",
        "org_name": None,
        "id_kind": None,
        "id_number": None,
        "phone": None,
        "uscc": None,
        "reg_adcode": None,
        "party_role": "SUSPECTED",
        "note": None,
    },
    "fact": {
        "summary": b"ciphertext of the summary",
        "domain_code": "04",
        "cause_code": None,
        "continuing": False,
        "legal_basis": [],
    },
    "location": {
        "adcode6": "310120",
        "township_code9": "310120101",
        "community_code12": None,
        "grid_code": None,
        "address_text": "南桥镇环城东路桥下河道北岸",
        "lon": None,
        "lat": None,
        "road_class": "RIVER",
    },
    "management_notice_records": None,
    "absence_reason": None,
    "evidence": None,
    "jurisdiction_claim": "CLEAR",
    "urgency": "P2",
    "reply_requested": True,
    "origin_channel": "PATROL",
}
"""The content of a clue, its personal fields as ciphertext that no key opens."""
