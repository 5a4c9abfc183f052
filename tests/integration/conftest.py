"""A gateway process beside the broker and the database."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

import asyncpg
import pytest

from backbone.stack import move_simulated_time, read_identity
from deploy.embedded.ports import free_port
from producers.testing import GatewayProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.embedded.testing import StackHandle

NOON = int(datetime.fromisoformat("2026-09-08T12:00:00+08:00").timestamp()) * 1_000_000


@pytest.fixture(scope="module")
def gateway(bare_stack: StackHandle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """A door in simulated time, at noon of 2026-09-08; asked to stop it ends well."""
    asyncio.run(_reach_noon(bare_stack))
    settings = bare_stack.environment("gateway") | {"LIANDONG_GATEWAY_PORT": str(free_port())}
    made = GatewayProcess(settings, tmp_path_factory.mktemp("gateway") / "log.jsonl")
    try:
        yield made.ready()
    finally:
        assert made.end() == 0


async def _reach_noon(stack: StackHandle) -> None:
    connection = await asyncpg.connect(stack.dsn("admin"))
    try:
        if ((await read_identity(connection)).simulated_now or 0) < NOON:
            await move_simulated_time(connection, NOON)
    finally:
        await connection.close()
