"""The door against a real broker and a real database, with nobody behind it to decide."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from backbone import keyring
from backbone.stack import move_simulated_time
from deploy.embedded.ports import free_port
from producers.gateway.openapi import examples
from producers.publish import NotPublished, Options, Status, publish
from schemas.codec import CODEC
from schemas.envelope import Kind, open_envelope
from schemas.topics import INBOUND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aiokafka.structs import ConsumerRecord

    from deploy.embedded.testing import StackHandle

WATER = "310120-ZG04"
TOWN = "310120-JD11"
NOON = "2026-10-12T12:00:00+08:00"
PATIENCE = 60.0


class Gateway:
    """One gateway process beside a stack, on a port of its own."""

    def __init__(self, stack: StackHandle, log: Path) -> None:
        self.stack = stack
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = log
        self.process = self.spawn()

    def spawn(self) -> subprocess.Popen[bytes]:
        settings = self.stack.environment("gateway") | {"LIANDONG_GATEWAY_PORT": str(self.port)}
        with self._log.open("ab") as log:
            argv = [sys.executable, "-m", "producers.gateway"]
            return subprocess.Popen(argv, env=os.environ | settings, stdout=log, stderr=log)

    def ready(self) -> Gateway:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert self.process.poll() is None, self._log.read_text(encoding="utf-8")
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == httpx.codes.OK:
                    return self
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError(self._log.read_text(encoding="utf-8"))

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text(encoding="utf-8").splitlines()]

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def client(self, agency: str = WATER) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.stack.tokens[agency]}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)


@pytest.fixture(scope="module")
def gateway(bare_stack: StackHandle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    asyncio.run(move_to_noon(bare_stack))
    made = Gateway(bare_stack, tmp_path_factory.mktemp("gateway") / "log.jsonl")
    try:
        yield made.ready()
    finally:
        assert made.end() == 0


async def move_to_noon(stack: StackHandle) -> None:
    connection = await asyncpg.connect(stack.dsn("admin"))
    try:
        await move_simulated_time(connection, int(datetime.fromisoformat(NOON).timestamp()) * 1_000_000)
    finally:
        await connection.close()


def inbound(stack: StackHandle, event_id: str) -> list[ConsumerRecord]:
    """The records of `inbound` that bear an event id, in their order."""
    return asyncio.run(_inbound(stack, event_id))


async def _inbound(stack: StackHandle, event_id: str) -> list[ConsumerRecord]:
    reader = AIOKafkaConsumer(bootstrap_servers=stack.kafka, group_id=None)
    await reader.start()
    try:
        partitions = [TopicPartition(INBOUND, number) for number in range(6)]
        reader.assign(partitions)
        await reader.seek_to_beginning()
        ends = await reader.end_offsets(partitions)
        found: list[ConsumerRecord] = []
        while any([await reader.position(each) < ends[each] for each in partitions]):
            for records in (await reader.getmany(timeout_ms=500)).values():
                found += [each for each in records if ("event-id", event_id.encode()) in each.headers]
        return found
    finally:
        await reader.stop()


def clue(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(examples()["ClueTransferred"]))
    return made | changes


def test_a_fact_is_in_the_log_with_a_good_stamp_when_it_is_answered(gateway: Gateway) -> None:
    with gateway.client() as client:
        answer = client.post("/v1/facts", json=clue())
    assert answer.status_code == 202
    told = answer.json()
    assert told["receipt"] == f"/v1/receipts/{told['event_id']}"
    (record,) = inbound(gateway.stack, told["event_id"])
    assert record.timestamp == int(datetime.fromisoformat(NOON).timestamp()) * 1000
    ring = keyring.load(gateway.stack.settings("gateway").keys)
    envelope = open_envelope(record.key, record.value, record.headers, INBOUND, record.partition, ring.stamps)
    assert envelope.kind is Kind.FACT
    assert (envelope.agency, envelope.matter) == (WATER, told["matter"])
    decoded = CODEC.decode(record.value, canonical=True)
    assert decoded.name == "ClueTransferred"
    assert "张三".encode() not in record.value
    assert told["matter"].startswith("XS-310120-ZG04-20261012-")


def test_a_retry_is_the_same_fact_byte_for_byte_under_the_same_number(gateway: Gateway) -> None:
    with gateway.client() as client:
        first = client.post("/v1/facts", json=clue()).json()
        again = client.post("/v1/facts", json=clue(event_id=first["event_id"])).json()
    assert again == first
    one, two = inbound(gateway.stack, first["event_id"])
    assert (one.key, one.value, one.headers, one.partition) == (
        two.key,
        two.value,
        two.headers,
        two.partition,
    )


def test_who_waits_for_a_receipt_that_does_not_come_is_told_so_in_time(gateway: Gateway) -> None:
    with gateway.client() as client:
        answer = client.post("/v1/facts?wait=0.5", json=clue())
        assert answer.status_code == 202
        missing = client.get(f"/v1/receipts/{answer.json()['event_id']}?wait=0.2")
    assert missing.status_code == 404
    assert missing.json()["code"] == "RECEIPT_UNKNOWN"


def test_one_bad_line_hurts_nobody_else(gateway: Gateway) -> None:
    lines = [json.dumps(clue()), "{oops", json.dumps(clue(data={})), json.dumps(clue())]
    with gateway.client() as client:
        answer = client.post(
            "/v1/facts", content="\n".join(lines), headers={"Content-Type": "application/x-ndjson"}
        )
    assert answer.status_code == 207
    told = answer.json()
    assert [each["status"] for each in told["results"]] == [202, 400, 422, 202]
    assert [each["line"] for each in told["results"]] == [1, 2, 3, 4]
    assert "location" in json.dumps(told["results"][2]["problem"]["errors"])
    for each in (told["results"][0], told["results"][3]):
        assert len(inbound(gateway.stack, each["event_id"])) == 1


def test_a_list_that_is_all_bad_is_422(gateway: Gateway) -> None:
    with gateway.client() as client:
        answer = client.post("/v1/facts", json=[{}, 3])
    assert answer.status_code == 422
    assert answer.json()["accepted"] == 0


def test_facts_of_one_matter_keep_their_order(gateway: Gateway) -> None:
    matter = "XS-310120-ZG04-20261012-400000-" + check_of("XS310120ZG0420261012400000")
    with gateway.client() as client:
        answer = client.post("/v1/facts", json=[clue(matter=matter) for _ in range(20)])
    assert answer.status_code == 202
    places = [inbound(gateway.stack, each["event_id"])[0].offset for each in answer.json()["results"]]
    assert places == sorted(places)


def test_a_number_that_an_agency_used_itself_is_never_given_by_the_door(gateway: Gateway) -> None:
    matter = "XS-310120-ZG04-20261012-500000-" + check_of("XS310120ZG0420261012500000")
    with gateway.client() as client:
        assert client.post("/v1/facts", json=clue(matter=matter)).status_code == 202
        given = client.post("/v1/facts", json=clue()).json()["matter"]
    assert given.split("-")[4] == "500001"


def check_of(text: str) -> str:
    """ISO 7064 MOD 37,36, written out here as the standard has it."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    product = 36
    for character in text:
        total = (product + alphabet.index(character)) % 36 or 36
        product = total * 2 % 37
    return alphabet[(37 - product) % 36]


