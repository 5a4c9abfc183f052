"""Ledger entries: ids, seals, hashes. A `Scribe` writes what one cause leads to, one upon the other.

Ids of the platform's facts derive from instant, agency, matter and event id of the cause, the rule and a
running number, so that a replay gives them again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from processors.drafts import Draft
from processors.evolve import evolve
from processors.model import Entry, Incoming, Matter, Outcome, Rules
from schemas.agencies import PLATFORM
from schemas.codec import CODEC, Decoded
from schemas.identifiers import derived_id
from schemas.seal import SealKind, SealMatter, chain_hash, encode_matter_part, sm3

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.errors import Code, Refused

DETAIL = 2000
"""Longest text (characters) that a refusal or a held fact carries; what is longer is cut."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What leads to entries: whose fact or which clock, at which instant (micros), from where in `inbound`.

    `meta` is the full meta of the fact, None if there is none.
    """

    agency: str
    matter: str
    event_id: str
    instant: int
    offset: int
    meta: Mapping[str, Any] | None = None

    def derive(self, rule: str, ordinal: int) -> str:
        """Derive an id that no other cause gives, though another agency may use the same event id."""
        return derived_id(self.instant, f"{self.agency}/{self.matter}/{self.event_id}", rule, ordinal)


def cause_of(incoming: Incoming, meta: Mapping[str, Any] | None = None) -> Cause:
    """Name what arrived as the cause of what it leads to."""
    return Cause(
        incoming.agency, incoming.matter, incoming.event_id, incoming.received_at, incoming.offset, meta
    )


def sealed_entry(
    seal: SealMatter, value: bytes, record: Mapping[str, Any], *, last: bool, offset: int
) -> Entry:
    """Make one entry from its seal and value: encode the matter part and hash both."""
    matter_bytes = encode_matter_part(seal)
    return Entry(seal, matter_bytes, value, chain_hash(matter_bytes, value), record, last, offset)


class Scribe:
    """Writes the entries of one cause, and evolves the matter after each, before the next is made."""

    def __init__(self, matter: Matter, rules: Rules, cause: Cause) -> None:
        self.matter = matter
        self.cause = cause
        self._rules = rules
        self._entries: list[Entry] = []

    def outcome(self) -> Outcome:
        """Close: the last entry is marked as the last of its cause."""
        if not self._entries:
            return Outcome(self.matter, ())
        return Outcome(self.matter, (*self._entries[:-1], replace(self._entries[-1], last=True)))

    def admit(self, incoming: Incoming, draft: Draft) -> bytes:
        """Chain what came in, byte for byte as it came; the draft says where it leads. Gives its hash."""
        self._chain(SealKind.ADMITTED, incoming.event_id, draft, incoming.value, draft.body)
        return self.matter.head

    def derive(self, draft: Draft) -> str:
        """Chain a fact of the platform's own; gives its event id."""
        ordinal = len(self._entries)
        event_id = self.cause.derive(f"{draft.fact}:{draft.rule}:{draft.key}", ordinal)
        meta = self._full_meta(event_id, draft) if draft.as_agency else self._short_meta(event_id, draft)
        record = {"meta": meta, **draft.body}
        self._chain(SealKind.DERIVED, event_id, draft, CODEC.encode(draft.fact, record), record)
        return event_id

    def refuse(self, incoming: Incoming, refused: Refused, said: Decoded, digest: bytes) -> None:
        """Note, outside the chain, that a fact was refused and the remedy; `digest` is SM3 of its value.

        A stranger learns nothing of the matter by it: the correlation id is the one that he sent himself.
        """
        entry = refused.entry
        event_id = self.cause.derive(f"FactRefused:{digest.hex()}", 0)
        meta = self._short_meta(event_id, Draft("FactRefused", {}, refused.rule[:64]))
        record = {
            "meta": {**meta, "correlation_id": _correlation(said)},
            "refused_event": incoming.event_id[:64],
            "refused_type": said.name,
            "agency": incoming.agency[:16],
            "code": refused.code.value,
            "field": refused.field[:300],
            "rule": refused.rule[:64],
            "title_zh": entry.title_zh,
            "detail_zh": (refused.detail_zh or entry.title_zh)[:DETAIL],
            "detail_en": (refused.detail_en or entry.title_en)[:DETAIL],
            "remedy_zh": entry.remedy_zh,
            "remedy_en": entry.remedy_en,
            "source": refused.source[:500],
            "content_hash": digest,
        }
        self._note(SealKind.REFUSED, event_id, "FactRefused", record, (incoming.agency[:16],))

    def hold(self, incoming: Incoming, reason: Code, detail: str) -> None:
        """Note, outside the chain, that the record waits for a mend, with its bytes."""
        event_id = self.cause.derive(f"FactHeld:{sm3(incoming.value).hex()}:{incoming.offset}", 0)
        record = {
            "meta": self._short_meta(event_id, Draft("FactHeld", {})),
            "held_event": incoming.event_id[:64],
            "agency": incoming.agency[:16],
            "kind": incoming.kind.value,
            "reason_code": reason.value,
            "detail": printable(detail)[:DETAIL],
            "value": incoming.value,
            "stamp_key": incoming.stamp_key[:64],
        }
        self._note(SealKind.HELD, event_id, "FactHeld", record, ())

    def mend(self, record: Mapping[str, Any]) -> None:
        """Note, outside the chain, a mend that took effect; the record says how many stay parked."""
        self._note(SealKind.MEND, self.cause.event_id, "Mend", record, ())

    def _chain(
        self,
        kind: SealKind,
        event_id: str,
        draft: Draft,
        value: bytes,
        record: Mapping[str, Any],
    ) -> None:
        matter, move = self.matter, draft.move
        seal = SealMatter(
            matter=matter.id,
            seq=matter.seq + 1,
            received_at=self.cause.instant,
            kind=kind,
            fact_type=draft.fact,
            event_id=event_id,
            cause=record["meta"].get("cause", "") if kind is SealKind.ADMITTED else self.cause.event_id,
            agency=record["meta"].get("agency", PLATFORM),
            addressed_to=draft.addressed_to,
            copied_to=draft.copied_to,
            holder=matter.holder if move.holder is None else move.holder,
            procedure=matter.procedure if move.procedure is None else move.procedure,
            state=matter.state if move.state is None else move.state,
            resume=matter.resume if move.resume is None else move.resume,
            rule=draft.rule,
            rulebook=self._rules.rulebook.hash,
            calendar=self._rules.calendar.version,
            agencies=self._rules.agencies.version,
            prev_hash=matter.head,
        )
        self._append(seal, value, record)

    def _note(
        self, kind: SealKind, event_id: str, fact: str, record: Mapping[str, Any], told: tuple[str, ...]
    ) -> None:
        matter = self.matter
        seal = SealMatter(
            matter=matter.id,
            seq=0,
            received_at=self.cause.instant,
            kind=kind,
            fact_type=fact,
            event_id=event_id,
            cause="" if kind is SealKind.MEND else self.cause.event_id[:64],
            agency=PLATFORM,
            addressed_to=told,
            holder=matter.holder,
            procedure=matter.procedure,
            state=matter.state if matter.seq else "",
            resume=matter.resume,
            rulebook=self._rules.rulebook.hash,
            calendar=self._rules.calendar.version,
            agencies=self._rules.agencies.version,
        )
        self._append(seal, CODEC.encode(fact, record), record)

    def _append(self, seal: SealMatter, value: bytes, record: Mapping[str, Any]) -> None:
        entry = sealed_entry(seal, value, record, last=False, offset=self.cause.offset)
        self._entries.append(entry)
        self.matter = evolve(self.matter, seal, record, entry.hash)

    def _short_meta(self, event_id: str, draft: Draft) -> dict[str, Any]:
        correlation = self.cause.meta["correlation_id"] if self.cause.meta else self.matter.correlation
        return {
            "event_id": event_id,
            "matter": self.matter.id[:48],
            "cause": self.cause.event_id[:64],
            "rule": draft.rule,
            "citation": draft.citation,
            "correlation_id": correlation,
        }

    def _full_meta(self, event_id: str, draft: Draft) -> dict[str, Any]:
        """Speak as an agency would: about the same place, no wider and no less guarded than the cause did."""
        if self.cause.meta is None:
            raise ValueError(f"{draft.fact} needs the meta of the fact that led to it")
        return {
            **self.cause.meta,
            "event_id": event_id,
            "occurred_at": self.cause.instant,
            "agency": PLATFORM,
            "role": "SYSTEM",
            "operator": None,
            "addressed_to": list(draft.addressed_to),
            "causation_id": self.cause.event_id,
            "legal_basis": [] if draft.citation is None else [draft.citation],
            "attachments": [],
        }


def _correlation(said: Decoded) -> str:
    meta = said.record.get("meta") or {}
    return printable(meta.get("correlation_id", ""))[:64]


def printable(text: str) -> str:
    """Replace what must not stand in a record: control characters, line breaks, half surrogate pairs."""
    return "".join(c if c.isprintable() else "�" for c in text)
