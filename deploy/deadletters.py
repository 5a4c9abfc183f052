"""Dead letters as an operator reads them: where each lay, what is wrong with it, what it says of itself.

Nobody vouches for such a record. What it claims is shown as a claim, what it holds is never printed: its
sender may have written anything into it, a person's data in clear too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from aiokafka import TopicPartition

from backbone.broker import consumer, open_logs
from schemas.errors import CATALOGUE
from schemas.seal import sm3
from schemas.topics import DEADLETTERS

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from aiokafka.structs import ConsumerRecord

    from backbone.settings import Settings
    from schemas.errors import Entry

AT_ONCE = 500
_POLL_MS = 500
_SHOWN = 200


class Letter(msgspec.Struct, frozen=True):
    """One dead letter; `place` is its place in `inbound` (PARTITION@OFFSET), `at` milliseconds since 1970.

    `kind`, `agency`, `matter`, `event_id` and `stamp_key` are what the record claims, "" where it is silent.
    `sm3` is the hash of its value, in hex, to compare with what a sender has kept.
    """

    place: str
    reason: str
    at: int
    key: str
    kind: str
    agency: str
    matter: str
    event_id: str
    stamp_key: str
    size: int
    sm3: str

    @property
    def entry(self) -> Entry | None:
        """What the catalogue of errors says of the reason; None for one of a later release."""
        return next((entry for code, entry in CATALOGUE.items() if code.value == self.reason), None)


async def read_letters(settings: Settings) -> AsyncGenerator[Letter, None]:
    """Give every dead letter, partition by partition, up to the ends at this moment. Raises BrokerAway."""
    async with open_logs(settings) as logs:
        count = await logs.partitions(DEADLETTERS)
        bounds = await logs.bounds(TopicPartition(DEADLETTERS, number) for number in range(count))
    ends = {log: end for log, (begin, end) in bounds.items() if begin < end}
    if not ends:
        # aiokafka cannot stop a consumer whose tasks have not begun.
        return
    reader = await consumer(settings, client_id="liandong-deadletters")
    try:
        for log, end in ends.items():
            reader.assign([log])
            reader.seek(log, bounds[log][0])
            while await reader.position(log) < end:
                for batch in (await reader.getmany(log, timeout_ms=_POLL_MS, max_records=AT_ONCE)).values():
                    for record in batch:
                        yield as_letter(record)
    finally:
        await reader.stop()


def as_letter(record: ConsumerRecord) -> Letter:
    """Read a record of the topic; nothing that it holds makes this fail."""
    # The owner's headers come last: whatever the sender has put there under their names is overwritten.
    headers = dict(record.headers)
    partition, offset = _text(headers, "inbound-partition"), _text(headers, "inbound-offset")
    value = record.value or b""
    return Letter(
        place=f"{partition}@{offset}",
        reason=_text(headers, "reason"),
        at=record.timestamp,
        key=harmless(record.key or b""),
        kind=_text(headers, "kind"),
        agency=_text(headers, "agency"),
        matter=_text(headers, "matter"),
        event_id=_text(headers, "event-id"),
        stamp_key=_text(headers, "stamp-key"),
        size=len(value),
        sm3=sm3(value).hex(),
    )


def harmless(raw: bytes) -> str:
    r"""Return bytes as text that does nothing to a terminal: what is no printable character as `\x1b`."""
    text = raw.decode("utf-8", "backslashreplace")
    shown = "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text
    )
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


def _text(headers: dict[str, bytes], name: str) -> str:
    return harmless(headers.get(name) or b"")
