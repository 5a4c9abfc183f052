"""The broker and the database die under load: every process finds its way back, and nothing was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.faults.witness import Witness


@pytest.mark.parametrize("name", ["postgres", "kafka"])
async def test_what_every_process_leans_on_is_killed_and_everything_recovers(
    witness: Witness, name: str
) -> None:
    async with witness.load() as load:
        for facts in (150, 100):
            await witness.running("worker")
            await load.more(facts)
            await witness.kill(name)
        await load.more(100)
    await witness.prove()
