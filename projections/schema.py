"""The tables of the views: created where they are missing, or beside the live ones for a rebuild."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backbone.database import Connection

LIVE = "views"
NEXT = "views_next"
TABLES = (
    "fold_position", "matter", "matter_agency", "clocks", "inbox", "timeline", "personal",
    "digest", "digest_case",
)  # fmt: skip
"""All tables; whoever locks several takes them in this order, as the fold does."""

_EXISTS = "select exists (select 1 from pg_namespace where nspname = $1)"
_COMMENT = "comment on schema views is '视图：总账的折叠，供查询。Views: folds of the ledger, to be read.'"


async def install(connection: Connection) -> None:
    """Create schema `views` with its tables and policies where it is missing, and grant what is granted.

    Needs the right to create schemas, the agencies' roles enrolled, and function `stack.role`; runs again
    after each enrolment. Raises what the database raises; nothing is half done.
    """
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtext('projections.schema'))")
        if not await connection.fetchval(_EXISTS, LIVE):
            await connection.execute("create schema views")
            await connection.execute(_COMMENT)
            await _run(connection, LIVE, "schema.sql")
        await _run(connection, LIVE, "analysts.sql")
        await _run(connection, LIVE, "grants.sql")


async def install_beside(connection: Connection) -> None:
    """Create `views_next` with empty tables; what an interrupted rebuild left there goes first."""
    async with connection.transaction():
        await connection.execute("drop schema if exists views_next cascade")
        await connection.execute("create schema views_next")
        await _run(connection, NEXT, "schema.sql")
        await _run(connection, NEXT, "analysts.sql")
        await _run(connection, NEXT, "grants.sql")


async def _run(connection: Connection, schema: str, file: str) -> None:
    await connection.execute("select set_config('search_path', $1, true)", schema)
    await connection.execute((files("projections") / file).read_text(encoding="utf-8"))
