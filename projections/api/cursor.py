"""Where a page ended, as an opaque word that only we can write."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import datetime

import msgspec

from schemas.errors import Code, Refused

_TAG = 12
_LONGEST = 400


class Place(msgspec.Struct, frozen=True, array_like=True):
    """The last row of a page: which list it was, and the values that the list is ordered by."""

    listing: str
    rank: str
    key: str

    def instant(self) -> datetime:
        """The rank as an instant, where the list is ordered by one."""
        return datetime.fromisoformat(self.rank)


@dataclass(frozen=True, slots=True)
class Cursors:
    """Writes and reads cursors under a secret, so that a forged or borrowed one is noticed."""

    secret: bytes

    def write(self, place: Place, reader: str) -> str:
        """Make the cursor of a place for one reader."""
        body = msgspec.json.encode(place)
        return base64.urlsafe_b64encode(self._tag(body, reader) + body).decode().rstrip("=")

    def read(self, cursor: str, listing: str, reader: str) -> Place:
        """Read a cursor back; raises Refused(BAD_PARAMETER) for one that we did not write for this list."""
        try:
            if len(cursor) > _LONGEST:
                raise _refused()
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            tag, body = raw[:_TAG], raw[_TAG:]
            if not hmac.compare_digest(tag, self._tag(body, reader)):
                raise _refused()
            place = msgspec.json.decode(body, type=Place)
        except (binascii.Error, ValueError) as error:
            raise _refused() from error
        if place.listing != listing:
            raise _refused()
        return place

    def _tag(self, body: bytes, reader: str) -> bytes:
        return hmac.digest(self.secret, reader.encode() + b"\0" + body, "sha256")[:_TAG]


def _refused() -> Refused:
    return Refused(
        Code.BAD_PARAMETER,
        field="/cursor",
        detail_zh="翻页标记不是本接口给出的，或属于另一个列表。",
        detail_en="The cursor was not given out by this list.",
    )
