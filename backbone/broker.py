"""Apache Kafka: producers, readers, topics and positions, with the settings that matter in one place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from schemas.topics import MAX_LEDGER_BYTES

if TYPE_CHECKING:
    from aiokafka.structs import OffsetAndMetadata

    from backbone.settings import Settings
    from schemas.topics import Topic

ROOM_FOR_HEADERS = 64 * 1024
TRANSACTION_TIMEOUT_MS = 10_000
"""An abandoned transaction holds every reader up for so long at most."""


class BrokerUnreachable(ConnectionError):
    """Kafka does not answer at LIANDONG_KAFKA: start it (`liandong up`), or correct the setting."""


class TopicDiffers(RuntimeError):
    """A topic is not what the catalogue says; the sentence names topic, setting, found and expected, and the remedy."""


def producer(
    settings: Settings, client_id: str, *, transactional_id: str | None = None, max_batch_size: int = 16_384
) -> AIOKafkaProducer:
    """Make an idempotent producer (acks=all), not yet started; with `transactional_id`, one that fences its namesakes.

    `retry_backoff_ms=10`: just after a commit Kafka 4 answers CONCURRENT_TRANSACTIONS, and the default waits 100 ms.
    """
    return AIOKafkaProducer(
        bootstrap_servers=settings.kafka,
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        transactional_id=transactional_id,
        transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
        linger_ms=0,
        retry_backoff_ms=10,
        max_batch_size=max_batch_size,
        max_request_size=MAX_LEDGER_BYTES + ROOM_FOR_HEADERS,
    )


async def consumer(settings: Settings, client_id: str) -> AIOKafkaConsumer:
    """Start a reader of committed records without a group: assign partitions and seek yourself. Raises BrokerUnreachable."""
    reader = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka,
        client_id=client_id,
        group_id=None,
        enable_auto_commit=False,
        isolation_level="read_committed",
        auto_offset_reset="none",
        fetch_max_wait_ms=100,
        max_partition_fetch_bytes=4 * 1024 * 1024,
    )
    try:
        await reader.start()
    except (KafkaError, OSError) as error:
        await reader.stop()
        raise BrokerUnreachable(f"{error!r}. {BrokerUnreachable.__doc__}") from error
    return reader


@asynccontextmanager
async def admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """Open an administrator's connection. Raises BrokerUnreachable."""
    client = AIOKafkaAdminClient(bootstrap_servers=settings.kafka, client_id="liandong-admin")
    try:
        await client.start()
    except (KafkaError, OSError) as error:
        await client.close()
        raise BrokerUnreachable(f"{error!r}. {BrokerUnreachable.__doc__}") from error
    try:
        yield client
    finally:
        await client.close()


async def committed(settings: Settings, group: str, partition: TopicPartition) -> OffsetAndMetadata | None:
    """Give what a group committed for a partition, with its metadata; None if it never did."""
    async with admin(settings) as client:
        return await committed_by(client, group, partition)


async def committed_by(
    client: AIOKafkaAdminClient, group: str, partition: TopicPartition
) -> OffsetAndMetadata | None:
    """Give the same through a connection that is open already."""
    offsets = await client.list_consumer_group_offsets(group, partitions=[partition])
    found = offsets.get(partition)
    return None if found is None or found.offset < 0 else found


async def log_bounds(settings: Settings, partition: TopicPartition) -> tuple[int, int]:
    """Give the first offset of a partition and the one after its last committed record's transaction."""
    reader = await consumer(settings, client_id="liandong-bounds")
    try:
        return await bounds_by(reader, partition)
    finally:
        await reader.stop()


async def bounds_by(reader: AIOKafkaConsumer, partition: TopicPartition) -> tuple[int, int]:
    """Give the same through a reader that is started already."""
    begin = await reader.beginning_offsets([partition])
    end = await reader.end_offsets([partition])
    return begin[partition], end[partition]


async def ensure_topics(settings: Settings, topics: Sequence[Topic], *, replicas: int = 1) -> list[str]:
    """Create the topics that are missing, then check all. Gives the names created. Raises TopicDiffers."""
    async with admin(settings) as client:
        existing = set(await client.list_topics())
        missing = [t for t in topics if t.name not in existing]
        if missing:
            await client.create_topics(
                [
                    NewTopic(t.name, num_partitions=t.partitions, replication_factor=replicas, topic_configs=t.config)
                    for t in missing
                ]
            )
    await check_topics(settings, topics)
    return [t.name for t in missing]


async def check_topics(settings: Settings, topics: Sequence[Topic]) -> None:
    """Compare the broker's topics with the catalogue. Raises TopicDiffers, with all differences in one sentence each."""
    async with admin(settings) as client:
        described = {t["topic"]: t for t in await client.describe_topics([t.name for t in topics])}
        differences = [line for topic in topics for line in _partition_differences(topic, described)]
        for topic in topics:
            differences += await _config_differences(client, topic)
    if differences:
        raise TopicDiffers("; ".join(differences))


def _partition_differences(topic: Topic, described: dict[str, Any]) -> list[str]:
    found = described.get(topic.name)
    if found is None or found["error_code"]:
        return [f"topic {topic.name} is missing: provision the stack (`liandong up`)"]
    count = len(found["partitions"])
    if count == topic.partitions:
        return []
    return [
        f"topic {topic.name} has {count} partitions, not {topic.partitions}: the count is fixed for a generation, "
        f"move to a new topic instead of changing it"
    ]


async def _config_differences(client: AIOKafkaAdminClient, topic: Topic) -> list[str]:
    responses = await client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name)])
    found = {entry[0]: entry[1] for response in responses for resource in response.resources for entry in resource[4]}
    return [
        f"topic {topic.name}: {name} is {found.get(name)}, not {value}: "
        f"kafka-configs --alter --entity-type topics --entity-name {topic.name} --add-config {name}={value}"
        for name, value in topic.config.items()
        if found.get(name) != value
    ]
