"""A feed as its subscribers read it: records in the order of their offsets, which are the cursor.

Each is shown as CloudEvents' JSON, whichever way it is fetched; `offset` says where it lies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiokafka import TopicPartition

from backbone.broker import consumer, open_logs
from projections.content import resolve
from projections.times import beijing
from schemas.codec import CODEC
from schemas.contracts import contracts, not_null

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from aiokafka.structs import ConsumerRecord

    from backbone.settings import Settings
    from schemas.feeds import Feed

AT_ONCE = 500
_POLL_MS = 500
_ATTRIBUTES = ("specversion", "id", "source", "type", "subject", "time")


async def read_feed(
    settings: Settings, feed: Feed, *, since: int = 0, follow: bool = False
) -> AsyncGenerator[dict[str, Any], None]:
    """Give the committed records of a feed from an offset on, up to its end or, following, for ever.

    Raises BrokerAway, and OffsetOutOfRangeError for an offset that the feed does not have.
    """
    log = TopicPartition(feed.topic, 0)
    async with open_logs(settings) as logs:
        end = (await logs.bounds([log]))[log][1]
    if since >= end and not follow:
        # aiokafka cannot stop a consumer whose tasks have not begun.
        return
    reader = await consumer(settings, client_id=f"liandong-{feed.topic}-subscriber")
    try:
        reader.assign([log])
        reader.seek(log, since)
        while follow or await reader.position(log) < end:
            for batch in (await reader.getmany(log, timeout_ms=_POLL_MS, max_records=AT_ONCE)).values():
                for record in batch:
                    yield as_event(record)
    finally:
        await reader.stop()


def as_event(record: ConsumerRecord) -> dict[str, Any]:
    """A record of a feed as CloudEvents' JSON. Raises what the codec raises."""
    headers = {name: value.decode() for name, value in record.headers}
    decoded = CODEC.decode(record.value)
    return {
        "offset": record.offset,
        **{name: headers[f"ce_{name}"] for name in _ATTRIBUTES},
        "datacontenttype": "application/json",
        "data": _plain(contracts()[decoded.name].schema, decoded.record),
    }


def _plain(kind: Any, value: Any) -> Any:
    """Avro's value as JSON: instants in Beijing time, hashes in hex under the name of their function."""
    kind = resolve(not_null(kind))
    if value is None:
        return None
    if kind == "bytes":
        return f"sm3:{value.hex()}"
    if not isinstance(kind, dict):
        return value
    if kind["type"] == "record":
        return {field["name"]: _plain(field["type"], value[field["name"]]) for field in kind["fields"]}
    if kind["type"] == "array":
        return [_plain(kind["items"], item) for item in value]
    return beijing(value).isoformat() if kind.get("logicalType") == "timestamp-micros" else value
