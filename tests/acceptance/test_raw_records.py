"""Records written to `inbound` past every door: each is set aside, refused or held, and keeps nobody waiting.

Who has Kafka's address can write anything; who has a door's key can stamp anything. After each such record a
good fact of another matter in the same partition is decided, and the ledger is as sound as before.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from aiokafka.errors import MessageSizeTooLargeError

from deploy.verify import verify
from schemas.agencies import PLATFORM
from schemas.codec import CODEC
from schemas.envelope import Envelope, Kind
from schemas.topics import DEADLETTERS
from tests.acceptance.intruder import FIRST, LARGE, NANQIAO, Intruder
from tests.faults.clues import micros
from tests.faults.raw_records import (
    PARTITIONS,
    Raw,
    forged,
    header,
    of_unknown_schema,
    write,
)
from tests.faults.witness import Witness

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from deploy.embedded.testing import StackHandle


@pytest.fixture
async def intruder(stack: StackHandle) -> Intruder:
    witness = Witness(stack, lambda _: None)
    async with httpx.AsyncClient(base_url=stack.gateway_url) as client:
        told = await client.get("/v1/clock")
    if told.status_code == httpx.codes.OK:
        return Intruder(witness, datetime.fromisoformat(told.json()["now"]))
    async with witness.driver() as driver:
        await driver.advance(FIRST)
    return Intruder(witness, FIRST)


@pytest.fixture(autouse=True)
async def sound(intruder: Intruder) -> AsyncIterator[None]:
    """After each test the ledger, the owner's tables, receipts and views agree."""
    yield
    await intruder.witness.settle()
    verdict = await verify(intruder.witness.settings, intruder.witness.stack.dsn("admin"))
    assert verdict.failures == ()


def good(intruder: Intruder) -> Raw:
    """Give a record that only lacks what a test takes from it."""
    return intruder.stamped(intruder.fact(b"\0bytes of any kind"))


def without_stamp(intruder: Intruder) -> Raw:
    return replace(good(intruder), headers=[])


def broken_bytes_without_stamp(intruder: Intruder) -> Raw:
    return Raw(b"\xff\xfe", bytes(range(256)), [], 3, intruder.timestamp)


def large_without_stamp(intruder: Intruder) -> Raw:
    return Raw(b"large", secrets.token_bytes(LARGE), [], 4, intruder.timestamp)


def of_an_unknown_kind(intruder: Intruder) -> Raw:
    return header(good(intruder), "kind", b"rumour")


def under_an_unknown_key(intruder: Intruder) -> Raw:
    return header(good(intruder), "stamp-key", b"door-99")


def with_a_wrong_stamp(intruder: Intruder) -> Raw:
    return header(good(intruder), "stamp", bytes(32))


def with_other_content_under_a_good_stamp(intruder: Intruder) -> Raw:
    return replace(good(intruder), value=b"\0bytes of another kind")


def for_another_agency_under_a_good_stamp(intruder: Intruder) -> Raw:
    return header(good(intruder), "agency", NANQIAO.encode())


def with_a_header_twice(intruder: Intruder) -> Raw:
    raw = good(intruder)
    return replace(raw, headers=[*raw.headers, ("agency", NANQIAO.encode())])


def under_another_key_than_its_matter(intruder: Intruder) -> Raw:
    said = intruder.fact(b"\0bytes of any kind")
    return intruder.stamped(replace(said, key=intruder.matter().encode()))


def in_another_partition_than_its_key(intruder: Intruder) -> Raw:
    raw = good(intruder)
    return replace(raw, partition=(raw.partition + 1) % PARTITIONS)


def with_nul_in_an_id(intruder: Intruder) -> Raw:
    return intruder.stamped(replace(intruder.fact(b"\0bytes"), event_id="0199\x00aaaa"))


def with_nul_in_the_matter(intruder: Intruder) -> Raw:
    return intruder.stamped(intruder.fact(b"\0bytes", matter="XS-310120-ZG04\x00-000123"))


def a_tick_stamped_by_a_door(intruder: Intruder) -> Raw:
    value = CODEC.encode("Tick", {"at": micros(intruder.now + timedelta(days=365))})
    said = Envelope(Kind.TICK, b"tick", value, PLATFORM, "", "", partition=2)
    return forged(said, intruder.key, timestamp=intruder.timestamp)


