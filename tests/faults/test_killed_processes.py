"""Kill -9 in mid-batch: nothing lost, nothing doubled, no gap, and every view equals the fold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.faults.witness import Witness


async def test_a_worker_killed_again_and_again_loses_nothing_and_doubles_nothing(witness: Witness) -> None:
    async with witness.load() as load:
        for facts in (150, 60, 90):
            await load.more(facts)
            await witness.kill("worker")
        await load.more(50)
    await witness.prove()


@pytest.mark.parametrize("name", ["projector", "gateway"])
async def test_what_folds_the_ledger_is_killed_and_goes_on_where_its_rows_are(
    witness: Witness, name: str
) -> None:
    async with witness.load() as load:
        for facts in (150, 70, 110):
            await load.more(facts)
            await witness.kill(name)
        await load.more(50)
    await witness.prove()
    assert load.repeats > 0 or name == "projector"
