"""One contract for every clock: the machine's, and the one that a simulated stack's driver moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backbone.clock import Clock, SimulatedClock, SystemClock, TimeNotSet
from backbone.database import connect, open_pool
from backbone.stack import move_simulated_time

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from deploy.embedded.testing import StackHandle


@pytest.fixture
async def simulated(bare_stack: StackHandle) -> AsyncIterator[SimulatedClock]:
    settings = bare_stack.settings("gateway").model_copy(update={"database": bare_stack.dsn("door")})
    pool = await open_pool(settings, application="contract-tests")
    clock = SimulatedClock(pool)
    await clock.refresh()
    yield clock
    await pool.close()


@pytest.fixture(params=["system", "simulated"])
def clock(request: pytest.FixtureRequest) -> Clock:
    if request.param == "system":
        return SystemClock()
    simulated: SimulatedClock = request.getfixturevalue("simulated")
    return simulated


async def test_a_clock_tells_microseconds_and_does_not_go_back(clock: Clock) -> None:
    first, second = clock.now(), clock.now()
    assert 1_577_836_800_000_000 < first <= second < 4_102_444_800_000_000  # 2020 to 2100


async def test_a_simulated_clock_stands_still_until_its_driver_moves_it(
    simulated: SimulatedClock, bare_stack: StackHandle
) -> None:
    before = simulated.now()
    connection = await connect(bare_stack.dsn("admin"), application="driver")
    try:
        await move_simulated_time(connection, before + 1_000_000)
        assert simulated.now() == before
        assert await simulated.refresh() == before + 1_000_000
        await move_simulated_time(connection, before)
        assert await simulated.refresh() == before + 1_000_000
    finally:
        await connection.close()


def test_a_simulated_clock_that_was_never_set_says_so() -> None:
    with pytest.raises(TimeNotSet, match="driver"):
        SimulatedClock(pool=None).now()  # type: ignore[arg-type]
