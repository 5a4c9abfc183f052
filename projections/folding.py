"""All views as ONE fold: each record is decoded once; rows of all tables and the position commit together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from projections.clocks import project as clocks
from projections.digest import project as digest
from projections.inbox import project as inbox
from projections.matters import project as matters
from projections.timeline import project as timeline
from projections.told import tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backbone.database import Connection
    from backbone.records import LedgerRecord

NAME: Final = "views"


class ViewsFold:
    """The fold of the views; writes into the schema of the connection's search path."""

    name = NAME

    async def apply(self, connection: Connection, partition: int, records: Sequence[LedgerRecord]) -> None:
        """Write the rows of a batch, table by table. Raises what codec and database raise."""
        del partition
        told = tell(records)
        if not told:
            return
        changed = await matters.project(connection, told)
        await clocks.project(connection, told)
        await timeline.project(connection, told)
        await digest.project(connection, told)
        # The inbox is set out from the rows above, so it comes last.
        await inbox.project(connection, changed)
