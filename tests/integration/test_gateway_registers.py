"""An agency that was registered after the release is known at the door once its marker is in the ledger."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from backbone.database import open_pool
from backbone.records import LedgerRecord
from producers.gateway.checks import Doorway, check
from producers.gateway.receipts import ReceiptFold
from producers.gateway.registers import Registers
from producers.testing import SPEAKERS, submission
from schemas.agencies import PLATFORM
from schemas.codec import CODEC
from schemas.identifiers import make_event_id
from schemas.seal import Seal, SealKind, SealMatter, SealPartition

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from backbone.database import Pool
    from deploy.embedded.testing import StackHandle
    from producers.testing import GatewayProcess

AT = 1_788_832_800_000_000
WATER = "310120-ZG04"


@pytest.fixture
async def pool(bare_stack: StackHandle) -> AsyncIterator[Pool]:
    opened = await open_pool(bare_stack.settings("gateway"), application="test-registers", size=2)
    try:
        yield opened
    finally:
        await opened.close()


def marker(partition: int, seq: int, code: str) -> LedgerRecord:
    """What the owner of a partition appends when the registration of an agency takes effect there."""
    data = {"code": code, "slug": f"fx-{code.lower()}", "township_code9": None}
    doorway = Doorway(SPEAKERS["AgencyRegistered"], AT, simulated=True)
    draft = check(
        submission("AgencyRegistered", data=data), make_event_id(AT, secrets.token_bytes(10)), doorway
    )
    record: dict[str, Any] = {
        "marker": "AGENCIES",
        "seq": seq,
        "rulebook": "",
        "calendar_version": 0,
        "agencies_version": 0,
        "content": CODEC.encode(draft.name, draft.record),
    }
    seal = SealMatter(
        matter="",
        seq=0,
        received_at=AT,
        kind=SealKind.MARKER,
        fact_type="Marker",
        event_id="a-marker",
        agency=PLATFORM,
    )
    value = CODEC.encode("Marker", record)
    place = SealPartition(0, partition, secrets.randbelow(2**40), last=True, hash=b"h" * 32)
    return LedgerRecord(partition, 0, b"", value, Seal(seal, place))


async def fold(pool: Pool, partition: int, *records: LedgerRecord) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await ReceiptFold().apply(connection, partition, records)


async def test_every_partition_tells_the_door_of_an_agency_and_it_joins_once(pool: Pool) -> None:
    registers = Registers(pool)
    before = await registers.current()
    seq, code, other = await beyond(pool), new_code(before), "310120-JD98"
    for partition in (4, 1, 4):
        await fold(pool, partition, marker(partition, seq, code))
    assert code in await registers.current()
    assert len(await registers.current()) == len(before) + 1
    await fold(pool, 2, marker(2, seq + 1, other))
    assert {code, other} <= {agency.code for agency in await registers.current()}
    assert {code, other} <= {agency.code for agency in await Registers(pool).current()}
    assert await Registers(pool).current() == await registers.current()


async def test_an_agency_that_registers_again_is_changed_and_not_doubled(pool: Pool) -> None:
    registers = Registers(pool)
    before = await registers.current()
    seq, code = await beyond(pool), new_code(before)
    await fold(pool, 3, marker(3, seq, code))
    first = await registers.current()
    await fold(pool, 3, marker(3, seq + 1, code))
    again = await registers.current()
    assert [each.code for each in again] == [each.code for each in first]
    assert (len(again), again.version) == (len(before) + 1, first.version + 1)


async def test_a_registered_agency_may_be_addressed_and_named_at_the_running_door(
    pool: Pool, gateway: GatewayProcess, bare_stack: StackHandle
) -> None:
    code = new_code(await Registers(pool).current())
    named = submission("ClueForwarded", data={"assigned_agency": code}, addressed_to=[code])
    with gateway.client(bare_stack.tokens[SPEAKERS["ClueForwarded"]]) as client:
        answer = client.post("/v1/facts", json=named)
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert {each["field"] for each in answer.json()["errors"]} == {
            "/addressed_to/0",
            "/data/assigned_agency",
        }
        await fold(pool, 0, marker(0, await beyond(pool), code))
        assert client.post("/v1/facts", json=named).status_code == httpx.codes.ACCEPTED


async def beyond(pool: Pool) -> int:
    """A number that no marker of this stack has yet."""
    return int(await pool.fetchval("select coalesce(max(seq), 0) + 1 from door.agency"))


def new_code(register: Any) -> str:
    """A code that nobody in the register has."""
    return next(code for n in range(40, 97) if (code := f"310120-JD{n:02}") not in register)
