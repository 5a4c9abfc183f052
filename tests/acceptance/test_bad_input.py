"""Bad input against the running stack: each is told, with code, place and remedy; nobody else is held.

What comes over HTTP is answered by the door or by the receipt. What somebody with a key writes to Kafka
himself is judged by the owner: its sender's mistakes get a receipt, what nobody vouches for becomes a dead letter.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from click.testing import CliRunner

from backbone import keyring
from backbone.stack import move_simulated_time
from deploy.command import liandong
from deploy.embedded.testing import wait_until
from producers.gateway.openapi import examples
from schemas.codec import CODEC
from schemas.envelope import Envelope, Kind, stamp
from schemas.identifiers import make_event_id, make_matter_id
from schemas.partition import partition_of
from schemas.topics import DEADLETTERS, INBOUND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiokafka.structs import ConsumerRecord

    from deploy.embedded.testing import StackHandle

WATER = "310120-ZG04"
TOWN = "310120-JD11"
HEALTH = "310120-ZG09"
COURT = "310120-FY01"
MORNING = "2026-09-08T12:00:00+08:00"
PARTITIONS = 6


@dataclass(frozen=True)
class Sender:
    """An agency at the door of the stack."""

    stack: StackHandle
    agency: str = WATER

    def post(self, body: Any, **query: Any) -> httpx.Response:
        return self._request("POST", "/v1/facts", json=body, params={"wait": 20, **query})

    def raw(self, body: bytes, media_type: str = "application/json") -> httpx.Response:
        return self._request("POST", "/v1/facts", content=body, headers={"Content-Type": media_type})

    def receipt(self, event_id: str) -> httpx.Response:
        return self._request("GET", f"/v1/receipts/{event_id}", params={"wait": 20})

    def outcome(self, event_id: str) -> str:
        """The status of a receipt at this moment; empty where there is none."""
        answer = self._request("GET", f"/v1/receipts/{event_id}")
        return str(answer.json()["status"]) if answer.status_code == httpx.codes.OK else ""

    def now(self) -> str:
        told: str = self._request("GET", "/v1/clock").json()["now"]
        return told

    def fact(self, name: str = "ClueTransferred", **changes: Any) -> dict[str, Any]:
        """A good fact that happened just now, with some members changed."""
        made: dict[str, Any] = json.loads(json.dumps(examples()[name]))
        return made | {"occurred_at": self.now()} | changes

    def opened(self) -> str:
        """The matter of a new clue, admitted."""
        answer = self.post(self.fact())
        assert answer.status_code == 200, answer.text
        matter: str = answer.json()["matter"]
        return matter

    def _request(
        self, method: str, path: str, headers: dict[str, str] | None = None, **what: Any
    ) -> httpx.Response:
        token = {"Authorization": f"Bearer {self.stack.tokens[self.agency]}"}
        url = self.stack.gateway_url + path
        return httpx.request(method, url, headers=token | (headers or {}), timeout=60, **what)


@pytest.fixture(scope="module")
def water(stack: StackHandle) -> Sender:
    sender = Sender(stack)
    try:
        behind = datetime.fromisoformat(sender.now()) < datetime.fromisoformat(MORNING)
    except KeyError:
        behind = True
    if behind:
        asyncio.run(_move(stack))
    return sender


async def _move(stack: StackHandle) -> None:
    connection = await asyncpg.connect(stack.dsn("admin"))
    try:
        instant = int(datetime.fromisoformat(MORNING).timestamp()) * 1_000_000
        await move_simulated_time(connection, instant)
    finally:
        await connection.close()


@pytest.fixture(autouse=True)
def _nobody_else_is_held(water: Sender) -> Iterator[None]:
    """Whatever a test sent, another clue is admitted, routed and given its clocks afterwards."""
    yield
    answer = water.post(water.fact())
    assert answer.status_code == 200, answer.text
    assert answer.json()["routed"]["to"] == [TOWN]


def told(answer: httpx.Response, status: int, code: str, field: str = "") -> dict[str, Any]:
    """A problem says what is wrong, where, and what to do, in both languages."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (problem["code"], problem["field"]) == (code, field)
    assert problem["type"] == "/problems/" + code.lower().replace("_", "-")
    for name in ("title", "detail", "remedy"):
        assert problem[name]
        assert problem[f"{name}_en"]
    return problem


