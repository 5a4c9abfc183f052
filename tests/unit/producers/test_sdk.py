"""The agencies' own hand at the door, against the gateway's application in memory."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from producers.sdk import GiveUp, Options, Publisher, Refused, Subscriber, TryLater
from producers.testing import ABSENT, submission
from schemas.errors import Code
from schemas.facts.clue import ClueReceived
from schemas.facts.shared import Meta
from schemas.facts.vocabulary import Role, Scope, Sensitivity
from schemas.identifiers import event_time
from tests.unit.producers.conftest import micros
from tests.unit.producers.memory_door import WATER, MemoryDoor, Network

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "http://door"
TOKEN = "token-of-water"
EVENING = micros("2026-10-12T18:00:00+08:00")
QUICK = Options(wait=0, patience=5, at_once=4, queue=8)
MATTER = "XS-310120-ZG04-20260908-000123-2"
EVENT = "01999f3c-0000-7000-8000-000000000001"


@pytest.fixture
def door() -> MemoryDoor:
    return MemoryDoor(EVENING)


@pytest.fixture
def network(door: MemoryDoor) -> Network:
    return Network(door)


@pytest.fixture
def publisher(network: Network) -> Callable[..., Publisher]:
    def made(token: str = TOKEN, options: Options = QUICK) -> Publisher:
        return Publisher(URL, token, options, transport=network)

    return made


def test_the_line_the_introduction_promises(publisher: Callable[..., Publisher]) -> None:
    async def run() -> None:
        async with publisher() as door:
            receipt = await door.publish(submission("ClueTransferred"))
        assert receipt.status == "admitted"
        assert receipt.decided
        assert receipt.matter.startswith(f"XS-{WATER}-")

    asyncio.run(run())


def test_a_typed_fact_is_sent_as_the_interface_describes_it(
    publisher: Callable[..., Publisher], network: Network
) -> None:
    example = submission("ClueReceived", matter=MATTER, event_id=EVENT)
    meta = Meta(
        event_id=EVENT,
        matter=MATTER,
        occurred_at=example["occurred_at"],
        agency=WATER,
        role=Role.FIELD_UNIT,
        region="310120",
        scope=Scope.DISTRICT,
        sensitivity=Sensitivity.L2,
        correlation_id=MATTER,
    )
    fact = ClueReceived.model_validate({**example["data"], "meta": meta})

    async def run() -> None:
        async with publisher() as door:
            receipt = await door.publish(fact)
        assert (receipt.event_id, receipt.matter) == (EVENT, MATTER)

    asyncio.run(run())
    (sent,) = network.sent
    assert sent["type"] == "ClueReceived"
    assert "meta" not in sent["data"]


def test_an_answer_that_is_lost_leads_to_the_same_fact_again_and_no_second_one(
    publisher: Callable[..., Publisher], door: MemoryDoor, network: Network
) -> None:
    network.cut = 2

    async def run() -> None:
        async with publisher() as hand:
            await hand.publish(submission("ClueTransferred", event_id=ABSENT))

    asyncio.run(run())
    assert len({sent["event_id"] for sent in network.sent}) == 1
    assert len(network.sent) == 3
    assert len(door.taken) == 1


def test_an_id_made_here_bears_the_time_of_the_door(
    publisher: Callable[..., Publisher], door: MemoryDoor
) -> None:
    async def run() -> None:
        async with publisher() as hand:
            await hand.publish(submission("ClueTransferred", event_id=ABSENT))

    asyncio.run(run())
    (event_id,) = door.taken
    assert abs(event_time(event_id) - EVENING) < 60_000_000


def test_what_is_wrong_with_the_fact_is_to_be_mended(publisher: Callable[..., Publisher]) -> None:
    async def run() -> None:
        async with publisher() as door:
            wrong = submission("ClueTransferred", event_id=EVENT, data={"domain_code": ABSENT})
            with pytest.raises(Refused) as caught:
                await door.publish(wrong)
            assert caught.value.code == "MISSING_FIELD"
            assert caught.value.problem["field"] == "/data/domain_code"
            assert caught.value.event_id == EVENT
            assert (await door.publish(submission("ClueTransferred"))).status == "admitted"

    asyncio.run(run())


def test_a_door_that_is_unwell_for_longer_than_patience_says_when_to_try_again(
    publisher: Callable[..., Publisher], door: MemoryDoor
) -> None:
    door.unwell.extend([Code.UNAVAILABLE] * 9)

    async def run() -> None:
        async with publisher(options=Options(wait=0, patience=0)) as hand:
            with pytest.raises(TryLater) as caught:
                await hand.publish(submission("ClueTransferred", event_id=EVENT))
            assert caught.value.retry_after > 0
            assert caught.value.event_id == EVENT

    asyncio.run(run())


def test_a_door_that_is_unwell_for_a_moment_is_asked_again(
    publisher: Callable[..., Publisher], door: MemoryDoor
) -> None:
    door.unwell.extend([Code.UNAVAILABLE] * 2)

    async def run() -> None:
        async with publisher() as hand:
            assert (await hand.publish(submission("ClueTransferred"))).status == "admitted"

    asyncio.run(run())


def test_a_token_that_is_not_valid_is_nothing_to_repeat(publisher: Callable[..., Publisher]) -> None:
    async def run() -> None:
        async with publisher(token="another") as door:
            with pytest.raises(GiveUp) as caught:
                await door.publish(submission("ClueTransferred"))
            assert caught.value.code == "BAD_TOKEN"

    asyncio.run(run())


def test_facts_of_one_matter_keep_their_order_and_the_queue_its_bound(
    publisher: Callable[..., Publisher], network: Network
) -> None:
    async def run() -> None:
        async with publisher() as door:
            tasks = []
            for number in range(20):
                fact: dict[str, Any] = submission("ClueReceived", matter=MATTER, event_id=ABSENT)
                fact["purpose"] = f"P{number}"
                tasks.append(await door.submit(fact))
                assert sum(not task.done() for task in tasks) <= QUICK.queue
            await asyncio.gather(*tasks)

    asyncio.run(run())
    assert [sent["purpose"] for sent in network.sent] == [f"P{number}" for number in range(20)]


def test_leaving_waits_for_what_is_under_way(publisher: Callable[..., Publisher], door: MemoryDoor) -> None:
    async def run() -> None:
        async with publisher() as hand:
            tasks = [await hand.submit(submission("ClueTransferred", event_id=ABSENT)) for _ in range(5)]
        assert all(task.done() for task in tasks)
        assert {task.result().status for task in tasks} == {"admitted"}

    asyncio.run(run())
    assert len(door.taken) == 5


def test_a_subscriber_that_starts_again_at_its_cursor_hears_every_receipt_once(
    publisher: Callable[..., Publisher], door: MemoryDoor, network: Network
) -> None:
    heard: list[str] = []

    async def listen(after: str, count: int) -> str:
        async with Subscriber(URL, TOKEN, after, QUICK, transport=network) as receipts:
            async for receipt in receipts:
                heard.append(receipt.event_id)
                count -= 1
                if not count:
                    return receipts.cursor
        raise AssertionError("a subscriber never ends by itself")

    async def run() -> None:
        async with publisher() as hand:
            for _ in range(6):
                await hand.publish(submission("ClueTransferred", event_id=ABSENT))
        behind_four = await listen("", 4)
        await listen(behind_four, 2)

    asyncio.run(run())
    assert heard == list(door.taken)


def test_whoever_stops_within_a_page_hears_that_page_again(
    publisher: Callable[..., Publisher], network: Network
) -> None:
    async def run() -> None:
        async with publisher() as hand:
            for _ in range(2):
                await hand.publish(submission("ClueTransferred", event_id=ABSENT))
        async with Subscriber(URL, TOKEN, "", QUICK, transport=network) as receipts:
            async for _ in receipts:
                assert receipts.cursor == ""
                break

    asyncio.run(run())
