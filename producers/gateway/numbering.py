"""Matter ids that the door makes: the next serial of an agency and day, the same for the same event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backbone.queries import load_queries
from producers.gateway.checks import Draft, number
from producers.gateway.kinds import OPENING
from schemas.beijing import day_of
from schemas.identifiers import make_matter_id, parse_matter_id

if TYPE_CHECKING:
    from datetime import date

    from backbone.database import Pool

SQL = load_queries("producers.gateway", "sql/door.sql")


async def numbered(pool: Pool, draft: Draft, now: int) -> Draft:
    """The draft with its matter id.

    A fact that opens a matter without naming one gets the next serial of its agency on the day of ``now``
    (microseconds) in Shanghai. An agency that numbers its own matters moves the serial on, so that the door
    never gives a number that was used.

    Raises Refused: BAD_MATTER_ID if the day's 999,999 serials are spent.
    """
    if draft.name not in OPENING:
        return draft
    meta = draft.record["meta"]
    if not draft.unnumbered:
        await _reach(pool, meta["matter"], meta["agency"])
        return draft
    day = day_of(now)
    return number(draft, await _open(pool, draft, meta["agency"], day))


async def _open(pool: Pool, draft: Draft, agency: str, day: date) -> str:
    event_id = draft.record["meta"]["event_id"]
    async with pool.acquire() as connection:
        known = await connection.fetchval(SQL["opening"], agency, event_id)
        if known is None:
            serial = await connection.fetchval(SQL["next_serial"], agency, day)
            matter = make_matter_id(OPENING[draft.name], agency, day, serial)
            known = await connection.fetchval(SQL["add_opening"], agency, event_id, matter)
        # Nothing came back: the same event was numbered beside us just now, and its number holds.
        return str(known or await connection.fetchval(SQL["opening"], agency, event_id))


async def _reach(pool: Pool, matter: str, agency: str) -> None:
    parsed = parse_matter_id(matter)
    if parsed.day is not None and parsed.agency == agency:
        async with pool.acquire() as connection:
            await connection.execute(SQL["reach_serial"], agency, parsed.day, parsed.serial)
