"""The topic catalogue says how each topic must stand in a real and in a simulated stack."""

from __future__ import annotations

import pytest

from schemas.topics import (
    DEADLETTERS,
    INBOUND,
    LEDGER,
    MAX_INBOUND_BYTES,
    Topic,
    catalogue,
    definitions,
)

ZHEJIANG = "feed.zhejiang"


def by_name(*, simulated: bool) -> dict[str, Topic]:
    return {each.name: each for each in catalogue(simulated=simulated, partitions=6)}


def test_there_are_three_topics_and_the_feeds_and_every_one_says_what_it_is() -> None:
    assert [each.name for each in definitions()] == [INBOUND, LEDGER, DEADLETTERS, ZHEJIANG]
    for each in definitions():
        assert each.doc_zh
        assert each.doc_en
        assert each.writers
        assert each.readers
        assert each.partitions_embedded == (1 if each.name == ZHEJIANG else 6)
        assert each.partitions_province == (1 if each.name == ZHEJIANG else 12)


def test_the_ledger_takes_64_kib_more_than_inbound_so_that_nothing_admitted_is_too_large_for_it() -> None:
    topics = by_name(simulated=False)
    assert int(topics[LEDGER].config["max.message.bytes"]) == MAX_INBOUND_BYTES + 65_536
    assert int(topics[DEADLETTERS].config["max.message.bytes"]) >= MAX_INBOUND_BYTES


def test_in_a_real_stack_the_broker_stamps_the_time_of_arrival() -> None:
    assert by_name(simulated=False)[INBOUND].config["message.timestamp.type"] == "LogAppendTime"


def test_in_a_simulated_stack_senders_stamp_the_time_and_nothing_is_ever_cut() -> None:
    for topic in catalogue(simulated=True, partitions=6):
        assert topic.config["message.timestamp.type"] == "CreateTime"
        assert topic.config["retention.ms"] == "-1"
        assert int(topic.config["message.timestamp.after.max.ms"]) > 10**15


def test_ledger_and_deadletters_are_kept_for_ever_and_inbound_is_not() -> None:
    topics = by_name(simulated=False)
    assert topics[LEDGER].config["retention.ms"] == "-1"
    assert topics[DEADLETTERS].config["retention.ms"] == "-1"
    assert int(topics[INBOUND].config["retention.ms"]) > 0
    assert all(topic.config["cleanup.policy"] == "delete" for topic in topics.values())


def test_matters_lie_in_the_same_partition_of_every_topic_and_a_feed_has_but_one() -> None:
    found = {each.name: each.partitions for each in catalogue(simulated=True, partitions=12)}
    assert found.pop(ZHEJIANG) == 1
    assert set(found.values()) == {12}


def test_a_stack_without_partitions_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        catalogue(simulated=True, partitions=0)
