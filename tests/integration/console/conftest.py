"""Query API and console as one site on a real database, with five clues in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from backbone.database import connect, open_pool
from backbone.vault import MemoryKeyProvider
from deploy.embedded.testing import start
from projections.api.cursor import Cursors
from projections.api.views import Views
from projections.console.application import create_app
from projections.console.assets import Assets
from projections.console.desk import Desk, templates
from projections.console.session import Signer
from projections.folding import ViewsFold
from projections.testing import CLUE, LedgerBuilder, at, clue, meta

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from deploy.embedded.testing import StackHandle

from tests.integration.console.browsing import NAME, NOW, TOWN, WATER


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackHandle]:
    with start(tmp_path_factory.mktemp("served"), simulated=True, processes=()) as stack:
        yield stack


@pytest.fixture(scope="module")
async def keys() -> MemoryKeyProvider:
    return MemoryKeyProvider()


@pytest.fixture(scope="module")
async def matters(served: StackHandle, keys: MemoryKeyProvider) -> list[str]:
    """Five clues from 区水务局 to 南桥镇; the party's name of the last is under a key."""
    builder = LedgerBuilder()
    made = [clue(builder, serial, WATER, TOWN, at("2026-09-08 10:00")) for serial in range(1, 5)]
    last = made[0].replace("000001", "000077")
    key = await keys.data_key("P-00", last)
    name = keys.encrypt(key, "event", "/suspected_party/name", NAME)
    record = CLUE | {"suspected_party": CLUE["suspected_party"] | {"name": name}}
    record |= {"meta": meta(builder, last, WATER, at("2026-09-08 11:00"))}
    builder.append("ClueTransferred", record, at("2026-09-08 11:00"), holder=TOWN, state="transferred")
    connection = await connect(served.dsn("projector"), application="test")
    try:
        for partition, records in builder.records.items():
            if records:
                await ViewsFold().apply(connection, partition, records)
    finally:
        await connection.close()
    return [*made, last]


@pytest.fixture(scope="module")
async def site(
    served: StackHandle,
    keys: MemoryKeyProvider,
    matters: list[str],  # noqa: ARG001 - what is asked for must be there
) -> AsyncIterator[httpx.ASGITransport]:
    pool = await open_pool(served.settings("console"), application="test", schema="views")
    desk = Desk(
        views=Views(pool),
        cursors=Cursors(b"a secret"),
        signer=Signer(b"another", lambda: NOW),
        opener=keys,
        assets=Assets(served.settings("console").assets),
        templates=templates(),
    )
    yield httpx.ASGITransport(create_app(desk), raise_app_exceptions=False)
    await pool.close()