SET_ASIDE: list[tuple[Callable[[Intruder], Raw], str]] = [
    (without_stamp, "STAMP_MISSING"),
    (broken_bytes_without_stamp, "STAMP_MISSING"),
    (large_without_stamp, "STAMP_MISSING"),
    (of_an_unknown_kind, "UNKNOWN_KIND"),
    (under_an_unknown_key, "STAMP_KEY_UNKNOWN"),
    (with_a_wrong_stamp, "BAD_STAMP"),
    (with_other_content_under_a_good_stamp, "BAD_STAMP"),
    (for_another_agency_under_a_good_stamp, "BAD_STAMP"),
    (with_a_header_twice, "BAD_STAMP"),
    (under_another_key_than_its_matter, "WRONG_KEY"),
    (in_another_partition_than_its_key, "WRONG_PARTITION"),
    (with_nul_in_an_id, "WRONG_KEY"),
    (with_nul_in_the_matter, "WRONG_KEY"),
    (a_tick_stamped_by_a_door, "STAMP_KEY_FACTS_ONLY"),
]


@pytest.mark.parametrize(("made", "reason"), SET_ASIDE, ids=[made.__name__ for made, _ in SET_ASIDE])
async def test_a_record_that_nobody_vouches_for_is_set_aside_raw_with_the_reason(
    intruder: Intruder, made: Callable[[Intruder], Raw], reason: str
) -> None:
    raw = made(intruder)
    offset = await intruder.write(raw)
    assert await intruder.dead_letter(raw, offset) == reason


async def test_a_record_without_a_value_is_set_aside(intruder: Intruder) -> None:
    raw = replace(good(intruder), value=None)
    offset = await intruder.write(raw)
    letters = [dict(each.headers) for each in await intruder.witness.read(DEADLETTERS)]
    place = {
        "inbound-partition": str(raw.partition).encode(),
        "inbound-offset": str(offset).encode(),
        "reason": b"NO_VALUE",
    }
    assert any(place.items() <= letter.items() for letter in letters)


def undecodable(_: Intruder, __: Envelope) -> bytes:
    return b"these bytes are no record"


def truncated(intruder: Intruder, said: Envelope) -> bytes:
    return a_platform_fact(intruder, said)[:-3]


def followed_by_more(intruder: Intruder, said: Envelope) -> bytes:
    return a_platform_fact(intruder, said) + b"\0"


def large(_: Intruder, __: Envelope) -> bytes:
    return b"\x01" * LARGE


def a_platform_fact(intruder: Intruder, said: Envelope) -> bytes:
    meta = {
        "event_id": said.event_id,
        "matter": said.matter,
        "cause": "",
        "rule": "PN-01@1",
        "citation": None,
        "correlation_id": said.matter,
    }
    instant = micros(intruder.now)
    return CODEC.encode(
        "DeadlineMet",
        {
            "meta": meta,
            "clock": "any",
            "rule": "PN-01@1",
            "name_zh": "线索核查",
            "met_at": instant,
            "due": instant,
            "due_date": "2026-09-29",
        },
    )


REFUSED: list[tuple[Callable[[Intruder, Envelope], bytes], str]] = [
    (undecodable, "UNDECODABLE"),
    (truncated, "UNDECODABLE"),
    (followed_by_more, "UNDECODABLE"),
    (large, "UNDECODABLE"),
    (a_platform_fact, "PLATFORM_FACT"),
]


@pytest.mark.parametrize(("made", "code"), REFUSED, ids=[made.__name__ for made, _ in REFUSED])
async def test_what_a_door_vouches_for_and_should_not_is_refused_with_a_receipt(
    intruder: Intruder, made: Callable[[Intruder, Envelope], bytes], code: str
) -> None:
    said = intruder.fact(b"")
    said = replace(said, value=made(intruder, said))
    raw = intruder.stamped(said)
    offset = await intruder.write(raw)
    told = await intruder.receipt(said)
    assert (told["status"], told["problem"]["code"]) == ("refused", code)
    assert told["problem"]["remedy"]
    assert told["problem"]["remedy_en"]
    assert await intruder.dead_letter(raw, offset) is None


@pytest.mark.parametrize("size", [20, LARGE], ids=["small", "900 KB"])
async def test_a_fact_of_an_unknown_schema_holds_its_matter_and_no_other(
    intruder: Intruder, size: int
) -> None:
    said = intruder.fact(of_unknown_schema(secrets.token_bytes(size)))
    offset = await intruder.write(intruder.stamped(said))
    try:
        told = await intruder.receipt(said)
        assert (told["status"], told["waiting"]["code"]) == ("waiting", "UNKNOWN_SCHEMA")
        assert await intruder.waiting(said.matter) == [("UNKNOWN_SCHEMA", len(said.value))]
    finally:
        await intruder.skip(said.matter, offset)
    assert (await intruder.receipt(said))["status"] == "skipped"


async def test_nothing_larger_than_the_topic_allows_comes_in_at_all(intruder: Intruder) -> None:
    raw = replace(good(intruder), value=secrets.token_bytes(1024 * 1024))
    with pytest.raises(MessageSizeTooLargeError):
        await write(intruder.witness.settings, raw)
