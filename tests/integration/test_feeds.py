"""A feed on a real broker: each record once and in order, whatever becomes of its writer."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka.errors import KafkaError
from click.testing import CliRunner

from backbone.broker import ensure_topics, open_logs, producer
from deploy.commands.feed import feed as command
from deploy.embedded.testing import NeverSeen, start
from projections.feeds.position import CannotWrite, numbers
from projections.feeds.reading import read_feed
from projections.feeds.writer import Writer
from projections.testing import LedgerBuilder, at
from projections.times import beijing
from schemas.feeds import FEEDS, Feed
from schemas.identifiers import make_matter_id
from schemas.topics import LEDGER, definitions
from tests.unit.projections.ledger_examples import example

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from backbone.settings import Settings
    from deploy.embedded.testing import StackHandle

ZHEJIANG = FEEDS["zhejiang"]
PARTITIONS = 6
NOON = at("2026-10-12 12:00")
ROUNDS, ROUND = 4, 250
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackHandle]:
    """A broker of our own with a feed writer, and nobody but us who writes into its ledger."""
    with start(tmp_path_factory.mktemp("fed"), simulated=True, processes=("feeds",)) as stack:
        yield stack


class Ledger:
    """Writes facts for Zhejiang and for others into the ledger, and remembers which are Zhejiang's."""

    def __init__(self, stack: StackHandle) -> None:
        self.settings = stack.settings("feeds")
        self.builder = LedgerBuilder(PARTITIONS)
        self.numbers: dict[int, int] = {}
        self.shared: list[str] = []
        self._examples = {fact: example(fact) for fact in (*ZHEJIANG.shares, "PenaltyCounted")}
        self._serial = 0

    async def write(self, count: int) -> None:
        """Append so many facts, of which half are addressed to Zhejiang."""
        sender = producer(self.settings, client_id="test-ledger")
        await sender.start()
        try:
            for _ in range(count):
                self._next()
            for partition, records in self.builder.records.items():
                for record in records:
                    headers = [("seal", self.builder.header(record))]
                    await sender.send(LEDGER, record.value, record.key, partition, headers=headers)
                    self.numbers[partition] = record.seal.partition.number
            await sender.flush()
        finally:
            self.builder.records.clear()
            await sender.stop()

    def _next(self) -> None:
        self._serial += 1
        fact = list(self._examples)[self._serial // 2 % len(self._examples)]
        ours = self._serial % 2 == 0
        to = ZHEJIANG.receiver if ours else "340000-ZJ01"
        matter = make_matter_id("CX", "310000-CG01", beijing(NOON).date(), self._serial // 8 + 1)
        event_id = self.builder.event_id()
        told = self._examples[fact]
        record = told | {"meta": told["meta"] | {"matter": matter, "event_id": event_id}}
        record |= {"to_province": to} if "to_province" in told else {}
        self.builder.append(fact, record, NOON + self._serial, addressed_to=(to,), agency="310000-CG01")
        if ours and fact in ZHEJIANG.shares:
            self.shared.append(event_id)


@pytest.fixture(scope="module")
async def ledger(fed: StackHandle) -> Ledger:
    return Ledger(fed)


async def reached(settings: Settings, feed: Feed, goal: dict[int, int]) -> None:
    """Wait until a feed's writer has read the ledger up to these numbers."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), open_logs(settings) as logs:
            while await numbers(logs, feed, PARTITIONS) != goal:
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise NeverSeen(f"{feed.topic} at {goal}") from None


async def read(settings: Settings, feed: Feed = ZHEJIANG) -> list[dict[str, Any]]:
    return [event async for event in read_feed(settings, feed)]


def originals(events: list[dict[str, Any]]) -> list[str]:
    return [event["data"]["original"]["event_id"] for event in events]


@asynccontextmanager
async def writing(settings: Settings, feed: Feed) -> AsyncIterator[asyncio.Task[None]]:
    stopping = asyncio.Event()
    task = asyncio.create_task(Writer(settings, feed).run(stopping))
    try:
        yield task
    finally:
        stopping.set()
        await asyncio.gather(task, return_exceptions=True)


async def other_feed(settings: Settings, name: str) -> Feed:
    """A further feed of the same receiver, with a topic of its own."""
    definition = next(each for each in definitions() if each.name == ZHEJIANG.topic)
    feed = replace(ZHEJIANG, name=name)
    topic = replace(definition, name=feed.topic).resolve(simulated=True, partitions=PARTITIONS)
    await ensure_topics(settings, [topic])
    return feed


async def test_a_writer_killed_again_and_again_shares_every_record_once(
    fed: StackHandle, ledger: Ledger
) -> None:
    for _ in range(ROUNDS):
        writing_on = asyncio.create_task(ledger.write(ROUND))
        await asyncio.sleep(0.05)
        pid = fed.kill("feeds")
        await writing_on
        await ledger.write(ROUND)
        await asyncio.to_thread(partial(fed.wait_running, "feeds", instead_of=pid))
    await ledger.write(ROUND)
    await reached(ledger.settings, ZHEJIANG, ledger.numbers)
    found = originals(await read(ledger.settings))
    assert len(found) == len(set(found))
    assert set(found) == set(ledger.shared)


async def test_records_lie_in_the_order_of_their_offsets_and_those_of_a_matter_in_its_order(
    ledger: Ledger,
) -> None:
    await ledger.write(ROUND)
    await reached(ledger.settings, ZHEJIANG, ledger.numbers)
    events = await read(ledger.settings)
    offsets = [event["offset"] for event in events]
    assert offsets == sorted(set(offsets))
    instants: dict[str, str] = {}
    for event in events:
        assert instants.get(event["subject"], "") <= event["data"]["original"]["received_at"]
        instants[event["subject"]] = event["data"]["original"]["received_at"]
    assert len({event["id"] for event in events}) == len(events)


async def test_of_two_writers_the_older_is_fenced_and_nothing_is_doubled(ledger: Ledger) -> None:
    twins = await other_feed(ledger.settings, "twins")
    await ledger.write(ROUND)
    async with writing(ledger.settings, twins) as older:
        await reached(ledger.settings, twins, ledger.numbers)
        async with writing(ledger.settings, twins):
            await asyncio.sleep(1)
            await ledger.write(ROUND)
            await reached(ledger.settings, twins, ledger.numbers)
            with pytest.raises(KafkaError):
                await asyncio.wait_for(older, PATIENCE_SECONDS)
    found = originals(await read(ledger.settings, twins))
    assert sorted(found) == sorted(ledger.shared)


async def test_a_feed_that_is_not_empty_is_never_begun_again_from_the_beginning(ledger: Ledger) -> None:
    orphan = await other_feed(ledger.settings, "orphan")
    sender = producer(ledger.settings, client_id="test-orphan")
    await sender.start()
    try:
        await sender.send_and_wait(orphan.topic, b"what was shared before", partition=0)
    finally:
        await sender.stop()
    with pytest.raises(CannotWrite, match="are lost"):
        await Writer(ledger.settings, orphan).run(asyncio.Event())


async def test_the_command_prints_the_feed_as_json_lines(fed: StackHandle, ledger: Ledger) -> None:
    await reached(ledger.settings, ZHEJIANG, ledger.numbers)
    arguments = ["zhejiang", "--dir", str(fed.directory)]
    result = await asyncio.to_thread(CliRunner().invoke, command, arguments)
    assert result.exit_code == 0, result.output
    events = [json.loads(line) for line in result.output.splitlines()]
    assert events == await read(ledger.settings)
    later = await asyncio.to_thread(
        CliRunner().invoke, command, [*arguments, "--since", str(events[-1]["offset"])]
    )
    assert [json.loads(line) for line in later.output.splitlines()] == events[-1:]


async def test_whoever_follows_gets_what_comes_later(ledger: Ledger) -> None:
    await reached(ledger.settings, ZHEJIANG, ledger.numbers)
    before = len(ledger.shared)
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        aclosing(read_feed(ledger.settings, ZHEJIANG, follow=True)) as following,
    ):
        found = [await anext(following) for _ in range(before)]
        await ledger.write(2)
        found.append(await anext(following))
    assert originals(found)[-1] == ledger.shared[-1]
