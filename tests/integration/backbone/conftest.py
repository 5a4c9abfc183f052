"""A broker and a database of our own: these tests write to the ledger what no owner would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backbone.broker import producer
from backbone.database import connect, open_pool
from backbone.testing import KEEPING_TABLES, LedgerWriter
from deploy.embedded.testing import start

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from backbone.database import Pool
    from backbone.settings import Settings
    from deploy.embedded.testing import StackHandle

GRANTS = """
grant usage on schema folding to liandong_projector;
grant select, insert, update, delete on all tables in schema folding to liandong_projector;
"""


@pytest.fixture(scope="session")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackHandle]:
    with start(tmp_path_factory.mktemp("backbone"), simulated=True, processes=()) as stack:
        yield stack


@pytest.fixture(scope="session")
def settings(own_stack: StackHandle) -> Settings:
    return own_stack.settings("projector").model_copy(update={"database": own_stack.dsn("projector")})


@pytest.fixture(scope="session")
async def pool(own_stack: StackHandle, settings: Settings) -> AsyncIterator[Pool]:
    administrator = await connect(own_stack.dsn("admin"), application="backbone-tests")
    await administrator.execute("create schema folding; set search_path = folding")
    await administrator.execute(KEEPING_TABLES)
    await administrator.execute(GRANTS)
    await administrator.close()
    opened = await open_pool(settings, application="backbone-tests", schema="folding")
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
async def ledger(settings: Settings) -> AsyncIterator[LedgerWriter]:
    """Partition 5 is for the test that leaves a hole; the others stay whole."""
    writer = producer(settings, client_id="backbone-tests", transactional_id="backbone-tests")
    await writer.start()
    yield LedgerWriter(writer)
    await writer.stop()
