"""What the logs hold: their bounds, and the positions that groups committed with their metadata."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import (
    KafkaError,
    LeaderNotAvailableError,
    NoError,
    UnknownTopicOrPartitionError,
    for_code,
)
from aiokafka.protocol.commit import OffsetFetchRequest
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.protocol.offset import OffsetRequest
from aiokafka.structs import OffsetAndMetadata

from backbone.broker.away import BrokerAway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

    from backbone.settings import Settings

__all__ = ["Logs", "committed", "log_bounds", "open_logs"]

_EARLIEST, _LATEST = -2, -1
_READ_UNCOMMITTED = 0
_PATIENCE_SECONDS = 15.0
_AGAIN_SECONDS = 0.05


class Logs:
    """Asks a broker about its logs over one connection. Get one from `open_logs`."""

    def __init__(self, client: AIOKafkaClient, bootstrap: str) -> None:
        self._client = client
        self._bootstrap = bootstrap

    async def bounds(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, tuple[int, int]]:
        """Return of each log its first offset and its end, what lies in open transactions included.

        Raises BrokerAway after 15 seconds without an answer; a topic that does not exist counts as none.
        """
        wanted = list(partitions)
        begin = await self._insist(lambda: self._offsets(wanted, _EARLIEST))
        end = await self._insist(lambda: self._offsets(wanted, _LATEST))
        return {each: (begin[each], end[each]) for each in wanted}

    async def committed(
        self, group: str, partitions: Iterable[TopicPartition]
    ) -> dict[TopicPartition, OffsetAndMetadata]:
        """Return a group's committed positions; partitions where it never committed are absent.

        What a transaction committed a moment ago may not show yet. Once a producer of its `transactional.id`
        has been started it does: starting waits for what the former one left. Raises BrokerAway after 15
        seconds without an answer: a silence is never taken for "no position".
        """
        wanted = list(partitions)
        found: dict[TopicPartition, OffsetAndMetadata] = await self._insist(
            lambda: self._committed(group, wanted)
        )
        return found

    async def partitions(self, topic: str) -> int:
        """Return how many partitions a topic has, 0 where there is no such topic. Raises BrokerAway."""
        cluster = await self._insist(self._client.fetch_all_metadata)
        return len(cluster.partitions_for_topic(topic) or ())

    async def _offsets(self, partitions: list[TopicPartition], which: int) -> dict[TopicPartition, int]:
        by_leader: defaultdict[int, defaultdict[str, list[tuple[int, int]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for each in partitions:
            leader = self._client.cluster.leader_for_partition(each)
            if leader is None or leader == -1:
                self._client.add_topic(each.topic)
                raise LeaderNotAvailableError(each)
            by_leader[leader][each.topic].append((each.partition, which))
        found: dict[TopicPartition, int] = {}
        for node, topics in by_leader.items():
            answer = await self._client.send(node, OffsetRequest(-1, _READ_UNCOMMITTED, list(topics.items())))
            for topic, parts in answer.topics:
                for partition, code, _, offset in parts:
                    _check(code, f"{topic}/{partition}")
                    found[TopicPartition(topic, partition)] = offset
        return found

    async def _committed(
        self, group: str, partitions: list[TopicPartition]
    ) -> dict[TopicPartition, OffsetAndMetadata]:
        node = self._client.get_random_node()
        coordinator = await self._client.send(node, FindCoordinatorRequest(group, 0))
        _check(coordinator.error_code, group)
        topics: defaultdict[str, list[int]] = defaultdict(list)
        for each in partitions:
            topics[each.topic].append(each.partition)
        request = OffsetFetchRequest(group, list(topics.items()))
        answer = await self._client.send(coordinator.coordinator_id, request)
        _check(answer.error_code, group)
        found: dict[TopicPartition, OffsetAndMetadata] = {}
        for topic, parts in answer.topics:
            for partition, offset, metadata, code in parts:
                _check(code, f"{group} {topic}/{partition}")
                if offset >= 0:
                    found[TopicPartition(topic, partition)] = OffsetAndMetadata(offset, metadata or "")
        return found

    async def _insist(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        last: BaseException = TimeoutError("no answer")
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while True:
                    try:
                        return await ask()
                    except KafkaError as error:
                        if not error.retriable and not isinstance(error, UnknownTopicOrPartitionError):
                            raise BrokerAway.at(self._bootstrap, error) from error
                        last = error
                    await asyncio.sleep(_AGAIN_SECONDS)
                    await self._client.force_metadata_update()
        except TimeoutError:
            raise BrokerAway.at(self._bootstrap, last) from last


def _check(code: int, about: str) -> None:
    error = for_code(code)
    if error is not NoError:
        raise error(about)


@asynccontextmanager
async def open_logs(settings: Settings) -> AsyncIterator[Logs]:
    """Connect, and close at the end. Raises BrokerAway."""
    client = AIOKafkaClient(
        bootstrap_servers=settings.kafka, client_id="liandong-logs", request_timeout_ms=10_000
    )
    try:
        try:
            await client.bootstrap()
        except (KafkaError, OSError) as error:
            raise BrokerAway.at(settings.kafka, error) from error
        yield Logs(client, settings.kafka)
    finally:
        await client.close()


async def log_bounds(settings: Settings, partition: TopicPartition) -> tuple[int, int]:
    """Return the first offset of a log and the one its next record will have. Raises BrokerAway."""
    async with open_logs(settings) as logs:
        return (await logs.bounds([partition]))[partition]


async def committed(settings: Settings, group: str, partition: TopicPartition) -> OffsetAndMetadata | None:
    """Return a group's committed position with its metadata, None where it never committed.

    Raises BrokerAway.
    """
    async with open_logs(settings) as logs:
        return (await logs.committed(group, [partition])).get(partition)
