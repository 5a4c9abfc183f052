"""The partitions this worker owns: claimed at each assignment, released at each revocation."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from backbone.log import logger
from processors.owner import metrics
from processors.owner.partition import Means, OwnedPartition
from processors.owner.takeover import claim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from processors.owner.arrival import Raw

log = logger(__name__)

GRACE_SECONDS = 10.0
"""How long a batch in hand may take to end when its partition is revoked; then it is cut, and the next
owner's claim aborts it.
"""


class Ownership:
    """The set of owned partitions. `fatal` is called once, with what ends the process."""

    def __init__(self, means: Means, fatal: Callable[[BaseException], None]) -> None:
        self.means = means
        self.owned: dict[int, OwnedPartition] = {}
        self._fatal = fatal
        self._claims = 0
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._lock = asyncio.Lock()
        self._assigned: frozenset[int] | None = None

    async def assign(self, partitions: Iterable[int]) -> dict[int, int]:
        """Own exactly these partitions; give the next offset of `inbound` for each.

        Asked again for what it owns already, it only says where each partition goes on reading.
        """
        async with self._lock:
            wanted = frozenset(partitions)
            if self._assigned != wanted:
                await self._release()
                await self._claim_all(wanted)
                self._assigned = wanted
            return {number: owned.intake.expected for number, owned in self.owned.items()}

    async def release(self) -> None:
        """Give up all partitions, after the batches in hand."""
        async with self._lock:
            await self._release()

    def fail(self, error: BaseException) -> None:
        """End the process for this reason."""
        self._fatal(error)

    def offer(self, partition: int, raw: Raw) -> None:
        """Hand a record to its partition; a record of a partition that is not owned is dropped."""
        owned = self.owned.get(partition)
        if owned is not None:
            owned.offer(raw)

    @property
    def ready(self) -> bool:
        """Whether an assignment arrived and every owned partition has caught up."""
        return self._assigned is not None and all(p.ready for p in self.owned.values())

    def pending(self) -> bool:
        """Whether any owned partition has records that are not decided, or is still catching up."""
        return any(not p.ready or p.intake.waiting for p in self.owned.values())

    def progress(self) -> int:
        """Give a number that moves while anything is decided or taken over."""
        return self._claims + sum(p.moved for p in self.owned.values())

    async def _claim_all(self, wanted: frozenset[int]) -> None:
        with metrics.TAKEOVER_SECONDS.time():
            outcomes = await asyncio.gather(
                *(claim(self.means.settings, number) for number in sorted(wanted)), return_exceptions=True
            )
        failed = [o for o in outcomes if isinstance(o, BaseException)]
        claims = [o for o in outcomes if not isinstance(o, BaseException)]
        if failed:
            await asyncio.gather(*(c.producer.stop() for c in claims), return_exceptions=True)
            raise failed[0]
        self._claims += 1
        for one in claims:
            partition = OwnedPartition(self.means, one)
            self.owned[one.partition] = partition
            self._tasks[one.partition] = asyncio.create_task(self._run(partition))
            metrics.TAKEOVERS.labels(str(one.partition)).inc()
        log.info("partitions_claimed", partitions=sorted(wanted))

    async def _run(self, partition: OwnedPartition) -> None:
        try:
            await partition.run()
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            log.exception("partition_failed", partition=partition.number)
            self._fatal(error)

    async def _release(self) -> None:
        self._assigned = None
        if not self.owned:
            return
        owned, tasks = dict(self.owned), dict(self._tasks)
        self.owned.clear()
        self._tasks.clear()
        for partition in owned.values():
            partition.stop()
        await asyncio.wait(tasks.values(), timeout=GRACE_SECONDS)
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        await asyncio.gather(*(p.close() for p in owned.values()), return_exceptions=True)
        log.info("partitions_released", partitions=sorted(owned))