def test_a_request_without_a_token_is_refused(water: Sender) -> None:
    answer = httpx.post(f"{water.stack.gateway_url}/v1/facts", json=water.fact())
    told(answer, 401, "NOT_AUTHENTICATED")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_wrong_token_is_refused(water: Sender) -> None:
    headers = {"Authorization": "Bearer guessed"}
    told(httpx.post(f"{water.stack.gateway_url}/v1/facts", json={}, headers=headers), 401, "BAD_TOKEN")


def test_broken_bytes_are_refused_with_their_place(water: Sender) -> None:
    assert "Line 1, column 10" in told(water.raw(b'{"type": \xff}'), 400, "NOT_UTF8")["detail_en"]


def test_broken_json_is_refused_with_its_place(water: Sender) -> None:
    problem = told(water.raw(b'{"type": "ClueTransferred",\n "data": {,}}'), 400, "MALFORMED_JSON")
    assert "第 2 行第 11 列" in problem["detail"]


def test_a_key_that_comes_twice_is_refused(water: Sender) -> None:
    told(water.raw(b'{"type": "A", "type": "B"}'), 400, "MALFORMED_JSON", "/type")


def test_another_media_type_is_refused(water: Sender) -> None:
    told(water.raw(b"<fact/>", "application/xml"), 415, "UNSUPPORTED_MEDIA_TYPE")


def test_five_megabytes_are_refused(water: Sender) -> None:
    fact = water.fact()
    fact["data"]["fact"]["summary"] = "圾" * 1_700_000
    body = json.dumps(fact, ensure_ascii=False).encode()
    assert len(body) > 5_000_000
    told(water.raw(body), 413, "TOO_LARGE")


def test_five_megabytes_without_a_declared_length_are_refused(water: Sender) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"type": "'
        for _ in range(80):
            yield b"x" * 65_536

    headers = {"Authorization": f"Bearer {water.stack.tokens[WATER]}", "Content-Type": "application/json"}
    url = f"{water.stack.gateway_url}/v1/facts"
    told(httpx.post(url, content=chunks(), headers=headers, timeout=60), 413, "TOO_LARGE")


def test_an_unknown_fact_is_refused_with_the_nearest_name(water: Sender) -> None:
    problem = told(water.post(water.fact(type="ClueTransfer")), 422, "UNKNOWN_FACT", "/type")
    assert "ClueTransferred" in problem["detail"]


def test_u_0000_is_refused_at_its_field(water: Sender) -> None:
    fact = water.fact()
    fact["data"]["fact"]["summary"] = "倾倒\x00垃圾"
    told(water.post(fact), 422, "CONTROL_CHARACTER", "/data/fact/summary")


def test_half_a_surrogate_pair_is_refused_at_its_field(water: Sender) -> None:
    body = json.dumps(water.fact()).replace('"\\u533a\\u6c34\\u52a1\\u5c40"', '"\\ud800"', 1)
    told(water.raw(body.encode()), 422, "LONE_SURROGATE", "/data/transfer_doc/issuer")


def test_a_date_in_the_future_is_refused(water: Sender) -> None:
    told(
        water.post(water.fact(occurred_at="2099-01-01T00:00:00+08:00")),
        422,
        "OCCURRED_IN_FUTURE",
        "/occurred_at",
    )


def test_the_platforms_own_facts_are_not_taken_from_an_agency(water: Sender) -> None:
    told(water.post(water.fact(type="FactRouted")), 403, "PLATFORM_FACT", "/type")


