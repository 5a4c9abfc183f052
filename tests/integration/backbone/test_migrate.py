from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest

from backbone import migrate
from backbone.database import DatabaseAway, connect
from backbone.migrate import BadMigration, MigrationSource
from backbone.stack import Identity, StackDiffers, move_simulated_time, read_identity

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from deploy.embedded.testing import StackHandle

IDENTITY = Identity("liandong", "simulated", 6)


@pytest.fixture
async def administrator(own_stack: StackHandle) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    connection = await connect(own_stack.dsn("admin"), application="backbone-tests")
    yield connection
    await connection.close()


@pytest.fixture
def source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> MigrationSource:
    """A package with two migrations of its own."""
    name = f"trial_{request.node.name.removeprefix('test_')[:20]}"
    folder = tmp_path / name / "migrations"
    folder.mkdir(parents=True)
    (tmp_path / name / "__init__.py").touch()
    (folder / "001_first.sql").write_text(f"create table public.{name} (n int);")
    (folder / "002_second.sql").write_text(f"insert into public.{name} values (1);")  # noqa: S608 - our own name
    monkeypatch.syspath_prepend(tmp_path)
    return MigrationSource(name, name)


def folder_of(tmp_path: Path, source: MigrationSource) -> Path:
    return tmp_path / source.name / "migrations"


async def test_migrations_are_applied_once_and_in_order(
    administrator: asyncpg.Connection[asyncpg.Record], source: MigrationSource
) -> None:
    applied = await migrate.apply(administrator, [source], identity=IDENTITY)
    assert [each.name for each in applied] == ["001_first.sql", "002_second.sql"]
    assert await migrate.apply(administrator, [source], identity=IDENTITY) == []
    assert (
        await administrator.fetchval("select count(*) from stack.migration where source = $1", source.name)
        == 2
    )


async def test_a_migration_that_fails_leaves_nothing(
    administrator: asyncpg.Connection[asyncpg.Record], source: MigrationSource, tmp_path: Path
) -> None:
    second = folder_of(tmp_path, source) / "002_second.sql"
    second.write_text(second.read_text() + "select 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate.apply(administrator, [source], identity=IDENTITY)
    second.write_text(second.read_text().removesuffix("select 1 / 0;"))
    assert [each.name for each in await migrate.apply(administrator, [source], identity=IDENTITY)] == [
        "002_second.sql"
    ]


async def test_a_migration_that_was_edited_afterwards_is_refused(
    administrator: asyncpg.Connection[asyncpg.Record], source: MigrationSource, tmp_path: Path
) -> None:
    await migrate.apply(administrator, [source], identity=IDENTITY)
    (folder_of(tmp_path, source) / "001_first.sql").write_text("select 2;")
    with pytest.raises(BadMigration, match=r"001_first.sql was edited.*new migration"):
        await migrate.apply(administrator, [source], identity=IDENTITY)


async def test_a_database_newer_than_the_release_is_refused(
    administrator: asyncpg.Connection[asyncpg.Record], source: MigrationSource, tmp_path: Path
) -> None:
    await migrate.apply(administrator, [source], identity=IDENTITY)
    (folder_of(tmp_path, source) / "002_second.sql").unlink()
    with pytest.raises(BadMigration, match="newer"):
        await migrate.apply(administrator, [source], identity=IDENTITY)


def test_numbers_of_migrations_have_no_gap(source: MigrationSource, tmp_path: Path) -> None:
    (folder_of(tmp_path, source) / "004_fourth.sql").write_text("select 4;")
    with pytest.raises(BadMigration, match="003_"):
        migrate.migrations(source)


@pytest.mark.parametrize(
    "other",
    [
        Identity("other", "simulated", 6),
        Identity("liandong", "real", 6),
        Identity("liandong", "simulated", 12),
    ],
)
async def test_a_stack_stays_what_it_was_born_as(
    administrator: asyncpg.Connection[asyncpg.Record], other: Identity
) -> None:
    with pytest.raises(StackDiffers, match="belongs to the simulated stack liandong with 6 partitions"):
        await migrate.apply(administrator, [], identity=other)
    with pytest.raises(asyncpg.RaiseError, match="settled at birth"):
        await administrator.execute("update stack.identity set mode = 'real', simulated_now = null")
    with pytest.raises(asyncpg.RaiseError, match="settled at birth"):
        await administrator.execute("delete from stack.identity")


async def test_simulated_time_never_goes_back(administrator: asyncpg.Connection[asyncpg.Record]) -> None:
    now = (await read_identity(administrator)).simulated_now or 0
    await move_simulated_time(administrator, now + 5)
    await move_simulated_time(administrator, now)
    assert (await read_identity(administrator)).simulated_now == now + 5


async def test_a_database_that_is_away_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseAway, match="LIANDONG_DATABASE") as caught:
        await connect("postgresql://worker:hunter2@127.0.0.1:9/liandong", application="backbone-tests")
    assert "127.0.0.1:9/liandong" in str(caught.value)
    assert "hunter2" not in str(caught.value)
