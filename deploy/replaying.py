"""A replay of the running stack's ledger: its own input decided again from nothing, the chains compared."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from backbone.broker import open_logs
from backbone.database import connect
from backbone.stack import read_identity
from deploy.verify.reading import read_records
from processors.owner.append import GROUP, Mark
from processors.replay import differences
from processors.worker import make_base
from schemas.topics import INBOUND

if TYPE_CHECKING:
    from collections.abc import Callable

    from backbone.records import LedgerRecord
    from backbone.settings import Settings
    from processors.replay import Difference


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay found: how many records and matters were compared, and where chains differ."""

    records: int
    chained: int
    matters: int
    differences: tuple[Difference, ...]


async def replay(
    settings: Settings, dsn: str, progress: Callable[[int, int], None] = lambda _at, _of: None
) -> Replayed:
    """Decide the ledger's input again, with the editions that the settings name. Call it when all is settled.

    `dsn` must see every row: an administrator's. Raises BrokerAway, DatabaseAway, BrokenPack, PackMissing.
    """
    connection = await connect(dsn, application="liandong-replay")
    try:
        identity = await read_identity(connection)
    finally:
        await connection.close()
    records: defaultdict[int, list[LedgerRecord]] = defaultdict(list)
    async for record in read_records(settings, identity.partitions, progress):
        records[record.partition].append(record)
    places = [TopicPartition(INBOUND, number) for number in range(identity.partitions)]
    async with open_logs(settings) as logs:
        positions = await logs.committed(GROUP, places)
    until = {each.partition: Mark.load(found.metadata).received_at for each, found in positions.items()}
    base = make_base(settings, simulated=identity.simulated)
    found: list[Difference] = []
    for partition, of_partition in sorted(records.items()):
        found += differences(of_partition, base, until.get(partition, 0))
    chained = [r for of in records.values() for r in of if r.seal.matter.seq]
    return Replayed(
        records=sum(map(len, records.values())),
        chained=len(chained),
        matters=len({r.seal.matter.matter for r in chained}),
        differences=tuple(found),
    )
