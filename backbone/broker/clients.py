"""Producers and readers, with the settings that matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError

from backbone.broker.away import BrokerAway
from schemas.topics import MAX_LEDGER_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backbone.settings import Settings

__all__ = ["consumer", "producer"]

# A request or a fetch must hold the largest record of any topic, and the frame around it.
_MAX_REQUEST_BYTES = MAX_LEDGER_BYTES + 16 * 1024
_MAX_WAIT_MS = 100


def producer(
    settings: Settings,
    *,
    client_id: str,
    transactional_id: str | None = None,
    max_batch_size: int = 64 * 1024,
) -> AIOKafkaProducer:
    """Make a producer, not started: acks=all, idempotent, without delay; transactional if it has such an id.

    A record larger than `max_batch_size` is sent in a batch of its own. The caller starts and stops it.
    """
    transactional: Mapping[str, Any] = (
        {}
        if transactional_id is None
        # An abandoned transaction holds readers up until the broker ends it.
        else {"transactional_id": transactional_id, "transaction_timeout_ms": 10_000}
    )
    return AIOKafkaProducer(
        bootstrap_servers=settings.kafka,
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        # Just after a commit the broker answers CONCURRENT_TRANSACTIONS; the default waits 100 ms then.
        retry_backoff_ms=10,
        max_batch_size=max_batch_size,
        max_request_size=_MAX_REQUEST_BYTES,
        **transactional,
    )


async def consumer(settings: Settings, *, client_id: str) -> AIOKafkaConsumer:
    """Start a reader of committed records that belongs to no group: the caller assigns, seeks and stops it.

    Raises BrokerAway. A position that the log does not hold raises where it is read, and never jumps.
    """
    reader = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka,
        client_id=client_id,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        fetch_min_bytes=1,
        fetch_max_wait_ms=_MAX_WAIT_MS,
        max_partition_fetch_bytes=_MAX_REQUEST_BYTES,
        retry_backoff_ms=50,
    )
    try:
        await reader.start()
    except (KafkaError, OSError) as error:
        await reader.stop()
        raise BrokerAway.at(settings.kafka, error) from error
    return reader
