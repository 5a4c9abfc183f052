"""Facts of every type as the golden corpus has them, told to a view one after the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from projections.matters.card import Card, evolve
from projections.testing import LedgerBuilder, at
from projections.told import tell
from schemas.codec import CODEC

GOLDEN = Path(__file__).parents[2] / "contract" / "golden"


def example(fact: str) -> dict[str, Any]:
    """The first published example of a fact, which has every field that may be there."""
    newest = max(GOLDEN.glob(f"{fact}.v*.json"))
    return dict(CODEC.decode(bytes.fromhex(json.loads(newest.read_text(encoding="utf-8"))[0]["hex"])).record)


class Story:
    """Facts of one matter; `card` is its row after them. Seals are as the owner makes them."""

    def __init__(self, matter: str, procedure: str) -> None:
        self.builder = LedgerBuilder()
        self.matter = matter
        self.procedure = procedure
        self.card: Card | None = None

    def tell(self, fact: str, when: str, changes: dict[str, Any] | None = None, **seal: Any) -> Card:
        record = example(fact) | (changes or {})
        meta = record["meta"] | {"matter": self.matter, "event_id": self.builder.event_id()}
        if "agency" in meta and "agency" in seal:
            meta["agency"] = seal["agency"]
        sealed = {"procedure": self.procedure} | seal
        appended = self.builder.append(fact, record | {"meta": meta}, at(when), **sealed)
        for told in tell([appended]):
            self.card = evolve(self.card, told)
        assert self.card is not None
        return self.card