def test_a_fact_from_one_who_may_not_state_it_is_refused_with_a_receipt(water: Sender) -> None:
    """Departments and streets transfer clues; a court does not."""
    court = replace(water, agency=COURT)
    answer = court.post(court.fact())
    problem = told(answer, 403, "NOT_YOUR_FACT", "/agency")
    assert problem["rule"].startswith("clue-transfer@")
    receipt = court.receipt(problem["event_id"])
    assert receipt.status_code == 200
    assert (receipt.json()["status"], receipt.json()["problem"]["code"]) == ("refused", "NOT_YOUR_FACT")
    assert water.outcome(problem["event_id"]) == ""


def test_a_fact_on_a_matter_that_another_agency_holds_is_refused(water: Sender) -> None:
    """Only the receiver signs for a clue."""
    health = replace(water, agency=HEALTH)
    answer = health.post(health.fact("ClueReceived", matter=water.opened()))
    told(answer, 403, "NOT_YOUR_MATTER", "/agency")


def test_a_state_that_does_not_allow_it_is_refused_with_a_receipt(water: Sender) -> None:
    """A clue that was signed for is not signed for again."""
    matter = water.opened()
    town = replace(water, agency=TOWN)
    assert town.post(town.fact("ClueReceived", matter=matter)).status_code == 200
    answer = town.post(town.fact("ClueReceived", matter=matter))
    problem = told(answer, 409, "STATE_DOES_NOT_ALLOW", answer.json()["field"])
    assert town.receipt(problem["event_id"]).json()["status"] == "refused"


def test_a_fact_about_no_matter_is_refused(water: Sender) -> None:
    day = datetime.fromisoformat(water.now()).date()
    matter = make_matter_id("XS", WATER, day, 999_999)
    town = replace(water, agency=TOWN)
    answer = town.post(town.fact("ClueReceived", matter=matter))
    assert answer.status_code in {404, 409, 422}
    told(answer, answer.status_code, "NO_SUCH_MATTER", answer.json()["field"])


def test_other_content_under_an_event_id_is_refused_and_the_first_receipt_stands(water: Sender) -> None:
    first = water.post(water.fact()).json()
    fact = water.fact(event_id=first["event_id"], matter=first["matter"])
    fact["data"]["urgency"] = "P0"
    told(water.post(fact), 409, "CONTENT_DIFFERS", "/event_id")
    assert water.receipt(first["event_id"]).json() == first


def test_the_same_content_again_gives_the_same_receipt(water: Sender) -> None:
    fact = water.fact()
    first = water.post(fact | {"event_id": _event_id(water)})
    again = water.post(fact | {"event_id": first.json()["event_id"]})
    assert again.json() == first.json()


def test_a_batch_with_one_bad_line_admits_the_others(water: Sender) -> None:
    good = json.dumps(water.fact())
    answer = httpx.post(
        f"{water.stack.gateway_url}/v1/facts?wait=20",
        content=f"{good}\n{{\n{good}",
        headers={
            "Authorization": f"Bearer {water.stack.tokens[WATER]}",
            "Content-Type": "application/x-ndjson",
        },
        timeout=60,
    )
    assert answer.status_code == 207
    results = answer.json()["results"]
    assert [each["status"] for each in results] == [200, 400, 200]
    assert results[1]["problem"]["code"] == "MALFORMED_JSON"
    assert [each["decided"]["status"] for each in (results[0], results[2])] == ["admitted", "admitted"]


# Written to Kafka by one who holds a key.


@dataclass(frozen=True)
class Written:
    """A record for `inbound` as a door would make it, to be spoilt by a test."""

    matter: str
    event_id: str
    value: bytes
    headers: list[tuple[str, bytes]]
    partition: int


