"""Faust's part, by the safe recipe: it brings the records and the assignment, nothing else.

The position is ours, from our own transactions; what Faust commits to its own group is for lag tools only.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

import faust
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from backbone.log import logger
from processors.owner.arrival import Raw
from schemas.topics import INBOUND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backbone.settings import Settings
    from processors.owner.ownership import Ownership

log = logger(__name__)

SESSION_SECONDS = 6.0
REBALANCE_SECONDS = 10.0
HEARTBEAT_SECONDS = 1.0


class OwnerConsumer(driver.Consumer):  # type: ignore[misc]
    """Faust's consumer, seeking to the owner's position instead of Faust's."""

    ownership: ClassVar[Ownership]

    _between = False
    """True from a revocation until the assignment that follows it: what Faust seeks in between is not a
    take-over.
    """

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Give the partitions up before the broker gives them to another."""
        self._between = True
        await super().on_partitions_revoked(revoked)
        await self.ownership.release()

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Note that the assignment is known; `perform_seek` follows and takes the partitions over."""
        self._between = False
        await super().on_partitions_assigned(assigned, generation_id)

    async def perform_seek(self) -> None:
        """Take over what is assigned, and seek to where each partition's last transaction ended.

        Raises what prevents the take-over: the worker ends its process. A cancellation by the next rebalance
        is no failure.
        """
        await super().perform_seek()
        if self._between:
            return
        assigned = {tp.partition for tp in self.assignment() if tp.topic == INBOUND}
        positions = await self._take_over(assigned)
        if positions:
            # In the thread that fetches: a seek from ours takes records away under its hands (KeyError in
            # aiokafka's fetcher, which ended the worker at a rebalance).
            await self.seek_wait({TP(INBOUND, partition): offset for partition, offset in positions.items()})

    async def _take_over(self, assigned: Iterable[int]) -> dict[int, int]:
        try:
            return await self.ownership.assign(assigned)
        except asyncio.CancelledError:
            log.info("takeover_cancelled_by_rebalance")
            raise
        except BaseException as error:
            self.ownership.fail(error)
            raise


class OwnerTransport(driver.Transport):  # type: ignore[misc]
    """Faust's transport with our consumer."""

    Consumer: ClassVar[type[OwnerConsumer]] = OwnerConsumer


def make_app(settings: Settings, ownership: Ownership) -> faust.App:
    """Build the Faust app with its one agent. `concurrency=1`, no tables, no sends, nothing declared."""
    OwnerConsumer.ownership = ownership
    app = faust.App(
        id="owners",
        broker=f"kafka://{settings.kafka.replace(',', ';kafka://')}",
        store="memory://",
        autodiscover=False,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=settings.worker_slot or None,
        broker_session_timeout=SESSION_SECONDS,
        broker_heartbeat_interval=HEARTBEAT_SECONDS,
        broker_rebalance_timeout=REBALANCE_SECONDS,
        broker_max_poll_records=2_000,
        stream_wait_empty=True,
        datadir=f"{settings.data}/faust",
    )
    app.transport = OwnerTransport(app.conf.broker, app, app.loop)
    inbound = app.topic(
        INBOUND, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
    )
    app.agent(inbound, concurrency=1)(_dispatcher(ownership))
    return app


def _dispatcher(ownership: Ownership) -> Any:
    async def dispatch(stream: Any) -> None:
        """Hand each record to its partition, in the order the broker gave it."""
        async for event in stream.events():
            message = event.message
            raw = Raw(
                offset=message.offset,
                timestamp=round(message.timestamp * 1000),
                key=message.key,
                value=message.value,
                headers=tuple(message.headers or ()),
            )
            ownership.offer(message.partition, raw)

    return dispatch
