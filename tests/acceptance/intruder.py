"""A stranger on the broker who writes past every door, and what everybody else sees of it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import httpx

from backbone.database import connect
from processors.parked import MendOrder, list_parked, mend
from schemas.identifiers import make_event_id, make_matter_id
from schemas.partition import partition_of
from schemas.topics import DEADLETTERS
from tests.faults.clues import Clue, at, micros
from tests.faults.raw_records import (
    PARTITIONS,
    Raw,
    envelope,
    stamped,
    write,
)

if TYPE_CHECKING:
    from datetime import datetime

    from schemas.envelope import Envelope, StampKey
    from tests.faults.witness import Witness

WATER, NANQIAO = "310120-ZG04", "310120-JD11"
FIRST = at("2026-09-08 10:00")
LARGE = 900 * 1024
# Serials of our own, far from those that the door gives to the matters of other tests.
SERIALS = count(700_001)


@dataclass
class Intruder:
    """A stranger on the broker, and what everybody else sees of his doings."""

    witness: Witness
    now: datetime

    @property
    def key(self) -> StampKey:
        return self.witness.ring.door

    def matter(self, partition: int | None = None) -> str:
        """Give the id of a matter that nobody has used, in this partition if one is named."""
        while True:
            matter = make_matter_id("XS", WATER, FIRST.date(), next(SERIALS))
            if partition in {None, partition_of(matter.encode(), PARTITIONS)}:
                return matter

    def fact(self, value: bytes, agency: str = WATER, matter: str | None = None) -> Envelope:
        """Give the envelope of a fact of a new matter, with an event id of its own."""
        event_id = make_event_id(micros(self.now), secrets.token_bytes(10))
        return envelope(matter or self.matter(), agency, event_id, value)

    def stamped(self, said: Envelope) -> Raw:
        return stamped(said, self.key, timestamp=self.timestamp)

    @property
    def timestamp(self) -> int:
        return micros(self.now) // 1000

    async def write(self, raw: Raw) -> int:
        """Write it, wait until nothing is left to do, and show that its neighbours are decided."""
        offset = await write(self.witness.settings, raw)
        await self.decide_a_neighbour(raw.partition)
        async with self.witness.driver() as driver:
            await driver.settle()
        return offset

    async def decide_a_neighbour(self, partition: int) -> None:
        clue = Clue(WATER, "310120101")
        opening = clue.opening(self.now, self.matter(partition))
        answer = await self.ask("POST", "/v1/facts?wait=30", WATER, opening.body)
        assert (answer.status_code, answer.json()["status"]) == (200, "admitted")

    async def receipt(self, said: Envelope) -> dict[str, Any]:
        answer = await self.ask("GET", f"/v1/receipts/{said.event_id}", said.agency)
        found: dict[str, Any] = answer.json()
        return found

    async def ask(self, method: str, path: str, agency: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.witness.stack.tokens[agency]}"}
        async with httpx.AsyncClient(base_url=self.witness.stack.gateway_url, timeout=60) as client:
            return await client.request(method, path, json=body, headers=headers)

    async def dead_letter(self, raw: Raw, offset: int) -> str | None:
        """Give the reason for which the record was set aside, exactly as it came; None if it was not."""
        for found in await self.witness.read(DEADLETTERS):
            headers = dict(found.headers)
            place = (headers["inbound-partition"], headers["inbound-offset"])
            if place == (str(raw.partition).encode(), str(offset).encode()):
                assert (found.key, found.value) == (raw.key, raw.value)
                assert list(found.headers[: len(raw.headers)]) == list(raw.headers)
                return str(headers["reason"], "utf-8")
        return None

    async def waiting(self, matter: str) -> list[tuple[str, int]]:
        """Give reason and size of what waits for a mend of this matter."""
        connection = await connect(self.witness.stack.dsn("admin"), application="liandong-test")
        try:
            return [(each.reason, len(each.value)) for each in await list_parked(connection, matter)]
        finally:
            await connection.close()

    async def skip(self, matter: str, offset: int) -> None:
        """Heal what was held, as an operator does."""
        given = MendOrder(matter, "SKIP", "test", "written by a stranger", micros(self.now), offset)
        witness = self.witness
        await mend(witness.settings, witness.ring.backbone, PARTITIONS, given, self.timestamp)
        async with witness.driver() as driver:
            await driver.settle()
        assert await self.waiting(matter) == []
