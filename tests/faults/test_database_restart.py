"""The database dies under load: every process finds its way back, and nothing was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.witness import Witness


async def test_the_database_is_killed_and_everything_recovers(witness: Witness) -> None:
    async with witness.load() as load:
        for facts in (150, 100):
            await witness.running("worker")
            await load.more(facts)
            await witness.kill("postgres")
        await load.more(100)
    await witness.prove()
