"""Two workers: one leaves, or is stopped and returns as a zombie. A partition has one writer all the same."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from tests.faults.second_worker import second_worker

if TYPE_CHECKING:
    from tests.faults.witness import Witness

FENCED = {"ProducerFenced", "InterfaceError", "ConnectionDoesNotExistError", "Overtaken"}
"""By the broker; or by the claimant, who ends the database session that a stopped fold holds open."""


def ends(witness: Witness) -> list[dict[str, Any]]:
    """Give every line in which the supervised worker said why it ended itself."""
    log = witness.stack.directory / "logs" / "worker.log"
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line["event"] == "worker_ends"]


async def test_of_two_workers_one_leaves_and_the_other_goes_on_without_a_restart(witness: Witness) -> None:
    async with witness.load() as load:
        await load.more(100)
        with second_worker(witness.stack) as second:
            await asyncio.to_thread(second.wait_ready)
            await load.more(150)
            witness.blows.append("SIGTERM worker-2")
            assert await asyncio.to_thread(second.leave) == 0
        await witness.running("worker")
        await load.more(100)
    await witness.prove()
    assert witness.stack.part("worker").restarts == 0
    assert ends(witness) == []


async def test_a_worker_stopped_longer_than_its_session_returns_fenced_and_ends(witness: Witness) -> None:
    before = len(ends(witness))
    async with witness.load() as load:
        await load.more(150)
        zombie = witness.stack.stop("worker")
        witness.blows.append("SIGSTOP worker")
        with second_worker(witness.stack) as second:
            # It can own a partition only when the broker has given the stopped one up.
            await asyncio.to_thread(second.wait_ready)
            await load.more(100)
            witness.stack.resume("worker")
            witness.blows.append("SIGCONT worker")
            await witness.running("worker", instead_of=zombie)
            assert FENCED.issuperset(line["error"] for line in ends(witness)[before:])
            assert len(ends(witness)) == before + 1
            await load.more(50)
            witness.blows.append("SIGTERM worker-2")
            assert await asyncio.to_thread(second.leave) == 0
        await load.more(50)
    await witness.prove()
