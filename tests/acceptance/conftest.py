"""Who speaks at the door of the shared stack."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

import asyncpg
import pytest

from backbone.stack import move_simulated_time, read_identity
from producers.testing import Agency

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.embedded.testing import StackHandle

NOON = int(datetime.fromisoformat("2026-09-08T12:00:00+08:00").timestamp()) * 1_000_000


@pytest.fixture(scope="session")
def water(stack: StackHandle) -> Agency:
    """区水务局, at noon of the day of the first scenario or later."""
    asyncio.run(_reach_noon(stack))
    return Agency(stack.gateway_url, stack.tokens["310120-ZG04"])


async def _reach_noon(stack: StackHandle) -> None:
    connection = await asyncpg.connect(stack.dsn("admin"))
    try:
        if ((await read_identity(connection)).simulated_now or 0) < NOON:
            await move_simulated_time(connection, NOON)
    finally:
        await connection.close()


@pytest.fixture
def nobody_else_is_held(water: Agency) -> Iterator[None]:
    """Whatever a test sends, another clue is admitted, routed and given its clocks afterwards."""
    yield
    answer = water.post(water.fact())
    assert answer.status_code == 200, answer.text
    assert answer.json()["routed"]["to"] == ["310120-JD11"]
    assert answer.json()["clocks"]
