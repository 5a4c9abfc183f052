"""The agencies' own hand at a real door: receipts come in order, and a cursor loses none."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from backbone.database import open_pool
from producers.gateway.history import History
from producers.sdk import Options, Publisher, Refused, Subscriber
from producers.testing import ABSENT, submission

if TYPE_CHECKING:
    from backbone.database import Pool
    from deploy.embedded.testing import StackHandle
    from producers.testing import GatewayProcess

TOKEN = "310120-ZG04"
PUT = """
insert into door.receipt (agency, matter, event_id, content_hash, partition, inbound_offset, outcome,
    complete, fact_type, seq, hash, received_at, parts)
values ($1, 'XS-1', $2, $3, $4, $5, 'admitted', $6, 'ClueReceived', 1, 'h', 1788832800204000, '{}')
"""


async def test_a_fact_is_published_and_a_wrong_one_is_refused_at_a_real_door(
    gateway: GatewayProcess, bare_stack: StackHandle
) -> None:
    async with Publisher(gateway.url, bare_stack.tokens[TOKEN], Options(wait=0)) as door:
        receipt = await door.publish(submission("ClueTransferred"))
        assert receipt.status == "accepted"
        again = await door.publish(submission("ClueTransferred", event_id=receipt.event_id))
        assert again.matter == receipt.matter
        with pytest.raises(Refused) as caught:
            await door.publish(submission("ClueTransferred", data={"domain_code": ABSENT}))
        assert caught.value.problem["field"] == "/data/domain_code"


async def test_a_cursor_that_no_door_gave_is_refused_by_name(
    gateway: GatewayProcess, bare_stack: StackHandle
) -> None:
    async with Subscriber(gateway.url, bare_stack.tokens[TOKEN], "forged", Options(wait=0)) as receipts:
        with pytest.raises(Refused) as caught:
            await receipts.page()
    assert caught.value.problem["field"] == "/after"


async def _put(pool: Pool, agency: str, place: tuple[int, int], *, complete: bool = True) -> None:
    content = secrets.token_bytes(8)
    await pool.execute(PUT, agency, f"e-{place[1]}", content, *place, complete)


async def test_receipts_come_partition_by_partition_each_once_and_never_half_of_one(
    bare_stack: StackHandle,
) -> None:
    agency = f"T-{secrets.token_hex(4)}"
    pool = await open_pool(bare_stack.settings("gateway"), application="test", size=2)
    try:
        await pool.executemany(
            "insert into door.fold_position values ('receipts', $1, 0, 0, 0, 0) on conflict do nothing",
            [(0,), (1,)],
        )
        for offset in (5, 5, 3):
            await _put(pool, agency, (0, offset))
        await _put(pool, agency, (1, 9), complete=False)
        await _put(pool, f"{agency}-another", (1, 8))
        history = History(pool)
        first = await history.after(agency, "", 0)
        assert [each["event_id"] for each in first["receipts"]] == ["e-3", "e-5", "e-5"]
        assert (await history.after(agency, first["cursor"], 0))["receipts"] == []
        await pool.execute("update door.receipt set complete = true where agency = $1", agency)
        second = await history.after(agency, first["cursor"], 0)
        assert [each["event_id"] for each in second["receipts"]] == ["e-9"]
        again = await history.after(agency, "", 0)
        assert [each["event_id"] for each in again["receipts"]] == ["e-3", "e-5", "e-5", "e-9"]
    finally:
        await pool.close()
