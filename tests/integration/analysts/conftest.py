"""A stack of its own with two clues and a penalty in its views, folded by the projector's role."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from backbone.database import connect
from deploy.embedded.testing import start
from projections.folding import ViewsFold
from projections.testing import LedgerBuilder, at, clue, penalty
from schemas.identifiers import derived_matter_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from deploy.embedded.testing import StackHandle

WATER, TOWN, OTHER_TOWN, BUREAU = "310120-ZG04", "310120-JD11", "310120-JD12", "310120-CG01"


async def fill(stack: StackHandle) -> None:
    """Fold a clue from 区水务局 to each of two towns, and a penalty into a digest of 区城管执法局."""
    builder = LedgerBuilder()
    clue(builder, 1, WATER, TOWN, at("2026-09-08 10:00"))
    clue(builder, 2, WATER, OTHER_TOWN, at("2026-09-08 23:30"))
    digest = derived_matter_id("HZ", BUREAU, "a penalty", "R-15-DIGEST", 0)
    penalty(builder, digest, BUREAU, at("2026-10-12 10:00"))
    projector = await connect(stack.dsn("projector"), application="test")
    try:
        for partition, records in builder.records.items():
            if records:
                await ViewsFold().apply(projector, partition, records)
    finally:
        await projector.close()


@pytest.fixture(scope="package")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackHandle]:
    """A broker and a database without our processes; the views hold what `fill` folds."""
    with start(tmp_path_factory.mktemp("analysts"), simulated=True, processes=()) as stack:
        asyncio.run(fill(stack))
        yield stack


@pytest.fixture
def refill() -> Callable[[StackHandle], Awaitable[None]]:
    """What fills the views of `filled`, for a test that empties them."""
    return fill
