"""The way into `inbound`: an idempotent producer, and no answer before the broker's acknowledgement."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeAlias

from aiokafka.errors import KafkaError

from backbone.broker import BrokerAway, producer
from backbone.log import logger
from schemas.topics import INBOUND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiokafka import AIOKafkaProducer

    from backbone.settings import Settings
    from producers.gateway.sealing import Sealed

log = logger(__name__)

PATIENCE = 15.0
"""Seconds for the broker's acknowledgement; the longest wait seen while a leader was replaced was nine."""


_ANSWER_WITHIN = 2.0


class Unacknowledged(Exception):
    """The broker did not answer in time: the fact may be in or not. Send it again under the same event id."""


Outcome: TypeAlias = "Unacknowledged | None"
Sent: TypeAlias = "asyncio.Future[object] | Unacknowledged"


class Sender:
    """Sends sealed facts in their order. A producer that met a fatal error is replaced by a new one.

    In a simulated stack the record bears the instant of the door's clock, in a real one the broker's.
    """

    def __init__(self, settings: Settings, *, simulated: bool) -> None:
        self._settings = settings
        self._simulated = simulated
        self._producer: Any = None
        self._renewing = asyncio.Lock()

    async def start(self) -> None:
        """Connect. Raises BrokerAway."""
        self._producer = await self._new()

    async def stop(self) -> None:
        """Wait for what is on its way, and disconnect."""
        if self._producer is not None:
            await self._producer.stop()

    async def send(self, facts: Sequence[Sealed], now: int) -> list[Outcome]:
        """Send facts, in this order; for each None when it is acknowledged, or why it is not.

        ``now`` is the instant (microseconds) that records bear in a simulated stack.
        """
        used = self._producer
        if used is None:
            return [Unacknowledged("not connected") for _ in facts]
        timestamp = now // 1000 if self._simulated else None
        sent = [await self._hand_over(used, fact, timestamp) for fact in facts]
        on_their_way = [each for each in sent if isinstance(each, asyncio.Future)]
        if on_their_way:
            await asyncio.wait(on_their_way, timeout=PATIENCE)
        outcomes = [_outcome(each) for each in sent]
        if any(isinstance(outcome, Unacknowledged) for outcome in outcomes):
            await self._renew(used)
        return outcomes

    async def _hand_over(self, used: AIOKafkaProducer, fact: Sealed, timestamp: int | None) -> Sent:
        try:
            async with asyncio.timeout(PATIENCE):
                future: asyncio.Future[object] = await used.send(
                    INBOUND,
                    key=fact.matter.encode(),
                    value=fact.value,
                    partition=fact.partition,
                    headers=fact.headers,
                    timestamp_ms=timestamp,
                )
        except (KafkaError, OSError, TimeoutError) as error:
            return _unacknowledged(error)
        return future

    async def _renew(self, used: AIOKafkaProducer) -> None:
        """Replace a producer that failed: after a fatal error it fails for ever (aiokafka, issue 1017)."""
        async with self._renewing:
            if self._producer is not used:
                return
            try:
                fresh = await self._new()
            except BrokerAway as error:
                log.warning("broker_away", reason=str(error))
                return
            self._producer = fresh
        log.warning("producer_renewed")
        try:
            await asyncio.wait_for(used.stop(), PATIENCE)
        except (KafkaError, OSError, TimeoutError) as error:
            log.warning("producer_not_closed", error=repr(error))

    async def _new(self) -> AIOKafkaProducer:
        made = producer(self._settings, client_id="liandong-door")
        try:
            async with asyncio.timeout(PATIENCE):
                await made.start()
        except (KafkaError, OSError, TimeoutError) as error:
            await made.stop()
            raise BrokerAway.at(self._settings.kafka, error) from error
        return made

    async def obstacle(self) -> str:
        """Why nothing can be sent now; empty when the broker answers a question about its topics."""
        if self._producer is None:
            return "not connected"
        try:
            async with asyncio.timeout(_ANSWER_WITHIN):
                metadata = await self._producer.client.fetch_all_metadata()
        except (KafkaError, OSError, TimeoutError) as error:
            return f"the broker does not answer: {error!r}"
        return "" if INBOUND in metadata.topics() else f"the broker has no topic {INBOUND}"


def _outcome(sent: Sent) -> Outcome:
    if not isinstance(sent, asyncio.Future):
        return sent
    if not sent.done():
        # Left to itself the record is still on its way, and may arrive.
        return Unacknowledged(f"no acknowledgement within {PATIENCE} s")
    error = sent.exception()
    return None if error is None else _unacknowledged(error)


def _unacknowledged(error: BaseException) -> Unacknowledged:
    return Unacknowledged(repr(error))
