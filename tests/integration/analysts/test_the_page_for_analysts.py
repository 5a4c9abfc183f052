"""Every query of the page for analysts runs, and finds something where there is something to find."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from backbone.database import connect
from projections.asking.run import ask
from projections.testing import at

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from deploy.embedded.testing import StackHandle

PAGE = (Path(__file__).parents[3] / "docs" / "analysts.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
IDS = [re.sub(r"\W+", "-", query.partition("from ")[2].partition("\n")[0]) for query in QUERIES]


@asynccontextmanager
async def folded(stack: StackHandle) -> AsyncIterator[None]:
    """The position that the projector keeps beside what it folds."""
    projector = await connect(stack.dsn("projector"), application="test")
    try:
        await projector.execute(
            "insert into views.fold_position values ('views', 0, 10, 9, 8, $1)", at("2026-10-12 10:00")
        )
        yield
    finally:
        await projector.execute("delete from views.fold_position")
        await projector.close()


async def rows(stack: StackHandle, role: str, sql: str) -> list[tuple[Any, ...]]:
    async with ask(stack.dsn(role), sql, 30) as answer:
        return [row async for row in answer.rows]


def test_the_page_has_queries() -> None:
    assert len(QUERIES) > 10


@pytest.mark.parametrize("sql", QUERIES, ids=IDS)
async def test_an_analyst_gets_rows(filled: StackHandle, sql: str) -> None:
    async with folded(filled):
        assert await rows(filled, "analyst", sql)


@pytest.mark.parametrize("sql", QUERIES, ids=IDS)
async def test_an_agency_asks_the_same_and_gets_its_own(filled: StackHandle, sql: str) -> None:
    async with folded(filled):
        own = await rows(filled, "310120-JD11", sql)
    penalties_are_others = "from digest" in sql
    assert bool(own) is not penalties_are_others


async def test_amounts_are_in_fen_and_the_page_tells_yuan(filled: StackHandle) -> None:
    sql = next(query for query in QUERIES if "from digest\n" in query)
    assert [tuple(map(str, row)) for row in await rows(filled, "analyst", sql)] == [
        ("2026-10", "310120-ZG04", "1", "5000.0000000000000000")
    ]


async def test_every_table_that_the_page_lists_exists_and_no_other_does(filled: StackHandle) -> None:
    listed = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    found = await rows(
        filled,
        "310120-JD11",
        "select table_name::text from information_schema.tables where table_schema = 'views'",
    )
    assert {row[0] for row in found} == listed | {"fold_position"}
