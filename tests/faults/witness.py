"""A stack that is hurt while agencies work, and the proof afterwards that nothing was lost or doubled."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from backbone.broker import consumer, open_logs
from backbone.database import open_pool
from backbone.keyring import load as load_keys
from backbone.records import decode_ledger
from backbone.stack import read_identity
from deploy.replaying import replay
from deploy.simulation import NotSettled, open_driver
from deploy.verify import verify
from schemas.codec import CODEC
from schemas.topics import LEDGER
from tests.faults.load import LANES, Load

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from aiokafka.structs import ConsumerRecord

    from backbone.keyring import KeyRing
    from backbone.records import LedgerRecord
    from backbone.settings import Settings
    from deploy.embedded.testing import StackHandle
    from deploy.simulation import Driver
    from deploy.verify import Verdict

PARTITIONS = 6
SETTLING = 3
"""How often a stack is asked to settle, a minute each, before it counts as stuck."""


@dataclass
class Witness:
    """Knows every fact that the door of one stack has acknowledged, and every blow that the stack took."""

    stack: StackHandle
    say: Callable[[str], None]
    acknowledged: set[str] = field(default_factory=set)
    blows: list[str] = field(default_factory=list)
    skipped: set[str] = field(default_factory=set)

    @property
    def settings(self) -> Settings:
        return self.stack.settings().model_copy(update={"database": self.stack.dsn("admin")})

    @property
    def ring(self) -> KeyRing:
        return load_keys(self.settings.keys)

    def load(self, lanes: int = LANES) -> Load:
        return Load(self.stack, self.acknowledged, lanes)

    async def kill(self, name: str) -> None:
        """Kill a process with SIGKILL and wait until the supervisor has another one ready in its place."""
        self.blows.append(f"kill -9 {name}")
        pid = self.stack.kill(name)
        await self.running(name, instead_of=pid)

    async def running(self, name: str, instead_of: int | None = None) -> None:
        await asyncio.to_thread(partial(self.stack.wait_running, name, instead_of=instead_of))

    @asynccontextmanager
    async def driver(self) -> AsyncIterator[Driver]:
        """Open the driver of this stack: it knows when nothing is left to do, and moves simulated time."""
        settings = self.settings
        pool = await open_pool(settings, application="liandong-witness", size=2)
        try:
            async with pool.acquire() as connection:
                identity = await read_identity(connection)
            driver = await open_driver(settings, pool, self.ring, identity.partitions)
            try:
                yield driver
            finally:
                await driver.sender.stop()
        finally:
            await pool.close()

    async def settle(self) -> None:
        """Wait until every process runs and nothing is left to do. Raises NotSettled."""
        for name in ("kafka", "postgres", "gateway", "worker", "projector", "feeds", "console"):
            await self.running(name)
        async with self.driver() as driver:
            for attempt in range(1, SETTLING + 1):
                try:
                    return await driver.settle()
                except NotSettled:
                    if attempt == SETTLING:
                        raise
        return None

    async def prove(self) -> Verdict:
        """Settle, and prove that every acknowledged fact was decided once and that all folds agree.

        Every fact is stated in its turn, so that none may have been refused, nor wait but what was skipped.
        """
        await self.settle()
        verdict = await verify(self.settings, self.stack.dsn("admin"), sorted(self.acknowledged))
        self.say(
            f"{verdict.facts} facts, {verdict.records} ledger records, {len(self.blows)} blows"
            f" ({', '.join(self.blows) or 'none'})"
        )
        assert verdict.failures == ()
        assert verdict.refused == 0, await self.refusals()
        again = await replay(self.settings, self.stack.dsn("admin"))
        assert [str(each) for each in again.differences] == []
        assert verdict.held == len(self.skipped)
        return verdict

    async def refusals(self) -> list[str]:
        """Tell of every refusal in the ledger what was refused, and why."""
        told = [CODEC.decode(r.value).record for r in await self.ledger() if r.seal.matter.kind == "REFUSED"]
        return [f"{t['refused_type']} {t['meta']['matter']}: {t['code']} {t['detail_en']}" for t in told]

    async def ledger(self) -> list[LedgerRecord]:
        """Read every committed record of the ledger, partition by partition."""
        return [decode_ledger(record) for record in await self.read(LEDGER)]

    async def read(self, topic: str) -> list[ConsumerRecord]:
        """Read every committed record of a topic, partition by partition."""

        logs = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        async with open_logs(self.settings) as asked:
            bounds = await asked.bounds(logs)
        reader = await consumer(self.settings, client_id="liandong-witness")
        found: list[ConsumerRecord] = []
        try:
            for each in logs:
                reader.assign([each])
                reader.seek(each, bounds[each][0])
                while await reader.position(each) < bounds[each][1]:
                    found += (await reader.getmany(each, timeout_ms=200)).get(each, [])
        finally:
            await reader.stop()
        return found
