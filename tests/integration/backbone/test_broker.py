from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import ProducerFenced
from aiokafka.structs import OffsetAndMetadata

from backbone.broker import (
    BrokerAway,
    TopicsDiffer,
    check_topics,
    committed,
    ensure_topics,
    log_bounds,
    open_logs,
    producer,
)
from schemas.topics import INBOUND, LEDGER, MAX_INBOUND_BYTES, MAX_LEDGER_BYTES, catalogue

if TYPE_CHECKING:
    from backbone.settings import Settings

HEADERS = 8 * 1024


async def test_topics_stand_as_catalogued_and_are_made_once(settings: Settings) -> None:
    topics = catalogue(simulated=True)
    assert await check_topics(settings, topics) == []
    assert await ensure_topics(settings, topics) == []


async def test_a_missing_topic_is_made_and_a_different_one_is_named_with_the_remedy(
    settings: Settings,
) -> None:
    topic = replace(catalogue(simulated=True)[0], name="backbone-tests")
    assert await ensure_topics(settings, [topic]) == ["backbone-tests"]
    wider = replace(topic, partitions=topic.partitions + 1)
    real = replace(topic, config={**topic.config, "message.timestamp.type": "LogAppendTime"})
    with pytest.raises(TopicsDiffer, match="6 partitions where the stack has 7"):
        await ensure_topics(settings, [wider])
    (sentence,) = await check_topics(settings, [real])
    assert "message.timestamp.type=CreateTime where LogAppendTime is needed" in sentence
    assert "kafka-configs.sh --alter" in sentence


async def test_a_topic_that_is_not_there_is_named(settings: Settings) -> None:
    (sentence,) = await check_topics(settings, [replace(catalogue(simulated=True)[0], name="nowhere")])
    assert "nowhere does not exist" in sentence


@pytest.mark.parametrize("attempt", range(5))
async def test_who_takes_over_reads_the_position_with_its_metadata(settings: Settings, attempt: int) -> None:
    place = TopicPartition(INBOUND, 4)
    group = f"backbone-tests-{attempt}"
    assert await committed(settings, group, place) is None
    writer = producer(settings, client_id="t", transactional_id=group)
    await writer.start()
    async with writer.transaction():
        position = {place: OffsetAndMetadata(7, '{"number": 3}')}
        await writer.send_offsets_to_transaction(position, group)
    successor = producer(settings, client_id="t", transactional_id=group)
    await successor.start()
    assert await committed(settings, group, place) == OffsetAndMetadata(7, '{"number": 3}')
    async with open_logs(settings) as logs:
        both = [place, TopicPartition(INBOUND, 5)]
        assert list(await logs.committed(group, both)) == [place]
    await successor.stop()
    await writer.stop()


async def test_the_largest_records_fit(settings: Settings) -> None:
    writer = producer(settings, client_id="t")
    await writer.start()
    try:
        begin, end = await log_bounds(settings, TopicPartition(INBOUND, 3))
        await writer.send_and_wait(INBOUND, bytes(MAX_INBOUND_BYTES - HEADERS), partition=3)
        assert await log_bounds(settings, TopicPartition(INBOUND, 3)) == (begin, end + 1)
        large = replace(catalogue(simulated=True)[1], name="backbone-tests-large")
        assert large.definition.name == LEDGER
        await ensure_topics(settings, [large])
        await writer.send_and_wait(large.name, bytes(MAX_LEDGER_BYTES - HEADERS), partition=0)
    finally:
        await writer.stop()


async def test_a_second_producer_of_one_id_fences_the_first(settings: Settings) -> None:
    first = producer(settings, client_id="t", transactional_id="backbone-tests-fenced")
    second = producer(settings, client_id="t", transactional_id="backbone-tests-fenced")
    await first.start()
    try:
        await first.begin_transaction()
        await first.send_and_wait("backbone-tests", b"zombie", partition=0)
        await second.start()
        await second.stop()
        with pytest.raises(ProducerFenced):
            await first.commit_transaction()
    finally:
        await first.stop()


async def test_a_broker_that_is_away_is_named(settings: Settings) -> None:
    nobody = settings.model_copy(update={"kafka": "127.0.0.1:9"})
    with pytest.raises(BrokerAway, match=r"127\.0\.0\.1:9.*LIANDONG_KAFKA"):
        await log_bounds(nobody, TopicPartition(INBOUND, 0))
