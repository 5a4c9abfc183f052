"""Reading the views as an agency: each question is one read-only transaction under that agency's role."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backbone.queries import load_queries
from schemas.errors import Code, Refused
from schemas.seal import sm3

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from backbone.database import Connection, Pool

SQL = load_queries("projections.api", "queries.sql")


@dataclass(frozen=True, slots=True)
class AsOf:
    """How far the views are folded: the last received_at (microseconds, 0 before the first)."""

    received_at: int


class Views:
    """The views behind a pool that is logged in as the API's role and may become every agency's."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._roles: dict[str, str] = {}

    async def agency_of(self, token: str) -> str | None:
        """The agency that a token stands for; None for one that is unknown, expired or revoked."""
        return await self.agency_of_hash(sm3(token.encode()))

    async def agency_of_hash(self, token_hash: bytes) -> str | None:
        """The agency of a token that is known by its SM3 alone."""
        agency: str | None = await self._pool.fetchval(SQL["agency_of_token"], token_hash)
        return agency

    @asynccontextmanager
    async def as_agency(self, agency: str) -> AsyncIterator[Connection]:
        """Give a connection that sees what this agency may see, as one snapshot.

        Raises Refused(NOT_PERMITTED) for an agency without a role in this stack.
        """
        role = await self.role_of(agency)
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            await connection.execute(SQL["become"], role)
            yield connection

    async def check(self) -> bool:
        """Whether the views can be read; raises what the driver raises if not."""
        return await self._pool.fetchval(SQL["check"]) is not None

    async def role_of(self, agency: str) -> str:
        """The database role that stands for an agency; raises Refused(NOT_PERMITTED) if there is none."""
        if agency not in self._roles:
            role = await self._pool.fetchval(SQL["role_of_agency"], agency)
            if role is None:
                raise Refused(
                    Code.NOT_PERMITTED,
                    detail_zh=f"机关 {agency} 在本系统中没有查询权限。",
                    detail_en=f"Agency {agency} has no reading role in this stack.",
                )
            self._roles[agency] = role
        return self._roles[agency]


async def as_of(connection: Connection) -> AsOf:
    """How far the data is folded that this connection sees."""
    return AsOf(await connection.fetchval(SQL["as_of"]) or 0)
