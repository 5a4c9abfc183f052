"""Receipts are a fold of the ledger: whole or not seen, whatever way the records are cut into batches."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import pytest

from backbone.database import open_pool
from backbone.records import LedgerRecord
from producers.gateway.history import History, Place, write_cursor
from producers.gateway.receipts import ReceiptFold, Receipts
from producers.gateway.sealing import Sealed
from schemas.codec import CODEC
from schemas.seal import Seal, SealKind, SealMatter, SealPartition, sm3

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from backbone.database import Pool
    from deploy.embedded.testing import StackHandle

WATER = "310120-ZG04"
PARTITION = 5
AT = 1_788_832_800_204_000


class Ledger:
    """Writes the records that an owner would, for one fact of one matter at one place in `inbound`."""

    def __init__(self, value: bytes = b"value") -> None:
        self.event_id = f"01a07ebe-5d00-7{secrets.token_hex(2)[1:]}-8000-{secrets.token_hex(6)}"
        self.matter = f"XS-310120-ZG04-{secrets.token_hex(5).upper()}-0"
        self.place = secrets.randbelow(2**40)
        self.value = value

    def record(
        self, kind: SealKind, fact: str, value: bytes, *, last: bool = False, **seal: Any
    ) -> LedgerRecord:
        common: dict[str, Any] = {
            "matter": self.matter,
            "seq": 0,
            "received_at": AT,
            "kind": kind,
            "fact_type": fact,
        }
        named: dict[str, Any] = (
            {"event_id": "derived", "cause": self.event_id, "agency": "000000-PT01"} | common | seal
        )
        place = SealPartition(0, PARTITION, self.place, last, b"h" * 32)
        return LedgerRecord(PARTITION, 0, self.matter.encode(), value, Seal(SealMatter(**named), place))

    def admitted(self, *, last: bool = False) -> LedgerRecord:
        own = {"event_id": self.event_id, "cause": "", "agency": WATER, "seq": 7}
        return self.record(SealKind.ADMITTED, "ClueReceived", self.value, last=last, **own)

    def derived(
        self, fact: str, body: dict[str, Any], *, last: bool = False, cause: str | None = None
    ) -> LedgerRecord:
        value = CODEC.encode(fact, {"meta": self.meta(), **body})
        return self.record(SealKind.DERIVED, fact, value, last=last, cause=cause or self.event_id)

    def routed(self, *, last: bool = False) -> LedgerRecord:
        body = {"to": "310120-JD11", "cc": [], "why_zh": "违法行为发生地街镇", "why_en": "there"}
        return self.derived(
            "FactRouted", body | {"differs": False, "runners_up": [], "verified": True}, last=last
        )

    def met(self, *, last: bool = False, cause: str | None = None) -> LedgerRecord:
        body = {"clock": "c", "rule": "PN-01@1", "name_zh": "线索核查", "met_at": AT, "due": AT}
        return self.derived("DeadlineMet", body | {"due_date": "2026-09-29"}, last=last, cause=cause)

    def refused(self, value: bytes) -> LedgerRecord:
        words = dict.fromkeys(("title_zh", "detail_zh", "detail_en", "remedy_zh", "remedy_en"), "说明")
        body = {"refused_event": self.event_id, "refused_type": "ClueReceived", "agency": WATER}
        told = {"code": "CONTENT_DIFFERS", "field": "/meta/event_id", "content_hash": sm3(value)}
        encoded = CODEC.encode("FactRefused", {"meta": self.meta(), **body, **words, **told})
        return self.record(SealKind.REFUSED, "FactRefused", encoded, last=True)

    def held(self) -> LedgerRecord:
        body = {"held_event": self.event_id, "agency": WATER, "kind": "fact", "reason_code": "RULE_FAILED"}
        told = {"detail": "x", "value": self.value, "stamp_key": "door-1"}
        encoded = CODEC.encode("FactHeld", {"meta": self.meta(), **body, **told})
        return self.record(SealKind.HELD, "FactHeld", encoded, last=True)

    def skipped(self) -> LedgerRecord:
        body = {"action": "SKIP", "offset": self.place, "who": "值班员", "why": "重复报送", "remaining": 0}
        # A mend is a record of its own, and comes into `inbound` after what it mends.
        self.place += 1
        return self.record(
            SealKind.MEND, "Mend", CODEC.encode("Mend", {"meta": self.meta(), **body}), last=True, cause=""
        )

    def meta(self) -> dict[str, Any]:
        return {
            "event_id": "derived",
            "matter": self.matter,
            "cause": self.event_id,
            "rule": "R-10@1",
            "citation": None,
            "correlation_id": self.matter,
        }

    def sealed(self, value: bytes | None = None) -> Sealed:
        content = self.value if value is None else value
        return Sealed(WATER, self.matter, self.event_id, PARTITION, content, [], sm3(content))


@pytest.fixture
async def pool(bare_stack: StackHandle) -> AsyncIterator[Pool]:
    opened = await open_pool(bare_stack.settings("gateway"), application="test-receipts", size=2)
    try:
        yield opened
    finally:
        await opened.close()


async def fold(pool: Pool, *batches: list[LedgerRecord]) -> None:
    for batch in batches:
        async with pool.acquire() as connection, connection.transaction():
            await ReceiptFold().apply(connection, PARTITION, batch)


async def test_a_receipt_is_not_seen_before_its_cause_is_complete(pool: Pool) -> None:
    ledger = Ledger()
    await fold(pool, [ledger.admitted()])
    assert await Receipts(pool).first(WATER, ledger.event_id) is None
    await fold(pool, [ledger.routed()])
    assert await Receipts(pool).first(WATER, ledger.event_id) is None
    await fold(pool, [ledger.met(last=True)])
    found = await Receipts(pool).first(WATER, ledger.event_id)
    assert found is not None
    assert (found["status"], found["seq"], found["matter"]) == ("admitted", 7, ledger.matter)
    assert found["received_at"] == "2026-09-08T10:00:00.204+08:00"
    assert found["routed"]["to"] == ["310120-JD11"]
    assert found["routed"]["rule"] == "R-10@1"
    assert [(each["rule"], each["state"]) for each in found["clocks"]] == [("PN-01@1", "met")]


@pytest.mark.parametrize("cut", [0, 1, 2, 3])
async def test_however_the_records_are_cut_the_receipt_is_the_same(cut: int, pool: Pool) -> None:
    ledger = Ledger()
    records = [ledger.admitted(), ledger.routed(), ledger.met(last=True)]
    await fold(pool, *[batch for batch in (records[:cut], records[cut:]) if batch])
    whole = await Receipts(pool).first(WATER, ledger.event_id)
    assert whole is not None
    assert (whole["status"], whole["routed"]["why"], len(whole["clocks"])) == (
        "admitted",
        "违法行为发生地街镇",
        1,
    )


async def test_an_alarm_that_fired_before_the_fact_completes_nothing_of_it(pool: Pool) -> None:
    ledger = Ledger()
    await fold(pool, [ledger.met(last=True, cause="a-clock"), ledger.admitted()])
    assert await Receipts(pool).first(WATER, ledger.event_id) is None
    await fold(pool, [ledger.routed(last=True)])
    found = await Receipts(pool).first(WATER, ledger.event_id)
    assert found is not None
    assert found["clocks"] == []


async def test_nobody_sees_the_receipt_of_another_agency(pool: Pool) -> None:
    ledger = Ledger()
    await fold(pool, [ledger.admitted(last=True)])
    assert await Receipts(pool).first("310120-JD11", ledger.event_id) is None


async def test_other_content_under_the_id_is_refused_without_touching_the_first_receipt(pool: Pool) -> None:
    ledger = Ledger()
    await fold(pool, [ledger.admitted(last=True)])
    receipts = Receipts(pool)
    before = await receipts.first(WATER, ledger.event_id)
    await fold(pool, [ledger.refused(b"other")])
    assert await receipts.first(WATER, ledger.event_id) == before
    assert await receipts.of(ledger.sealed()) == before
    other = await receipts.of(ledger.sealed(b"other"))
    assert other is not None
    assert other["status"] == "refused"
    assert (other["problem"]["status"], other["problem"]["field"]) == (409, "/event_id")


async def test_a_held_fact_waits_and_gets_its_receipt_after_the_mend(pool: Pool) -> None:
    ledger = Ledger()
    await fold(pool, [ledger.held()])
    receipts = Receipts(pool)
    waiting = await receipts.first(WATER, ledger.event_id)
    assert waiting is not None
    assert (waiting["status"], waiting["waiting"]["code"]) == ("waiting", "RULE_FAILED")
    await fold(pool, [ledger.held()], [ledger.admitted(), ledger.routed(last=True)])
    found = await receipts.first(WATER, ledger.event_id)
    assert found is not None
    assert found["status"] == "admitted"
    assert "waiting" not in found


async def test_a_skipped_fact_says_who_set_it_aside_and_why(pool: Pool) -> None:
    ledger = Ledger()
    await fold(pool, [ledger.held(), ledger.skipped()])
    found = await Receipts(pool).first(WATER, ledger.event_id)
    assert found is not None
    assert (found["status"], found["skipped"]["why"]) == ("skipped", "重复报送")


async def test_who_reads_in_order_hears_again_of_a_fact_that_was_skipped_meanwhile(pool: Pool) -> None:
    ledger, history = Ledger(), History(pool)
    ledger.place += 2**40  # behind every place that another test chose
    place = "insert into door.fold_position values ('receipts', $1, 0, 0, 0, 0) on conflict do nothing"
    await pool.execute(place, PARTITION)
    before = write_cursor({PARTITION: Place(ledger.place - 1, "", b"")})
    await fold(pool, [ledger.held()])
    waiting = await history.after(WATER, before, 0)
    assert [each["status"] for each in of(ledger, waiting)] == ["waiting"]
    await fold(pool, [ledger.skipped()])
    heard = await history.after(WATER, waiting["cursor"], 0)
    assert [each["status"] for each in of(ledger, heard)] == ["skipped"]
    assert of(ledger, await history.after(WATER, heard["cursor"], 0)) == []


def of(ledger: Ledger, page: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in page["receipts"] if each["event_id"] == ledger.event_id]


async def test_ids_that_postgresql_cannot_hold_do_not_stop_the_fold(pool: Pool) -> None:
    ledger = Ledger()
    ledger.event_id = "nul\x00" + ledger.event_id
    await fold(pool, [ledger.refused(b"x")])


async def test_who_waits_is_woken_by_the_fold(pool: Pool) -> None:
    ledger = Ledger()
    receipts = Receipts(pool)
    record = ledger.admitted(last=True)
    with receipts.listening(ledger.event_id) as bell:
        assert await receipts.wait(bell, lambda: receipts.of(ledger.sealed()), 0) is None
        await fold(pool, [record])
        await receipts.wake([record])
        assert bell.is_set()
        assert await receipts.wait(bell, lambda: receipts.of(ledger.sealed()), 30) is not None


async def test_who_waits_is_answered_at_once_when_the_door_closes(pool: Pool) -> None:
    ledger = Ledger()
    receipts = Receipts(pool)
    with receipts.listening(ledger.event_id) as bell:
        receipts.close()
        assert await receipts.wait(bell, lambda: receipts.of(ledger.sealed()), 3600) is None
