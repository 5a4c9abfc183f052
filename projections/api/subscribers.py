"""Who reads feeds over HTTP at this moment: so many at once, and each told in our words what went wrong."""

from __future__ import annotations

from contextlib import asynccontextmanager
from enum import Enum
from typing import TYPE_CHECKING

from aiokafka.errors import KafkaError

from backbone.broker import BrokerAway
from backbone.log import logger
from projections.feeds.subscription import CursorGone, Reached, Subscription
from schemas.errors import Code, Refused

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

    from backbone.settings import Settings
    from schemas.feeds import Feed

log = logger(__name__)


class Room(Enum):
    """How many may read at once in one way, in one process: each holds a connection to the broker."""

    PULL = 8
    STREAM = 4


class Subscribers:
    """Opens subscriptions within the room that there is; `stopping` ends those that wait."""

    def __init__(self, settings: Settings, stopping: asyncio.Event) -> None:
        self._settings = settings
        self._taken = dict.fromkeys(Room, 0)
        self.stopping = stopping

    def reading(self, room: Room) -> int:
        """How many read in this way now."""
        return self._taken[room]

    @asynccontextmanager
    async def subscribed(self, feed: Feed, after: Reached | None, room: Room) -> AsyncIterator[Subscription]:
        """Give a subscription that is closed at the end.

        Raises Refused: BUSY when there is no room, CURSOR_GONE, UNAVAILABLE when the broker is away.
        """
        if self._taken[room] >= room.value:
            raise Refused(
                Code.BUSY,
                detail_zh=f"同时读取共享流的连接已达上限（{room.value}）。",
                detail_en=f"There are already {room.value} connections that read feeds.",
            )
        self._taken[room] += 1
        try:
            subscription = await Subscription.begin(self._settings, feed, after)
            try:
                yield subscription
            finally:
                await subscription.close()
        except CursorGone as error:
            raise Refused(Code.CURSOR_GONE, field="/cursor") from error
        except (BrokerAway, KafkaError) as error:
            log.warning("feed_unreadable", feed=feed.name, error=type(error).__name__, detail=str(error))
            raise Refused(
                Code.UNAVAILABLE,
                detail_zh="共享流暂时无法读取，稍后用同一游标再读。",
                detail_en="The feed cannot be read now; ask again later with the same cursor.",
            ) from error
        finally:
            self._taken[room] -= 1
