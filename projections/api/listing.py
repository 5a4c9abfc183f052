"""The lists and single rows that API and console show, read through one connection of one agency."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from projections.api.cursor import Place
from projections.api.views import SQL
from projections.clocks.project import SQL as CLOCKS
from projections.clocks.project import Clock
from projections.digest.project import SQL as DIGEST
from projections.inbox.project import SQL as INBOX
from projections.matters.card import Card
from projections.reveal import Place as Spot
from projections.reveal import Sealed
from projections.timeline.project import SQL as TIMELINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from backbone.database import Connection

_INFINITY = datetime.max  # noqa: DTZ901 - asyncpg writes it as infinity, which is how no due date ranks
INBOX_PARTS = ("HANDLE", "SUPPLEMENT", "NOTICE", "RESULT", "COPY")
"""What an inbox holds; what an agency sent itself, or handled before, is asked for by name."""
_OVER = frozenset({"HANDLE", "RESULT", "NOTICE", "PARTY"})


class Item(msgspec.Struct, kw_only=True):
    """A row of view `inbox`; its clock fields are None where no clock of this agency counts."""

    agency: str
    matter: str
    part: str
    open: bool
    procedure: str
    state: str
    from_agency: str
    holder: str
    about: str | None
    domain: str | None
    place: str | None
    urgency: str | None
    received_at: datetime
    changed_at: datetime
    clock: str | None
    clock_state: str | None
    rule: str | None
    rule_zh: str | None
    day_kind: str | None
    n: int | None
    unit: str | None
    start_at: datetime | None
    pauses: list[tuple[int, int | None]] | None
    due: datetime | None
    due_date: str | None
    breached: int
    missing: list[dict[str, str]]
    supplement_due: str | None
    held: bool


class Fact(msgspec.Struct, kw_only=True):
    """A row of view `timeline`."""

    matter: str
    seq: int
    fact_type: str
    event_id: str
    cause: str
    agency: str
    addressed_to: list[str]
    copied_to: list[str]
    received_at: datetime
    occurred_at: datetime | None
    state: str
    rule: str
    citation: dict[str, Any] | None
    verified: bool | None
    hash: str
    content: dict[str, Any]
    hidden: list[str] = []


class Digest(msgspec.Struct, kw_only=True):
    """A row of view `digest`."""

    matter: str
    month: str
    department: str
    count: int
    amount: int
    by_cause: list[dict[str, Any]]
    by_township: list[dict[str, Any]]
    event_count: int
    digest_no: str | None
    sent_by: str | None
    sent_at: datetime | None


class Case(msgspec.Struct, kw_only=True):
    """A row of view `digest_case`."""

    matter: str
    seq: int
    case_no: str
    decision_no: str
    cause_code: str
    township_code9: str
    amount: int
    penalty_kinds: list[str]
    party_token: str
    uscc: str | None
    decided_at: datetime
    issuer: str


async def inbox_page(
    connection: Connection,
    parts: Sequence[str],
    after: Place | None,
    limit: int,
    *,
    only_open: bool | None = None,
) -> list[Item]:
    """Rows of the inbox, the nearest due date first."""
    rank, key = (None, None) if after is None else (_rank(after.rank), after.key)
    rows = await connection.fetch(INBOX["inbox_page"], list(parts), only_open, rank, key, limit)
    return [msgspec.json.decode(row["row"], type=Item) for row in rows]


def place_of(item: Item) -> Place:
    """Where a page of the inbox ended."""
    return Place("inbox", "infinity" if item.due is None else item.due.isoformat(), item.matter)


def _rank(rank: str) -> datetime:
    return _INFINITY if rank == "infinity" else datetime.fromisoformat(rank)


async def inbox_counts(connection: Connection) -> dict[str, int]:
    """How many rows there are by part, in `ALL`, and under `TODO` how many wait for this agency."""
    counts: dict[str, int] = {"ALL": 0, "TODO": 0, "DONE": 0, "LATE": 0}
    for row in await connection.fetch(INBOX["inbox_counts"]):
        counts[row["part"]] = counts.get(row["part"], 0) + row["n"]
        counts["ALL"] += row["n"]
        if row["open"]:
            counts["TODO"] += row["n"]
            counts["LATE"] += row["breached"]
        elif row["part"] in _OVER:
            counts["DONE"] += row["n"]
    return counts


async def find_matter(connection: Connection, matter: str) -> Card | None:
    """The row of a matter; None for one that this agency may not see or that does not exist."""
    row = await connection.fetchval(SQL["matter"], matter)
    return None if row is None else msgspec.json.decode(row, type=Card)


async def agencies_of(connection: Connection, matter: str) -> list[tuple[str, str]]:
    """The one row that a reader may see of who has to do with a matter: its own (agency, part)."""
    return [(row["agency"], row["part"]) for row in await connection.fetch(SQL["agencies_of_matter"], matter)]


async def timeline_page(connection: Connection, matter: str, after: int, limit: int) -> list[Fact]:
    """Facts of a matter in their order, beginning behind a sequence number."""
    rows = await connection.fetch(TIMELINE["timeline_page"], matter, after, limit)
    return [msgspec.json.decode(row["row"], type=Fact) for row in rows]


async def personal_of(connection: Connection, matter: str, facts: Iterable[Fact]) -> dict[Spot, Sealed]:
    """The ciphertext of these facts that is given to this agency, or to us for masking it.

    It goes through `projections.reveal` and nowhere else.
    """
    rows = await connection.fetch(TIMELINE["personal"], matter, [fact.seq for fact in facts if fact.hidden])
    return {(row["seq"], row["path"]): Sealed(row["class"], row["value"]) for row in rows}


async def clocks_of(connection: Connection, matter: str) -> list[Clock]:
    """The clocks of a matter, in the order of their start."""
    rows = await connection.fetch(CLOCKS["clocks_of_matter"], matter)
    return [msgspec.json.decode(row["row"], type=Clock) for row in rows]


async def clocks_page(
    connection: Connection, state: str | None, responsible: str | None, after: Place | None, limit: int
) -> list[Clock]:
    """Clocks that this agency may see, the nearest due date first."""
    rank, key = (None, None) if after is None else (_rank(after.rank), after.key)
    rows = await connection.fetch(CLOCKS["clocks_page"], state, responsible, rank, key, limit)
    return [msgspec.json.decode(row["row"], type=Clock) for row in rows]


async def digests(connection: Connection, month: str | None, limit: int) -> list[Digest]:
    """Digests that this agency may see, the latest month first."""
    rows = await connection.fetch(DIGEST["digests"], month, limit)
    return [msgspec.json.decode(row["row"], type=Digest) for row in rows]


async def digest_cases(connection: Connection, matter: str, limit: int) -> list[Case]:
    """The penalties of one digest, in the order in which they were counted."""
    rows = await connection.fetch(DIGEST["cases"], matter, limit)
    return [msgspec.json.decode(row["row"], type=Case) for row in rows]
