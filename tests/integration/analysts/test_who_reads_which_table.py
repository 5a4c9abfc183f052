"""Every table and view with every role, each logged in as itself; and all of it again after a rebuild."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import asyncpg
import pytest

from backbone.database import connect
from projections.rebuild import rebuild
from projections.testing import at

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from backbone.database import Connection
    from deploy.embedded.testing import StackHandle

ROLES: Final = ("310120-JD11", "310120-JD13", "analyst", "api", "door", "worker", "projector")
REFUSED: Final = None
# Rows that each role of ROLES reads: a town that handles one of two clues, a town that has nothing to do with
# either, the analyst, then the processes. The projector writes them all, and only it.
READS: Final[dict[str, tuple[int | None, ...]]] = {
    "matter": (1, 0, 3, REFUSED, REFUSED, REFUSED, 3),
    "clocks": (1, 0, 2, REFUSED, REFUSED, REFUSED, 2),
    "timeline": (3, 0, 7, REFUSED, REFUSED, REFUSED, 7),
    "personal": (2, 0, REFUSED, REFUSED, REFUSED, REFUSED, 4),
    "digest": (0, 0, 1, REFUSED, REFUSED, REFUSED, 1),
    "digest_case": (0, 0, 1, REFUSED, REFUSED, REFUSED, 1),
    "fold_position": (0, 0, 0, 0, 0, 0, 0),
    "data_as_of": (0, 0, 0, 0, 0, 0, 0),
}
# How many rows these have is the inbox's own affair; whose they are is not.
OF_AGENCIES: Final = ("matter_agency", "inbox")
MASKED: Final = {
    "matter": {"about", "place", "held_reason"},
    "matter_agency": set[str](),
    "clocks": {"reason_zh", "extensions"},
    "inbox": {"about", "place"},
    "timeline": {"content", "hidden"},
    "digest": {"digest_no"},
    "digest_case": {"case_no", "decision_no", "party_token", "uscc"},
    "personal": {"matter", "seq", "path", "class", "readers", "value"},
    "fold_position": set[str](),
    "data_as_of": set[str](),
}
# A view that sums up cannot be written to by anybody.
NOT_WRITTEN: Final = (
    asyncpg.InsufficientPrivilegeError,
    asyncpg.WrongObjectTypeError,
    asyncpg.ObjectNotInPrerequisiteStateError,
)
COUNT: Final = "select count(*) from views."


@asynccontextmanager
async def logged_in(stack: StackHandle, role: str) -> AsyncIterator[Connection]:
    connection = await connect(stack.dsn(role), application="test")
    try:
        yield connection
    finally:
        await connection.close()


async def read(connection: Connection, table: str) -> int | None:
    try:
        return int(await connection.fetchval(COUNT + table))
    except asyncpg.InsufficientPrivilegeError:
        return REFUSED


async def try_everything(stack: StackHandle) -> None:
    seen: dict[str, list[int | None]] = {table: [] for table in READS}
    for role in ROLES:
        async with logged_in(stack, role) as connection:
            for table, counts in seen.items():
                counts.append(await read(connection, table))
    assert {table: tuple(counts) for table, counts in seen.items()} == READS
    for role, rights in (("310120-JD11", {"310120-JD11"}), ("310120-JD13", set())):
        async with logged_in(stack, role) as connection:
            for query in ("select agency from views.inbox", "select agency from views.matter_agency"):
                assert {row[0] for row in await connection.fetch(query)} == rights
    for table in OF_AGENCIES:
        for role in ("api", "door", "worker"):
            async with logged_in(stack, role) as connection:
                assert await read(connection, table) is REFUSED
        async with logged_in(stack, "analyst") as analyst, logged_in(stack, "projector") as projector:
            assert await read(analyst, table) == await read(projector, table) != 0


async def masked(stack: StackHandle) -> dict[str, set[str]]:
    async with logged_in(stack, "analyst") as analyst:
        rows = await analyst.fetch(
            "select c.relname::text, a.attname::text,"
            " has_column_privilege(c.oid, a.attnum, 'select') as given"
            " from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0"
            " where c.relnamespace = 'views'::regnamespace and c.relkind in ('r', 'v', 'm')"
        )
    found: dict[str, set[str]] = {row["relname"]: set() for row in rows}
    for row in rows:
        if not row["given"]:
            found[row["relname"]].add(row["attname"])
    return found


async def test_no_table_or_view_is_left_out_of_these_tests(filled: StackHandle) -> None:
    assert (await masked(filled)).keys() == READS.keys() | set(OF_AGENCIES)


async def test_each_role_reads_what_it_may_and_nothing_else(filled: StackHandle) -> None:
    await try_everything(filled)


async def test_the_analyst_reads_every_column_but_those_that_may_tell_of_a_person(
    filled: StackHandle,
) -> None:
    assert await masked(filled) == MASKED


@pytest.mark.parametrize("role", ["310120-JD11", "analyst", "api", "door", "worker"])
async def test_nobody_but_the_projector_writes_into_a_view(filled: StackHandle, role: str) -> None:
    async with logged_in(filled, role) as connection:
        for table in (*READS, *OF_AGENCIES):
            for verb in ("delete from views.", "truncate views."):
                with pytest.raises(NOT_WRITTEN):
                    await connection.execute(verb + table)


@pytest.mark.parametrize(
    "statement",
    [
        "select * from views.timeline",
        "select content from views.timeline",
        "select * from vault.data_key",
        "select * from vault.pseudonym",
        "select * from door.token",
        "select * from processors.matter",
        "set role postgres",
        "set role liandong_api",
        "create table views.mine (a int)",
    ],
)
async def test_the_analyst_reads_nothing_that_is_masked_and_becomes_nobody_else(
    filled: StackHandle, statement: str
) -> None:
    async with logged_in(filled, "analyst") as analyst:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await analyst.execute(statement)


@pytest.mark.parametrize("role", ["analyst", "310120-JD11"])
async def test_who_logs_in_to_ask_in_sql_is_a_member_of_nothing(filled: StackHandle, role: str) -> None:
    async with logged_in(filled, role) as connection:
        memberships = await connection.fetchval(
            "select count(*) from pg_auth_members m join pg_roles r on r.oid = m.member"
            " where r.rolname = current_user"
        )
    assert memberships == 0


async def test_data_as_of_tells_every_role_in_beijing_time_how_far_the_fold_has_come(
    filled: StackHandle,
) -> None:
    position = "insert into views.fold_position values ('views', $1, 10, 9, 8, $2)"
    async with logged_in(filled, "projector") as projector:
        await projector.execute(position, 0, at("2026-09-08 23:30"))
        await projector.execute(position, 1, at("2026-09-08 10:00"))
        await projector.execute(position, 2, 0)
        try:
            for role in ROLES:
                async with logged_in(filled, role) as connection:
                    await connection.execute("set timezone to 'UTC'")
                    row = await connection.fetchrow(
                        "select fold, partitions, records, as_of::text, slowest::text from views.data_as_of"
                    )
                assert tuple(row or ()) == ("views", 3, 27, "2026-09-08 23:30:00", "2026-09-08 10:00:00")
        finally:
            await projector.execute("delete from views.fold_position")


async def test_after_a_rebuild_every_role_reads_the_same_as_before(
    filled: StackHandle, refill: Callable[[StackHandle], Awaitable[None]]
) -> None:
    # The ledger of this stack is empty, and so are the views made from it; they are filled again.
    done = await rebuild(filled.settings("projector"), filled.dsn("admin"), accept_differences=True)
    assert done.rows["matter"] == 0
    await refill(filled)
    await try_everything(filled)
    assert await masked(filled) == MASKED