def written(water: Sender, spoil: Any = None, value: bytes | None = None) -> Written:
    """A well-stamped clue; ``spoil`` changes its record, ``value`` stands in for its bytes."""
    day = datetime.fromisoformat(water.now()).date()
    matter = make_matter_id("XS", WATER, day, 600_000 + secrets.randbelow(300_000))
    event_id = _event_id(water)
    if value is None:
        record = _record(water, matter, event_id)
        if spoil is not None:
            spoil(record)
        value = CODEC.encode("ClueTransferred", record)
    ring = keyring.load(water.stack.settings("gateway").keys)
    envelope = Envelope(Kind.FACT, matter.encode(), value, WATER, matter, event_id)
    return Written(
        matter,
        event_id,
        value,
        stamp(envelope, INBOUND, ring.door),
        partition_of(matter.encode(), PARTITIONS),
    )


def _event_id(water: Sender) -> str:
    now = int(datetime.fromisoformat(water.now()).timestamp()) * 1_000_000
    return make_event_id(now, secrets.token_bytes(10))


def _record(water: Sender, matter: str, event_id: str) -> dict[str, Any]:
    now = int(datetime.fromisoformat(water.now()).timestamp()) * 1_000_000
    meta = {
        "event_id": event_id,
        "matter": matter,
        "occurred_at": now,
        "agency": WATER,
        "role": "FIELD_UNIT",
        "region": "310120101",
        "scope": "DISTRICT",
        "sensitivity": "L2",
        "correlation_id": matter,
    }
    place = {"adcode6": "310120", "township_code9": "310120101", "address_text": "南桥镇环城东路"}
    letter = {"doc_no": "沪奉水务移〔2026〕第12号", "doc_type": "TRANSFER_LETTER", "signed": True}
    return {
        "meta": meta,
        "transfer_doc": letter,
        "domain_code": "04",
        "location": place,
        "jurisdiction_claim": "CLEAR",
    }


def write(
    stack: StackHandle, record: Written, partition: int | None = None, key: bytes | None = None
) -> None:
    asyncio.run(_write(stack, record, record.partition if partition is None else partition, key))


async def _write(stack: StackHandle, record: Written, partition: int, key: bytes | None) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka, acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(
            INBOUND,
            key=key or record.matter.encode(),
            value=record.value,
            partition=partition,
            headers=record.headers,
            timestamp_ms=await _now_of(stack),
        )
    finally:
        await producer.stop()


async def _now_of(stack: StackHandle) -> int:
    connection = await asyncpg.connect(stack.dsn("admin"))
    try:
        return int(await connection.fetchval("select simulated_now from stack.identity")) // 1000
    finally:
        await connection.close()


def dead_letters(stack: StackHandle, value: bytes) -> list[str]:
    """The reasons under which a value lies among the dead letters."""
    found = asyncio.run(_dead(stack))
    return [dict(each.headers)["reason"].decode() for each in found if each.value == value]


async def _dead(stack: StackHandle) -> list[ConsumerRecord]:
    reader = AIOKafkaConsumer(bootstrap_servers=stack.kafka, group_id=None, isolation_level="read_committed")
    await reader.start()
    try:
        partitions = [TopicPartition(DEADLETTERS, number) for number in range(PARTITIONS)]
        reader.assign(partitions)
        await reader.seek_to_beginning()
        ends = await reader.end_offsets(partitions)
        found: list[ConsumerRecord] = []
        while any([await reader.position(each) < ends[each] for each in partitions]):
            for records in (await reader.getmany(timeout_ms=500)).values():
                found += records
        return found
    finally:
        await reader.stop()


def becomes_dead(water: Sender, record: Written, reason: str) -> None:
    """It lies among the dead letters for that reason, once, and its event id was not touched."""
    wait_until(f"a dead letter {reason}", lambda: dead_letters(water.stack, record.value) != [])
    assert dead_letters(water.stack, record.value) == [reason]
    assert water.outcome(record.event_id) == ""


def test_what_a_holder_of_a_key_writes_himself_is_admitted_like_any_other(water: Sender) -> None:
    record = written(water)
    write(water.stack, record)
    assert water.receipt(record.event_id).json()["status"] == "admitted"


