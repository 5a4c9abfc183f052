"""Bad records that one who holds a key writes to Kafka himself: the owner judges them.

Its sender's mistakes get a receipt; what nobody vouches for becomes a dead letter and touches no event id.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from click.testing import CliRunner

from backbone import keyring
from deploy.command import liandong
from deploy.embedded.testing import wait_until
from schemas.codec import CODEC
from schemas.envelope import Envelope, Kind, stamp
from schemas.identifiers import make_event_id, make_matter_id
from schemas.partition import partition_of
from schemas.topics import DEADLETTERS, INBOUND

if TYPE_CHECKING:
    from aiokafka.structs import ConsumerRecord

    from deploy.embedded.testing import StackHandle
    from producers.testing import Agency

WATER = "310120-ZG04"
TOWN = "310120-JD11"
PARTITIONS = 6

pytestmark = pytest.mark.usefixtures("nobody_else_is_held")


@dataclass(frozen=True)
class Written:
    """A record for `inbound` as a door would make it, to be spoilt by a test."""

    matter: str
    event_id: str
    value: bytes
    headers: list[tuple[str, bytes]]
    partition: int


def written(stack: StackHandle, water: Agency, spoil: Any = None, value: bytes | None = None) -> Written:
    """A well-stamped clue; ``spoil`` changes its record, ``value`` stands in for its bytes."""
    day = datetime.fromisoformat(water.now()).date()
    matter = make_matter_id("XS", WATER, day, 600_000 + secrets.randbelow(300_000))
    event_id = _event_id(water)
    if value is None:
        record = _record(water, matter, event_id)
        if spoil is not None:
            spoil(record)
        value = CODEC.encode("ClueTransferred", record)
    ring = keyring.load(stack.settings("gateway").keys)
    envelope = Envelope(Kind.FACT, matter.encode(), value, WATER, matter, event_id)
    return Written(
        matter,
        event_id,
        value,
        stamp(envelope, INBOUND, ring.door),
        partition_of(matter.encode(), PARTITIONS),
    )


def _event_id(water: Agency) -> str:
    now = int(datetime.fromisoformat(water.now()).timestamp()) * 1_000_000
    return make_event_id(now, secrets.token_bytes(10))


def _record(water: Agency, matter: str, event_id: str) -> dict[str, Any]:
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


def becomes_dead(stack: StackHandle, water: Agency, record: Written, reason: str) -> None:
    """It lies among the dead letters for that reason, once, and its event id was not touched."""
    wait_until(f"a dead letter {reason}", lambda: dead_letters(stack, record.value) != [])
    assert dead_letters(stack, record.value) == [reason]
    assert water.outcome(record.event_id) == ""


def test_what_a_holder_of_a_key_writes_himself_is_admitted_like_any_other(
    water: Agency, stack: StackHandle
) -> None:
    record = written(stack, water)
    write(stack, record)
    assert water.receipt(record.event_id).json()["status"] == "admitted"


@pytest.mark.parametrize("value", [b"", b"\x00", b"\x01rubbish", b"\x00\x00\x00\x00\x01rubbish"])
def test_broken_avro_under_a_good_stamp_is_refused_with_a_receipt(
    value: bytes, water: Agency, stack: StackHandle
) -> None:
    known = CODEC.encode("ClueTransferred", _record(water, "m", "e"))[:5]
    record = written(stack, water, value=known + value[5:] if len(value) > 5 else value)
    write(stack, record)
    receipt = water.receipt(record.event_id).json()
    assert receipt["status"] == "refused"
    assert receipt["problem"]["code"] == "UNDECODABLE"
    assert receipt["problem"]["remedy"]


def test_u_0000_in_avro_is_refused_with_a_receipt(water: Agency, stack: StackHandle) -> None:
    record = written(stack, water, lambda fact: fact["location"].update(address_text="南桥\x00镇"))
    write(stack, record)
    problem = water.receipt(record.event_id).json()["problem"]
    assert (problem["code"], problem["field"]) == ("CONTROL_CHARACTER", "/data/location/address_text")


def test_one_who_signs_for_another_in_the_content_is_refused(water: Agency, stack: StackHandle) -> None:
    record = written(stack, water, lambda fact: fact["meta"].update(agency=TOWN))
    write(stack, record)
    assert water.receipt(record.event_id).json()["problem"]["code"] == "AGENCY_MISMATCH"


def test_a_wrong_stamp_becomes_a_dead_letter(water: Agency, stack: StackHandle) -> None:
    record = written(stack, water)
    changed = [(n, v if n != "stamp" else bytes(32)) for n, v in record.headers]
    spoilt = replace(record, headers=changed)
    write(stack, spoilt)
    becomes_dead(stack, water, spoilt, "BAD_STAMP")


def test_a_record_without_a_stamp_becomes_a_dead_letter(water: Agency, stack: StackHandle) -> None:
    spoilt = replace(written(stack, water), headers=[])
    write(stack, spoilt)
    becomes_dead(stack, water, spoilt, "STAMP_MISSING")


def test_a_wrong_partition_becomes_a_dead_letter(water: Agency, stack: StackHandle) -> None:
    record = written(stack, water)
    write(stack, record, partition=(record.partition + 1) % PARTITIONS)
    becomes_dead(stack, water, record, "WRONG_PARTITION")


def test_a_key_that_is_not_the_matter_becomes_a_dead_letter(water: Agency, stack: StackHandle) -> None:
    record = written(stack, water)
    ring = keyring.load(stack.settings("gateway").keys)
    other = b"XS-another"
    envelope = Envelope(Kind.FACT, other, record.value, WATER, record.matter, record.event_id)
    spoilt = replace(record, headers=stamp(envelope, INBOUND, ring.door))
    write(stack, spoilt, partition=partition_of(other, PARTITIONS), key=other)
    becomes_dead(stack, water, spoilt, "WRONG_KEY")


def test_an_unknown_schema_holds_its_matter_alone_until_it_is_mended(
    water: Agency, stack: StackHandle
) -> None:
    record = written(stack, water, value=b"\x00\x7f\xff\xff\xff" + b"of a later release")
    write(stack, record)
    wait_until("a waiting receipt", lambda: water.outcome(record.event_id) == "waiting")
    directory = ["--dir", str(stack.directory)]
    listed = CliRunner().invoke(liandong, ["parked", "show", record.matter, *directory])
    assert "UNKNOWN_SCHEMA" in listed.output
    offset = _offset(stack, record)
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