@pytest.mark.parametrize("name", sorted(examples()))
def test_every_example_of_the_interface_is_taken(name: str, gateway: Gateway) -> None:
    agency = WATER if name in {"ClueTransferred", "ClueSupplemented"} else TOWN
    with gateway.client(agency) as client:
        document = client.get("/openapi.json").json()
        post = document["paths"]["/v1/facts"]["post"]
        example = post["requestBody"]["content"]["application/json"]["examples"][name]
        assert client.post("/v1/facts", json=example["value"]).status_code == 202


def test_the_interface_describes_itself_in_chinese_and_loads_nothing_from_elsewhere(gateway: Gateway) -> None:
    with gateway.client() as client:
        document = client.get("/openapi.json").json()
        assert document["info"]["title"].startswith("联动")
        assert document["components"]["schemas"]["ClueTransferred"]["title"] == "线索已移送"
        referenced = json.dumps(document).split('"#/components/schemas/')[1:]
        assert {each.split('"')[0] for each in referenced} <= document["components"]["schemas"].keys()
        page = client.get("/docs")
        assert "://" not in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'self'")
        assert client.get("/docs/assets/swagger-ui-bundle.js").status_code == 200
        assert client.get("/docs/assets/..%2f..%2fpom.xml").status_code == 404


def test_the_catalogue_of_errors_names_a_remedy_in_both_languages(gateway: Gateway) -> None:
    with gateway.client() as client:
        entries = client.get("/v1/errors").json()
        assert all(each["remedy"] and each["remedy_en"] for each in entries)
        one = client.get("/problems/second-hand-over").json()
    assert one["code"] == "SECOND_HAND_OVER"


