"""浙江省平台: the same records in the same order in every way of reading; and what may go wrong with each."""

from __future__ import annotations

import asyncio
import os
import re
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.structs import TopicPartition

from deploy.embedded.testing import start
from deploy.scenarios.files import load
from deploy.scenarios.stage import perform
from projections.api.subscribers import Room
from projections.feeds.subscription import CursorGone, Reached, Subscription
from tests.acceptance.subscribing import PATH, PATIENCE_SECONDS, ZHEJIANG, Province

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

PLAYED = ("provinces", str(Path(__file__).parent / "penalties-for-zhejiang.yaml"))
TOWN = "310120-JD11"
RECORDS = 6
"""Four penalties, a clue and a warning."""


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    """A whole stack on which Zhejiang was sent a clue, a warning and several penalties."""
    with start(tmp_path_factory.mktemp("province"), simulated=True) as stack:
        performance = asyncio.run(perform(stack, [load(name) for name in PLAYED]))
        assert performance.verdict.failures == ()
        yield Province(stack)


def kinds(events: list[dict[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for event in events:
        name = event["type"].rpartition(".")[2]
        found[name] = found.get(name, 0) + 1
    return found


async def refused(province: Province, agency: str = ZHEJIANG.receiver, way: str = "", **asked: str) -> Any:
    async with province.client(agency) as client:
        answer = await client.get(PATH + way, params=asked)
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    found = answer.json()
    assert found["remedy"]
    assert found["remedy_en"]
    assert answer.status_code == found["status"]
    return found


async def test_all_ways_give_the_same_records_in_the_same_order(province: Province) -> None:
    command = await province.by_command()
    # Four penalties of one file and one of the other; that of the firm of Shanghai is none of Zhejiang's.
    assert kinds(command) == {"PenaltyShared": 4, "ClueShared": 1, "WarningShared": 1}
    assert await province.by_pages(limit=500) == command
    assert await province.by_pages(limit=2) == command
    assert [event for _, event in await province.by_events(len(command))] == command
    kafka = await province.by_kafka()
    for name in ("id", "source", "type", "subject", "time", "specversion"):
        assert [record[name] for record in kafka] == [event[name] for event in command]
    assert [record["offset"] for record in kafka] == [str(event["offset"]) for event in command]
    assert [record["original"] for record in kafka] == [e["data"]["original"]["event_id"] for e in command]
    assert [record["hash"] for record in kafka] == [e["data"]["original"]["hash"] for e in command]


async def test_the_receiver_finds_the_original_and_its_hash_in_the_timeline(province: Province) -> None:
    async with province.client() as client:
        for event in await province.by_pages(limit=100):
            original = event["data"]["original"]
            page = (await client.get(f"/v1/matters/{original['matter']}/timeline")).raise_for_status().json()
            found = {
                f"sm3:{item['hash']}" for item in page["items"] if item["event_id"] == original["event_id"]
            }
            assert found == {original["hash"]}


async def test_a_stream_goes_on_behind_the_last_event_and_a_page_behind_any_event(province: Province) -> None:
    everything = await province.by_events(RECORDS)
    name = everything[2][0]
    assert await province.by_events(3, last=name) == everything[3:]
    async with province.client() as client:
        page = (await client.get(PATH, params={"cursor": name})).json()
    assert page["items"] == [event for _, event in everything[3:]]


async def test_an_empty_page_gives_its_cursor_again_and_a_waiting_one_comes_when_the_wait_is_over(
    province: Province,
) -> None:
    async with province.client() as client:
        last = (await client.get(PATH)).json()["next"]
        page = (await client.get(PATH, params={"cursor": last, "wait": "1"})).json()
    assert page == {"feed": "zhejiang", "items": [], "next": last}


async def test_a_feed_is_for_its_receiver_alone(province: Province) -> None:
    for way in ("", "/stream"):
        assert (await refused(province, TOWN, way))["code"] == "NOT_PERMITTED"
        assert (await refused(province, "320000-ZJ01", way))["code"] == "NOT_PERMITTED"
    assert (await refused(province, way="/../jiangsu"))["code"] == "NOT_FOUND"


@pytest.mark.parametrize("way", ["", "/stream"])
async def test_a_cursor_that_is_forged_or_of_another_list_is_refused_with_its_remedy(
    province: Province, way: str
) -> None:
    async with province.client() as client:
        good = (await client.get(PATH)).json()["next"]
        foreign = (await client.get("/v1/inbox", params={"limit": "1"})).json()["next"]
    assert foreign
    forged = ("A" if good[0] != "A" else "B") + good[1:]
    for cursor in (forged, foreign, "不是", "7"):
        found = await refused(province, way=way, cursor=cursor)
        assert (found["code"], found["field"]) == ("BAD_CURSOR", "/cursor")
    for wrong in ({"limit": "0"}, {"wait": "3600"}) if not way else ():
        assert (await refused(province, **wrong))["code"] == "BAD_PARAMETER"


async def until(client: httpx.AsyncClient, status: int, way: str, **asked: str) -> None:
    """Ask again until the answer has this status; its body is not read."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            async with client.stream("GET", PATH + way, params=asked) as answer:
                if answer.status_code == status:
                    return
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(("way", "room"), [("", Room.PULL), ("/stream", Room.STREAM)])
async def test_readers_that_go_away_in_the_middle_leave_room_for_others(
    province: Province, way: str, room: Room
) -> None:
    async with province.client() as client:
        last = (await client.get(PATH)).json()["next"]
        waiting = {"cursor": last} | ({} if way else {"wait": "30"})
        readers = [asyncio.create_task(held(client, way, waiting)) for _ in range(room.value)]
        await until(client, 429, way, cursor=last)
        assert (await refused(province, way=way))["code"] == "BUSY"
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        await until(client, 200, way)
    assert len(await province.by_pages(limit=100)) == RECORDS


async def held(client: httpx.AsyncClient, way: str, asked: dict[str, str]) -> None:
    """Read until cancelled, coming back when the other end ends it or has no room."""
    while True:
        async with client.stream("GET", PATH + way, params=asked, timeout=PATIENCE_SECONDS) as answer:
            await answer.aread()
        await asyncio.sleep(0.05)


async def test_what_the_page_for_provinces_tells_to_type_works(province: Province) -> None:
    page = (Path(__file__).parents[2] / "docs/provinces.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    receiver = {"CONSOLE": province.stack.console_url, "TOKEN": province.stack.tokens[ZHEJIANG.receiver]}
    said = []
    for block in blocks:
        shell = await asyncio.create_subprocess_exec(
            "bash", "-c", block, stdout=PIPE, env={"PATH": os.environ["PATH"]} | receiver
        )
        said.append((await shell.communicate())[0].decode())
    records = [text.count('"specversion"') for text in said]
    assert records == [RECORDS, RECORDS - 1, RECORDS, RECORDS - 1, 0]
    assert all(text.count("\nid: ") == number for text, number in zip(said[2:4], records[2:4], strict=True))
    first = (await province.by_pages(limit=1))[0]["data"]["original"]
    assert first["event_id"] in said[-1]
    assert first["hash"].removeprefix("sm3:") in said[-1]


async def test_a_feed_with_another_record_where_a_cursor_stands_is_not_taken_for_the_same(
    province: Province,
) -> None:
    settings = province.stack.settings("console")
    last = (await province.by_pages(limit=100))[-1]
    for reached in (Reached(last["offset"], "another"), Reached(last["offset"] + 1_000, last["id"])):
        with pytest.raises(CursorGone):
            await Subscription.begin(settings, ZHEJIANG, reached)


async def test_a_cursor_behind_the_beginning_of_a_feed_that_was_cut_is_gone(province: Province) -> None:
    events = await province.by_events(RECORDS)
    admin = AIOKafkaAdminClient(bootstrap_servers=province.stack.kafka)
    await admin.start()
    try:
        cut = RecordsToDelete(before_offset=events[2][1]["offset"] + 1)
        await admin.delete_records({TopicPartition(ZHEJIANG.topic, 0): cut})
    finally:
        await admin.close()
    for way in ("", "/stream"):
        found = await refused(province, way=way, cursor=events[0][0])
        assert (found["code"], found["status"]) == ("CURSOR_GONE", 410)
    assert await province.by_pages(limit=100) == [event for _, event in events[3:]]
    assert await province.by_events(2, last=events[3][0]) == events[4:]


async def test_a_console_that_is_asked_to_stop_does_not_wait_for_those_that_read(province: Province) -> None:
    async with province.client() as client, client.stream("GET", f"{PATH}/stream") as answer:
        lines = answer.aiter_lines()
        assert await anext(lines) == "retry: 3000"
        while not (await anext(lines)).startswith("data: "):
            pass
        pid = province.stack.terminate("console")
        async with asyncio.timeout(PATIENCE_SECONDS):
            # An answer that was cut off would raise here.
            assert [line async for line in lines][-1] == ""
    await asyncio.to_thread(province.stack.wait_running, "console", instead_of=pid)
