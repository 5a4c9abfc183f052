"""Who may read what, asked of the database itself by logged-in roles, none of them a superuser."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from backbone.database import connect
from deploy.embedded.testing import start
from projections.folding import ViewsFold
from projections.testing import LedgerBuilder, at, clue, short_meta

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from backbone.database import Connection
    from deploy.embedded.testing import StackHandle

WATER, TOWN, OTHER_TOWN = "310120-ZG04", "310120-JD11", "310120-JD12"
TABLES = ("matter", "matter_agency", "clocks", "inbox", "timeline", "personal", "digest", "digest_case")
COUNTS = {
    "matter": "select count(*) from views.matter where matter = $1",
    "matter_agency": "select count(*) from views.matter_agency where matter = $1",
    "clocks": "select count(*) from views.clocks where matter = $1",
    "inbox": "select count(*) from views.inbox where matter = $1",
    "timeline": "select count(*) from views.timeline where matter = $1",
    "personal": "select count(*) from views.personal where matter = $1",
    "digest": "select count(*) from views.digest where matter = $1",
    "digest_case": "select count(*) from views.digest_case where matter = $1",
}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackHandle]:
    with start(tmp_path_factory.mktemp("guarded"), simulated=True, processes=()) as stack:
        yield stack


@asynccontextmanager
async def logged_in(stack: StackHandle, role: str) -> AsyncIterator[Connection]:
    connection = await connect(stack.dsn(role), application="test")
    try:
        yield connection
    finally:
        await connection.close()


async def fold(stack: StackHandle, builder: LedgerBuilder) -> None:
    async with logged_in(stack, "projector") as projector:
        for partition, records in builder.records.items():
            if records:
                await ViewsFold().apply(projector, partition, records)
    builder.records.clear()


@pytest.fixture(scope="module")
async def matter(guarded: StackHandle) -> str:
    """A clue from 区水务局 to 南桥镇, and another that 奉城镇 has nothing to do with either."""
    builder = LedgerBuilder()
    own = clue(builder, 1, WATER, TOWN, at("2026-09-08 10:00"))
    clue(builder, 2, WATER, TOWN, at("2026-09-08 10:01"))
    await fold(guarded, builder)
    return own


async def counts(connection: Connection, matter: str) -> dict[str, int]:
    return {table: await connection.fetchval(query, matter) for table, query in COUNTS.items()}


async def test_the_town_that_handles_a_matter_sees_its_inbox_timeline_clock_and_all_ciphertext(
    guarded: StackHandle, matter: str
) -> None:
    async with logged_in(guarded, TOWN) as town:
        assert await counts(town, matter) == {
            "matter": 1,
            "matter_agency": 1,
            "clocks": 1,
            "inbox": 1,
            "timeline": 3,
            "personal": 2,
            "digest": 0,
            "digest_case": 0,
        }


async def test_another_town_sees_nothing_of_the_matter_by_its_id_or_in_any_list(
    guarded: StackHandle, matter: str
) -> None:
    async with logged_in(guarded, OTHER_TOWN) as other:
        assert set((await counts(other, matter)).values()) == {0}
        for query in ("select count(*) from views.timeline", "select count(*) from views.inbox"):
            assert await other.fetchval(query) == 0


async def test_the_sender_reads_its_own_free_text_and_nobodys_name(guarded: StackHandle, matter: str) -> None:
    async with logged_in(guarded, WATER) as water:
        rows = await water.fetch("select path, class from views.personal where matter = $1", matter)
    assert [tuple(row) for row in rows] == [("/fact/summary", "text")]


async def test_the_clear_content_holds_no_ciphertext_and_says_where_there_is_some(
    guarded: StackHandle, matter: str
) -> None:
    async with logged_in(guarded, WATER) as water:
        row = await water.fetchrow(
            "select content::text, hidden from views.timeline where matter = $1 and seq = 1", matter
        )
    assert row is not None
    assert "ciphertext" not in row["content"]
    assert b"ciphertext".hex() not in row["content"]
    assert row["hidden"] == ["/suspected_party/name", "/fact/summary"]


async def test_a_refused_fact_gives_its_sender_no_sight_of_the_matter(
    guarded: StackHandle, matter: str
) -> None:
    builder = LedgerBuilder()
    record = {
        "meta": short_meta(builder, matter, "an intruder's fact"),
        "refused_event": "an intruder's fact",
        "refused_type": "ClueReceived",
        "agency": OTHER_TOWN,
        "code": "NOT_YOUR_FACT",
        "field": "",
        "rule": "",
        "title_zh": "无权",
        "detail_zh": "无权",
        "detail_en": "no right",
        "remedy_zh": "无",
        "remedy_en": "none",
        "source": "",
        "content_hash": b"\0" * 32,
    }
    builder.append("FactRefused", record, at("2026-09-08 10:05"), kind="REFUSED", addressed_to=(OTHER_TOWN,))
    await fold(guarded, builder)
    async with logged_in(guarded, OTHER_TOWN) as other:
        assert set((await counts(other, matter)).values()) == {0}


async def test_the_api_sees_nothing_before_it_takes_on_an_agencys_role(guarded: StackHandle) -> None:
    async with logged_in(guarded, "api") as api:
        for table in ("inbox", "timeline", "personal"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await api.fetch(COUNTS[table], "any")


async def test_the_api_sees_what_the_agency_sees_within_one_transaction_and_nothing_after_it(
    guarded: StackHandle, matter: str
) -> None:
    async with logged_in(guarded, "api") as api:
        role = await api.fetchval("select role from stack.agency_role where agency = $1", TOWN)
        async with api.transaction(readonly=True):
            await api.execute("select set_config('role', $1, true)", role)
            assert await api.fetchval(COUNTS["timeline"], matter) == 3
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await api.fetchval(COUNTS["timeline"], matter)


@pytest.mark.parametrize(
    "statement",
    [
        "delete from views.inbox",
        "update views.timeline set agency = '310120-JD12'",
        "insert into views.matter_agency values ('any', '310120-JD12', 'COPY')",
        "select * from vault.data_key",
        "select * from door.token",
        "select * from processors.matter",
        "set role postgres",
        "create table views.mine (a int)",
    ],
)
async def test_an_agencys_own_login_writes_nothing_and_reads_nothing_but_views(
    guarded: StackHandle, statement: str
) -> None:
    async with logged_in(guarded, TOWN) as town:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await town.execute(statement)


async def test_an_agency_cannot_take_on_anothers_role(guarded: StackHandle) -> None:
    async with logged_in(guarded, TOWN) as town:
        role = await town.fetchval("select role from stack.agency_role where agency = $1", OTHER_TOWN)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await town.fetchval("select set_config('role', $1, false)", role)


async def test_no_role_of_the_stack_is_a_superuser_or_goes_round_row_security(guarded: StackHandle) -> None:
    async with logged_in(guarded, "api") as api:
        rows: list[Any] = await api.fetch(
            "select rolname from pg_roles where rolname like $1 and (rolsuper or rolbypassrls)",
            f"{guarded.state.stack}\\_%",
        )
    assert rows == []


async def test_every_table_of_the_views_forces_row_security_on_its_owner_too(guarded: StackHandle) -> None:
    async with logged_in(guarded, "api") as api:
        rows = await api.fetch(
            "select relname, relrowsecurity and relforcerowsecurity as forced from pg_class"
            " where relnamespace = 'views'::regnamespace and relkind = 'r'"
        )
        views = await api.fetch(
            "select relname from pg_class where relnamespace = 'views'::regnamespace and relkind in ('v','m')"
            " and not coalesce(reloptions::text like '%security_invoker=true%', false)"
        )
    assert {row["relname"] for row in rows if row["forced"]} == set(TABLES)
    assert {row["relname"] for row in rows} == {*TABLES, "fold_position"}
    assert views == []


async def test_every_table_view_and_column_says_in_chinese_what_it_is(guarded: StackHandle) -> None:
    async with logged_in(guarded, "api") as api:
        rows = await api.fetch(
            "select c.relname, a.attname, obj_description(c.oid, 'pg_class') as told,"
            " col_description(c.oid, a.attnum) as doc"
            " from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0"
            " where c.relnamespace = 'views'::regnamespace and c.relkind in ('r', 'v', 'm')"
        )
    silent = [
        (row["relname"], row["attname"])
        for row in rows
        if not (_chinese(row["told"]) and _chinese(row["doc"]))
    ]
    assert rows
    assert silent == []


def _chinese(text: str | None) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text or "")
