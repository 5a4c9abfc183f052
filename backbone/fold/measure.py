"""What a folder cannot see from where it stands: where the logs end, and whether its database went back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backbone.broker import open_logs
from backbone.fold.engine import START, Position, read_positions
from backbone.remedy import remedy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aiokafka import TopicPartition

    from backbone.database import Pool
    from backbone.settings import Settings

__all__ = ["DatabaseWentBack", "ends_of", "require_kept"]


class DatabaseWentBack(Exception):
    """The database has forgotten what it had committed: a replica took over, or a backup was restored.

    It is an old one then, and is folded forward from where it stands.
    """


async def ends_of(settings: Settings, logs: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
    """Ask where logs end, on a connection of its own: a reader that has stalled knows nothing of it.

    Raises BrokerAway.
    """
    async with open_logs(settings) as broker:
        return {each: end for each, (_, end) in (await broker.bounds(logs)).items()}


async def require_kept(pool: Pool, fold: str, known: Mapping[TopicPartition, Position]) -> None:
    """Verify that the database still knows of positions that were committed.

    Raises DatabaseWentBack, and what the database raises.
    """
    async with pool.acquire() as connection:
        found = await read_positions(connection, fold)
    if any(found.get(each.partition, START).number < before.number for each, before in known.items()):
        raise DatabaseWentBack(f"{fold}: {remedy(DatabaseWentBack)}")
