"""The door against a real broker and a real database, with nobody behind it to decide."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from backbone import keyring
from producers.gateway.openapi import examples
from producers.testing import SPEAKERS
from schemas.codec import CODEC
from schemas.envelope import Kind, open_envelope
from schemas.topics import INBOUND

if TYPE_CHECKING:
    from aiokafka.structs import ConsumerRecord

    from deploy.embedded.testing import StackHandle
    from producers.testing import GatewayProcess

WATER = "310120-ZG04"
TOWN = "310120-JD11"


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


def test_a_fact_is_in_the_log_with_a_good_stamp_when_it_is_answered(
    gateway: GatewayProcess, bare_stack: StackHandle
) -> None:
    with gateway.client(bare_stack.tokens[WATER]) as client:
        now = client.get("/v1/clock").json()["now"]
        answer = client.post("/v1/facts", json=clue())
    assert answer.status_code == 202
    told = answer.json()
    assert told["receipt"] == f"/v1/receipts/{told['event_id']}"
    (record,) = inbound(bare_stack, told["event_id"])
    assert record.timestamp == int(datetime.fromisoformat(now).timestamp()) * 1000
    ring = keyring.load(bare_stack.settings("gateway").keys)
    envelope = open_envelope(record.key, record.value, record.headers, INBOUND, record.partition, ring.stamps)
    assert envelope.kind is Kind.FACT
    assert (envelope.agency, envelope.matter) == (WATER, told["matter"])
    decoded = CODEC.decode(record.value, canonical=True)
    assert decoded.name == "ClueTransferred"
    assert "张三".encode() not in record.value
    assert told["matter"].startswith("XS-310120-ZG04-20260908-")


def test_a_retry_is_the_same_fact_byte_for_byte_under_the_same_number(
    gateway: GatewayProcess, bare_stack: StackHandle
) -> None:
    with gateway.client(bare_stack.tokens[WATER]) as client:
        first = client.post("/v1/facts", json=clue()).json()
        again = client.post("/v1/facts", json=clue(event_id=first["event_id"])).json()
    assert again == first
    one, two = inbound(bare_stack, first["event_id"])
    assert (one.key, one.value, one.headers, one.partition) == (
        two.key,
        two.value,
        two.headers,
        two.partition,
    )


def test_who_waits_for_a_receipt_that_does_not_come_is_told_so_in_time(
    gateway: GatewayProcess, bare_stack: StackHandle
) -> None:
    with gateway.client(bare_stack.tokens[WATER]) as client:
        answer = client.post("/v1/facts?wait=0.5", json=clue())
        assert answer.status_code == 202
        missing = client.get(f"/v1/receipts/{answer.json()['event_id']}?wait=0.2")
    assert missing.status_code == 404
    assert missing.json()["code"] == "RECEIPT_UNKNOWN"


def test_one_bad_line_hurts_nobody_else(gateway: GatewayProcess, bare_stack: StackHandle) -> None:
    lines = [json.dumps(clue()), "{oops", json.dumps(clue(data={})), json.dumps(clue())]
    with gateway.client(bare_stack.tokens[WATER]) as client:
        answer = client.post(
            "/v1/facts", content="\n".join(lines), headers={"Content-Type": "application/x-ndjson"}
        )
    assert answer.status_code == 207
    told = answer.json()
    assert [each["status"] for each in told["results"]] == [202, 400, 422, 202]
    assert [each["line"] for each in told["results"]] == [1, 2, 3, 4]
    assert "location" in json.dumps(told["results"][2]["problem"]["errors"])
    for each in (told["results"][0], told["results"][3]):
        assert len(inbound(bare_stack, each["event_id"])) == 1


def test_a_list_that_is_all_bad_is_422(gateway: GatewayProcess, bare_stack: StackHandle) -> None:
    with gateway.client(bare_stack.tokens[WATER]) as client:
        answer = client.post("/v1/facts", json=[{}, 3])
    assert answer.status_code == 422
    assert answer.json()["accepted"] == 0


def test_facts_of_one_matter_keep_their_order(gateway: GatewayProcess, bare_stack: StackHandle) -> None:
    matter = "XS-310120-ZG04-20260908-400000-" + check_of("XS310120ZG0420260908400000")
    with gateway.client(bare_stack.tokens[WATER]) as client:
        answer = client.post("/v1/facts", json=[clue(matter=matter) for _ in range(20)])
    assert answer.status_code == 202
    places = [inbound(bare_stack, each["event_id"])[0].offset for each in answer.json()["results"]]
    assert places == sorted(places)


def test_a_number_that_an_agency_used_itself_is_never_given_by_the_door(
    gateway: GatewayProcess, bare_stack: StackHandle
) -> None:
    matter = "XS-310120-ZG04-20260908-500000-" + check_of("XS310120ZG0420260908500000")
    with gateway.client(bare_stack.tokens[WATER]) as client:
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
def test_every_example_of_the_interface_is_taken(
    name: str, gateway: GatewayProcess, bare_stack: StackHandle
) -> None:
    with gateway.client(bare_stack.tokens[SPEAKERS[name]]) as client:
        document = client.get("/openapi.json").json()
        post = document["paths"]["/v1/facts"]["post"]
        example = post["requestBody"]["content"]["application/json"]["examples"][name]
        answer = client.post("/v1/facts", json=example["value"])
    assert answer.status_code == 202
    (record,) = inbound(bare_stack, answer.json()["event_id"])
    assert CODEC.decode(record.value, canonical=True).name == name


def test_the_interface_describes_itself_in_chinese_and_loads_nothing_from_elsewhere(
    gateway: GatewayProcess, bare_stack: StackHandle
) -> None:
    with gateway.client(bare_stack.tokens[WATER]) as client:
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


def test_the_catalogue_of_errors_names_a_remedy_in_both_languages(
    gateway: GatewayProcess, bare_stack: StackHandle
) -> None:
    with gateway.client(bare_stack.tokens[WATER]) as client:
        entries = client.get("/v1/errors").json()
        assert all(each["remedy"] and each["remedy_en"] for each in entries)
        one = client.get("/problems/second-hand-over").json()
    assert one["code"] == "SECOND_HAND_OVER"


def test_every_line_of_the_log_is_json_and_names_the_fact(
    gateway: GatewayProcess, bare_stack: StackHandle
) -> None:
    with gateway.client(bare_stack.tokens[WATER]) as client:
        told = client.post("/v1/facts", json=clue()).json()
    (line,) = [each for each in gateway.lines() if each.get("event_id") == told["event_id"]]
    assert (line["event"], line["matter"], line["process"]) == ("fact_accepted", told["matter"], "gateway")
    assert "张三" not in json.dumps(gateway.lines(), ensure_ascii=False)


def test_metrics_count_what_became_of_facts(gateway: GatewayProcess, bare_stack: StackHandle) -> None:
    with gateway.client(bare_stack.tokens[WATER]) as client:
        client.post("/v1/facts", json=clue())
        text = client.get("/metrics").text
    assert 'liandong_door_facts_total{outcome="accepted"}' in text


def test_a_client_that_hangs_up_is_waited_for_no_longer(
    gateway: GatewayProcess, bare_stack: StackHandle
) -> None:
    with gateway.client(bare_stack.tokens[WATER]) as client:
        told = client.post("/v1/facts", json=clue()).json()
        with pytest.raises(httpx.ReadTimeout):
            client.get(f"{told['receipt']}?wait=30", timeout=0.5)
        assert client.get("/readyz").status_code == 200
