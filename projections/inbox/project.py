"""The inbox: what each agency has to do or to know, set out anew for every matter that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backbone.queries import load_queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backbone.database import Connection

SQL = load_queries("projections.inbox", "queries.sql")


async def project(connection: Connection, matters: Sequence[str]) -> None:
    """Set out the inbox rows of these matters from their cards and clocks, which must be folded before."""
    if matters:
        await connection.execute(SQL["clear_inbox"], matters)
        await connection.execute(SQL["fill_inbox"], matters)
