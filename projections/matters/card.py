"""Where a matter stands: one row, folded from the seals of its facts and the few fields that lists show."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations
from typing import TYPE_CHECKING, Any

import msgspec

from projections.matters.about import about, opens
from projections.procedures import is_done
from projections.times import beijing
from schemas.agencies import PLATFORM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projections.told import Told

RETURNED = "returned"
"""The state in which the sender has to supplement what is missing."""
_ROUTED = "FactRouted"


class Card(msgspec.Struct, kw_only=True):
    """The row of a matter. `copies` are those who were ever told of it, `parties` its former handlers.

    A matter that several agencies are addressed by, and nobody handles, has them as `receivers`; those that
    have answered stand in `acknowledged` too. `done` says that its procedure asks nothing more of a handler.
    """

    matter: str
    kind: str
    partition: int
    procedure: str
    state: str
    originator: str
    holder: str
    handler: str
    seq: int
    opened_at: datetime
    changed_at: datetime
    since: datetime
    state_since: datetime
    done: bool = False
    about: str | None = None
    domain: str | None = None
    place: str | None = None
    urgency: str | None = None
    missing: list[dict[str, str]] = []
    supplement_due: str | None = None
    held: bool = False
    held_reason: str | None = None
    copies: list[str] = []
    parties: list[str] = []
    receivers: list[str] = []
    acknowledged: list[str] = []


def evolve(card: Card | None, told: Told) -> Card | None:
    """Apply one record to the row of its matter; None while nothing of the matter has been admitted."""
    if told.kind == "HELD":
        return _hold(card, told)
    if told.kind == "MEND":
        if card is not None:
            card.held = told.record["remaining"] > 0
            card.held_reason = card.held_reason if card.held else None
        return _advance(card, told) if card is not None and told.seal.seq else card
    return _advance(card if card is not None else _open(told), told)


def _open(told: Told) -> Card:
    seal = told.seal
    at = beijing(seal.received_at)
    return Card(
        matter=seal.matter,
        kind=seal.matter[:2],
        partition=told.partition,
        procedure=seal.procedure,
        state=seal.state,
        originator=seal.agency,
        holder="",
        handler="",
        seq=0,
        opened_at=at,
        changed_at=at,
        since=at,
        state_since=at,
    )


def _hold(card: Card | None, told: Told) -> Card | None:
    if card is not None:
        card.held, card.held_reason = True, told.record["reason_code"]
        if told.seal.seq:
            _advance(card, told)
    return card


def _advance(card: Card, told: Told) -> Card:
    seal, record = told.seal, told.record
    at = beijing(seal.received_at)
    card.procedure = seal.procedure or card.procedure
    if seal.state and seal.state != card.state:
        card.state, card.state_since = seal.state, at
    card.done = is_done(card.procedure, card.state)
    card.seq = max(card.seq, seal.seq)
    card.changed_at = at
    _hand_over(card, seal.holder, at)
    _address(card, told)
    # A seal names whom the platform decided to tell, and not whom a sender wished for.
    for agency in (*seal.addressed_to, *seal.copied_to):
        _remember(card.copies, agency)
    _describe(card, seal.fact_type, record)
    return card


def _hand_over(card: Card, holder: str, at: datetime) -> None:
    if holder and holder != PLATFORM:
        card.holder = holder
    # While a clue is returned its sender has the next move, yet the handling agency remains the same.
    if not card.holder or card.holder == card.handler or (card.state == RETURNED and card.handler):
        return
    if card.handler:
        _remember(card.parties, card.handler)
    card.handler, card.since = card.holder, at


def _address(card: Card, told: Told) -> None:
    """Note whom a matter is addressed to that nobody holds, and who of them has answered."""
    seal = told.seal
    if not card.handler and (opens(seal.fact_type) or seal.fact_type == _ROUTED):
        for agency in seal.addressed_to:
            if agency != card.originator:
                _remember(card.receivers, agency)
    if seal.agency in card.receivers:
        _remember(card.acknowledged, seal.agency)


def _describe(card: Card, fact_type: str, record: Any) -> None:
    if opens(fact_type):
        card.about = about(fact_type, record) or card.about
        card.domain = record.get("domain_code") or card.domain
        card.urgency = record.get("urgency") or card.urgency
        location = record.get("location") or {}
        card.place = location.get("address_text") or card.place
    elif fact_type == "ClueReturnedForSupplement":
        card.missing = [{"element": m["element"], "zh": m["zh"]} for m in record["missing"]]
        card.supplement_due = record["supplement_due"]
    if card.state != RETURNED:
        card.missing, card.supplement_due = [], None


def _remember(known: list[str], agency: str) -> None:
    if agency not in {"", PLATFORM} and agency not in known:
        known.append(agency)


def agencies(card: Card) -> Iterator[dict[str, str]]:
    """Who has to do with the matter, each once, by the strongest part that it has."""
    parts = dict.fromkeys(card.copies, "COPY")
    parts |= dict.fromkeys(card.receivers, "ADDRESSED")
    parts |= dict.fromkeys(card.parties, "PARTY")
    parts |= {card.originator: "ORIGINATOR"}
    parts |= {card.handler: "HANDLER"}
    for agency, part in parts.items():
        if agency not in {"", PLATFORM}:
            yield {"matter": card.matter, "agency": agency, "part": part}
