"""The rows of matters: read, folded, written; who has to do with each beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backbone.queries import load_queries
from projections.matters.card import Card, agencies, evolve
from projections.rows import as_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backbone.database import Connection
    from projections.told import Told

SQL = load_queries("projections.matters", "queries.sql")


async def project(connection: Connection, told: Iterable[Told]) -> list[str]:
    """Fold records into the matters' rows; gives those that changed. Raises what the database raises."""
    records = list(told)
    ids = list(dict.fromkeys(t.matter for t in records))
    rows = await connection.fetch(SQL["matters"], ids)
    cards: dict[str, Card] = {c.matter: c for c in (msgspec.json.decode(r["row"], type=Card) for r in rows)}
    for one in records:
        card = evolve(cards.get(one.matter), one)
        if card is not None:
            cards[one.matter] = card
    if cards:
        await connection.execute(SQL["put_matters"], as_rows(cards.values()))
        await connection.execute(SQL["put_agencies"], as_rows(a for c in cards.values() for a in agencies(c)))
    return list(cards)
