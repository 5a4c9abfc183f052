"""In simulated time: an alarm is not missed while its worker is down, and a poison fact is mended."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

import httpx
import pytest

from backbone.database import connect
from processors.parked import MendOrder, list_parked, mend
from producers.testing import submission
from schemas.codec import CODEC
from schemas.identifiers import make_matter_id
from tests.faults.clues import DEPARTMENTS, TOWNS, Clue, Statement, at, micros, unused_event_id
from tests.faults.raw_records import PARTITIONS, envelope, of_unknown_schema, stamped, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tests.faults.witness import Witness

SIMULATED = True

TRANSFERRED = at("2026-09-08 10:00")
# One working day to sign for a clue: Wednesday the 9th, so that the 10th is the first instant too late.
SIGN_DUE = at("2026-09-10 00:00")
# 住房和城乡建设行政处罚程序规定 第十五条、第四十五条: 15 working days. By the State Council's calendar for
# 2026 the 20th is worked and the 25th to the 27th are 中秋节: 9-11, 14-18, 20-24, 28, 29 September.
VERIFY_DUE = at("2026-09-30 00:00")
LATER = at("2026-10-12 09:00")


async def state(witness: Witness, statements: Sequence[Statement], wait: int = 20) -> list[dict[str, Any]]:
    """State facts through the door, one after another, and give the receipts."""
    receipts = []
    async with httpx.AsyncClient(base_url=witness.stack.gateway_url, timeout=wait + 20) as client:
        for statement in statements:
            headers = {"Authorization": f"Bearer {witness.stack.tokens[statement.agency]}"}
            answer = await client.post(f"/v1/facts?wait={wait}", json=statement.body, headers=headers)
            assert answer.status_code in {200, 202}, answer.text
            witness.acknowledged.add(statement.event_id)
            receipts.append(answer.json())
    return receipts


async def receipt(witness: Witness, statement: Statement) -> dict[str, Any]:
    """Ask for the receipt of a fact that was stated before."""
    async with httpx.AsyncClient(base_url=witness.stack.gateway_url, timeout=40) as client:
        headers = {"Authorization": f"Bearer {witness.stack.tokens[statement.agency]}"}
        answer = await client.get(f"/v1/receipts/{statement.event_id}?wait=20", headers=headers)
        assert answer.status_code == httpx.codes.OK, answer.text
        found: dict[str, Any] = answer.json()
        return found


async def breaches(witness: Witness) -> Counter[tuple[str, int, int]]:
    """Count breaches by clock, instant at which it was due, and instant that the fact bears."""
    return Counter(
        (said["clock"], said["due"], record.seal.matter.received_at)
        for record in await witness.ledger()
        if record.seal.matter.fact_type == "DeadlineBreached"
        for said in [CODEC.decode(record.value).record]
    )


async def test_every_clock_is_breached_once_at_its_instant_though_the_worker_was_down(
    witness: Witness,
) -> None:
    clues = [Clue(each, town) for each in DEPARTMENTS for town in TOWNS]
    async with witness.driver() as driver:
        await driver.advance(TRANSFERRED)
        receipts = await state(witness, [clue.opening(TRANSFERRED) for clue in clues])
        clocks = {(each["clock"], each["rule"]) for told in receipts for each in told["clocks"]}
        assert len(clocks) == 2 * len(clues)
        for instant in (SIGN_DUE, VERIFY_DUE):
            witness.blows.append("kill -9 worker")
            dead = witness.stack.kill("worker")
            await driver.advance(instant)
            await witness.running("worker", instead_of=dead)
    due = {"FX-01-SIGN@1": micros(SIGN_DUE), "PN-01@1": micros(VERIFY_DUE)}
    assert await breaches(witness) == {(clock, due[rule], due[rule]): 1 for clock, rule in clocks}
    verdict = await witness.prove()
    assert verdict.clocks == {"BREACHED": 2 * len(clues)}


async def order(
    witness: Witness, now: datetime, matter: str, action: Literal["SKIP", "REPLAY"], offset: int | None
) -> None:
    """Mend a matter as an operator does, and wait until the mend has been decided."""
    given = MendOrder(matter, action, "test", "a later release is installed", micros(now), offset)
    await mend(witness.settings, witness.ring.backbone, PARTITIONS, given, micros(now) // 1000)
    async with witness.driver() as driver:
        await driver.settle()


async def waiting(witness: Witness, matter: str) -> list[tuple[str, str]]:
    """Give event id and reason of what waits for a mend, in its order."""
    connection = await connect(witness.stack.dsn("admin"), application="liandong-test")
    try:
        return [(each.event_id, each.reason) for each in await list_parked(connection, matter)]
    finally:
        await connection.close()


@pytest.mark.parametrize("killed", [False, True], ids=["running", "killed"])
async def test_a_poison_fact_holds_its_matter_alone_until_it_is_mended(
    witness: Witness, *, killed: bool
) -> None:
    async with witness.driver() as driver:
        await driver.advance(LATER)
    clue = Clue("310120-ZG08" if killed else "310120-ZG05", "310120101")
    matter = make_matter_id("XS", clue.department, LATER.date(), 123)
    opening, received, verified, fed_back = (clue.opening(LATER, matter), *clue.later(matter, LATER))
    assert [told["status"] for told in await state(witness, [opening, received])] == ["admitted"] * 2

    poison = envelope(matter, clue.department, unused_event_id(LATER, killed), of_unknown_schema())
    raw = stamped(poison, witness.ring.door, timestamp=micros(LATER) // 1000)
    offset = await write(witness.settings, raw)
    if killed:
        witness.blows.append("kill -9 worker")
        dead = witness.stack.kill("worker")
        await witness.running("worker", instead_of=dead)
    told = await state(witness, [verified, fed_back], wait=5)
    assert [each["status"] for each in told] == ["waiting"] * 2
    others = [Clue(each, "310120102").opening(LATER) for each in DEPARTMENTS]
    assert {each["status"] for each in await state(witness, others)} == {"admitted"}
    held = [(poison.event_id, "UNKNOWN_SCHEMA"), *((s.event_id, "BEHIND_HELD") for s in (verified, fed_back))]
    assert await waiting(witness, matter) == held

    # Replayed on a worker that still does not know the schema, it waits as it did.
    await order(witness, LATER, matter, "REPLAY", None)
    assert await waiting(witness, matter) == held
    await order(witness, LATER, matter, "SKIP", offset)
    assert await waiting(witness, matter) == []
    told = await asyncio.gather(*(receipt(witness, each) for each in (verified, fed_back)))
    assert [each["status"] for each in told] == ["admitted"] * 2
    assert told[0]["seq"] < told[1]["seq"]
    witness.skipped.add(poison.event_id)
    await witness.prove()


async def test_a_replay_decides_what_waited_in_the_order_it_came(witness: Witness) -> None:
    async with witness.driver() as driver:
        await driver.advance(LATER)
    clue = Clue("310120-ZG09", "310120104", complete=False)
    matter = make_matter_id("XS", clue.department, LATER.date(), 123)
    statements = [clue.opening(LATER, matter), *clue.later(matter, LATER)]
    poison = envelope(matter, clue.department, unused_event_id(LATER, 11), of_unknown_schema())
    raw = stamped(poison, witness.ring.door, timestamp=micros(LATER) // 1000)
    offset = await write(witness.settings, raw)
    told = await state(witness, statements, wait=1)
    assert {each.get("status", "waiting") for each in told} == {"waiting"}

    await order(witness, LATER, matter, "SKIP", offset)
    decided = await asyncio.gather(*(receipt(witness, each) for each in statements))
    assert [each["status"] for each in decided] == ["admitted"] * len(statements)
    assert [each["seq"] for each in decided] == sorted(each["seq"] for each in decided)
    witness.skipped.add(poison.event_id)
    await witness.prove()


async def test_a_mend_that_meets_another_poison_goes_on_from_it_and_misses_no_calendar(
    witness: Witness,
) -> None:
    """What is skipped first does not lose what fails next; days published meanwhile are counted."""
    december = at("2026-12-14 09:00")
    async with witness.driver() as driver:
        await driver.advance(december)
    clue = Clue("310120-ZG10", "310120106")
    matter = make_matter_id("XS", clue.department, december.date(), 123)
    opening, received, verified, _ = (clue.opening(december, matter), *clue.later(matter, december))
    told = await state(witness, [opening])
    # 15 working days from Tuesday the 15th; that New Year's Day is one is law, the rest is not settled yet.
    assert [c["due_date"] for c in told[0]["clocks"] if c["rule"] == "PN-01@1"] == ["2027-01-05"]

    offsets = []
    for number, statement in enumerate((received, verified)):
        poison = envelope(
            matter, clue.department, unused_event_id(december, 20 + number), of_unknown_schema()
        )
        raw = stamped(poison, witness.ring.door, timestamp=micros(december) // 1000)
        offsets.append(await write(witness.settings, raw))
        witness.skipped.add(poison.event_id)
        await state(witness, [statement], wait=1)
    await settle_2027(witness, december)
    await order(witness, december, matter, "SKIP", offsets[0])
    assert [reason for _, reason in await waiting(witness, matter)] == ["UNKNOWN_SCHEMA", "BEHIND_HELD"]
    await order(witness, december, matter, "SKIP", offsets[1])
    assert await waiting(witness, matter) == []
    decided = await asyncio.gather(*(receipt(witness, each) for each in (received, verified)))
    assert [each["status"] for each in decided] == ["admitted"] * 2
    recounted = [
        said["due_date"]
        for record in await witness.ledger()
        for said in [CODEC.decode(record.value).record]
        if (record.seal.matter.matter, record.seal.matter.fact_type) == (matter, "DeadlineRecalculated")
        and said["rule"] == "PN-01@1"
    ]
    assert recounted == ["2027-01-06"]
    await witness.prove()


async def settle_2027(witness: Witness, now: datetime) -> None:
    """Publish a notice for 2027, made up: January 4 is a holiday too."""
    days = [{"date": day, "name": "元旦"} for day in ("2027-01-01", "2027-01-04")]
    body = submission("WorkCalendarPublished", data={"holidays": days})
    body |= {"occurred_at": now.isoformat(), "event_id": unused_event_id(now, 30)}
    published = Statement("310120-GV01", body)
    assert [each["status"] for each in await state(witness, [published])] == ["admitted"]