@pytest.mark.parametrize("value", [b"", b"\x00", b"\x01rubbish", b"\x00\x00\x00\x00\x01rubbish"])
def test_broken_avro_under_a_good_stamp_is_refused_with_a_receipt(value: bytes, water: Sender) -> None:
    known = CODEC.encode("ClueTransferred", _record(water, "m", "e"))[:5]
    record = written(water, value=known + value[5:] if len(value) > 5 else value)
    write(water.stack, record)
    receipt = water.receipt(record.event_id).json()
    assert receipt["status"] == "refused"
    assert receipt["problem"]["code"] == "UNDECODABLE"
    assert receipt["problem"]["remedy"]


def test_u_0000_in_avro_is_refused_with_a_receipt(water: Sender) -> None:
    record = written(water, lambda fact: fact["location"].update(address_text="南桥\x00镇"))
    write(water.stack, record)
    problem = water.receipt(record.event_id).json()["problem"]
    assert (problem["code"], problem["field"]) == ("CONTROL_CHARACTER", "/data/location/address_text")


def test_one_who_signs_for_another_in_the_content_is_refused(water: Sender) -> None:
    record = written(water, lambda fact: fact["meta"].update(agency=TOWN))
    write(water.stack, record)
    assert water.receipt(record.event_id).json()["problem"]["code"] == "AGENCY_MISMATCH"


def test_a_wrong_stamp_becomes_a_dead_letter(water: Sender) -> None:
    record = written(water)
    changed = [(n, v if n != "stamp" else bytes(32)) for n, v in record.headers]
    spoilt = replace(record, headers=changed)
    write(water.stack, spoilt)
    becomes_dead(water, spoilt, "BAD_STAMP")


def test_a_record_without_a_stamp_becomes_a_dead_letter(water: Sender) -> None:
    spoilt = replace(written(water), headers=[])
    write(water.stack, spoilt)
    becomes_dead(water, spoilt, "STAMP_MISSING")


def test_a_wrong_partition_becomes_a_dead_letter(water: Sender) -> None:
    record = written(water)
    write(water.stack, record, partition=(record.partition + 1) % PARTITIONS)
    becomes_dead(water, record, "WRONG_PARTITION")


def test_a_key_that_is_not_the_matter_becomes_a_dead_letter(water: Sender) -> None:
    record = written(water)
    ring = keyring.load(water.stack.settings("gateway").keys)
    other = b"XS-another"
    envelope = Envelope(Kind.FACT, other, record.value, WATER, record.matter, record.event_id)
    spoilt = replace(record, headers=stamp(envelope, INBOUND, ring.door))
    write(water.stack, spoilt, partition=partition_of(other, PARTITIONS), key=other)
    becomes_dead(water, spoilt, "WRONG_KEY")


def test_an_unknown_schema_holds_its_matter_alone_until_it_is_mended(water: Sender) -> None:
    record = written(water, value=b"\x00\x7f\xff\xff\xff" + b"of a later release")
    write(water.stack, record)
    wait_until("a waiting receipt", lambda: water.outcome(record.event_id) == "waiting")
    directory = ["--dir", str(water.stack.directory)]
    listed = CliRunner().invoke(liandong, ["parked", "show", record.matter, *directory])
    assert "UNKNOWN_SCHEMA" in listed.output
    offset = _offset(water.stack, record)
    skip = ["parked", "skip", record.matter, str(offset), "--why", "试验记录", *directory]
    assert CliRunner().invoke(liandong, skip).exit_code == 0
    wait_until("the skip told", lambda: water.outcome(record.event_id) == "skipped")


def _offset(stack: StackHandle, record: Written) -> int:
    return asyncio.run(_offset_of(stack, record))


async def _offset_of(stack: StackHandle, record: Written) -> int:
    connection = await asyncpg.connect(stack.dsn("admin"))
    try:
        query = "select inbound_offset from door.receipt where event_id = $1"
        return int(await connection.fetchval(query, record.event_id))
    finally:
        await connection.close()