def test_every_line_of_the_log_is_json_and_names_the_fact(gateway: Gateway) -> None:
    with gateway.client() as client:
        told = client.post("/v1/facts", json=clue()).json()
    (line,) = [each for each in gateway.lines() if each.get("event_id") == told["event_id"]]
    assert (line["event"], line["matter"], line["process"]) == ("fact_accepted", told["matter"], "gateway")
    assert "张三" not in json.dumps(gateway.lines(), ensure_ascii=False)


def test_metrics_count_what_became_of_facts(gateway: Gateway) -> None:
    with gateway.client() as client:
        client.post("/v1/facts", json=clue())
        text = client.get("/metrics").text
    assert 'liandong_door_facts_total{outcome="accepted"}' in text


def test_a_client_that_hangs_up_is_waited_for_no_longer(gateway: Gateway) -> None:
    with gateway.client() as client:
        told = client.post("/v1/facts", json=clue()).json()
        with pytest.raises(httpx.ReadTimeout):
            client.get(f"{told['receipt']}?wait=30", timeout=0.5)
        assert client.get("/readyz").status_code == 200


async def test_a_file_is_published_line_by_line_and_each_line_is_told(
    gateway: Gateway, tmp_path: Path
) -> None:
    file = tmp_path / "facts.jsonl"
    lines = [json.dumps(clue()) for _ in range(25)]
    lines[3] = json.dumps(clue(type="ClueTransfered"))
    file.write_text("\n".join(lines), encoding="utf-8")
    told: list[int] = []
    token = gateway.stack.tokens[WATER]
    options = Options(batch=10, wait=0)
    report = await publish([str(file)], gateway.url, token, options, lambda each: told.append(each.line))
    assert report.counts["accepted"] == 24
    assert [(each.line, each.status) for each in report.results if each.problem] == [(4, Status.REFUSED)]
    assert report.exit_code == 1
    assert sorted(told) == list(range(1, 26))


async def test_publishing_outlasts_a_door_that_is_killed_and_comes_again(
    gateway: Gateway, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    door = Gateway(gateway.stack, tmp_path_factory.mktemp("door") / "log.jsonl").ready()
    file = tmp_path / "facts.jsonl"
    file.write_text("\n".join(json.dumps(clue()) for _ in range(400)), encoding="utf-8")
    try:
        publishing = asyncio.create_task(
            publish([str(file)], door.url, gateway.stack.tokens[WATER], Options(batch=20, wait=0))
        )
        while not any(each["event"] == "fact_accepted" for each in door.lines()):
            await asyncio.sleep(0.01)
        await asyncio.to_thread(door.end, signal.SIGKILL)
        door.process = door.spawn()
        report = await publishing
    finally:
        await asyncio.to_thread(door.end)
    assert report.counts["accepted"] == 400
    assert report.exit_code == 0
    assert len({each.matter for each in report.results}) == 400


async def test_publishing_ends_with_a_sentence_where_no_door_answers(tmp_path: Path) -> None:
    file = tmp_path / "facts.jsonl"
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(NotPublished, match="publish again"):
        await publish([str(file)], f"http://127.0.0.1:{free_port()}", "t", Options(patience=0.5))


async def test_publishing_with_a_wrong_token_says_so_at_once(gateway: Gateway, tmp_path: Path) -> None:
    file = tmp_path / "facts.jsonl"
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(NotPublished, match="BAD_TOKEN"):
        await publish([str(file)], gateway.url, "wrong")
