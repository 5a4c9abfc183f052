"""An agency's own receipts since a cursor: pages that lose none, however many partitions tell at once.

A cursor says of each partition how far it was read; it holds nothing secret, and another agency's is of no
use: the rows asked for are always those of the token's agency.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from backbone.queries import load_queries
from producers.gateway.summary import receipt
from schemas.errors import Code, Refused

if TYPE_CHECKING:
    from backbone.database import Pool

SQL = load_queries("producers.gateway", "sql/receipts.sql")

PAGE = 200
"""Most receipts of one partition in a page."""

_LOOK_EVERY = 0.5
_LONGEST_CURSOR = 16 * 1024


class Place(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """How far a partition was read: the offset in `inbound` of the cause, then what tells its facts apart."""

    offset: int
    event_id: str
    content: bytes


Cursor: TypeAlias = dict[int, Place]

_decoder = msgspec.json.Decoder(Cursor)


def read_cursor(text: str) -> Cursor:
    """The places in a cursor; an empty text is the beginning. Raises Refused: BAD_PARAMETER."""
    if not text:
        return {}
    try:
        packed = base64.b64decode(text[:_LONGEST_CURSOR].encode("ascii"), altchars=b"-_", validate=True)
        places = _decoder.decode(packed)
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise _no_cursor() from error
    if not all(_plausible(number, place) for number, place in places.items()):
        raise _no_cursor()
    return places


def _no_cursor() -> Refused:
    return Refused(
        Code.BAD_PARAMETER,
        "/after",
        detail_zh="游标须原样取自上一次回答；从头开始则不填。",
        detail_en="A cursor is taken from an answer as it is; leave it out to begin at the beginning.",
    )


def _plausible(number: int, place: Place) -> bool:
    return 0 <= number < 2**31 and -1 <= place.offset < 2**63 and "\x00" not in place.event_id


def write_cursor(places: Cursor) -> str:
    """A cursor as text that fits into an address."""
    return base64.urlsafe_b64encode(msgspec.json.encode(places)).decode()


class History:
    """Reads receipts in the order in which each partition of `inbound` brought their facts."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def after(self, agency: str, cursor: str, seconds: float) -> dict[str, Any]:
        """Receipts since a cursor, and the cursor behind them; waits so long for the first.

        Raises Refused: BAD_PARAMETER for a cursor that no door gave.
        """
        places = read_cursor(cursor)
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while True:
            rows = await self._rows(agency, places)
            left = end - loop.time()
            if rows or left <= 0:
                break
            await asyncio.sleep(min(left, _LOOK_EVERY))
        for row in rows:
            places[row["partition"]] = Place(row["inbound_offset"], row["event_id"], row["content_hash"])
        return {"receipts": [receipt(row) for row in rows], "cursor": write_cursor(places) if places else ""}

    async def _rows(self, agency: str, places: Cursor) -> list[dict[str, Any]]:
        numbers = sorted(places)
        columns = (
            numbers,
            [places[number].offset for number in numbers],
            [places[number].event_id for number in numbers],
            [places[number].content for number in numbers],
        )
        rows = await self._pool.fetch(SQL["receipts_after"], agency, *columns, PAGE)
        return [dict(row) for row in rows]
