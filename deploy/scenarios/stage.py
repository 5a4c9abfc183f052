"""A stack to play on: what a player needs of a running simulated stack, opened and given back."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from backbone.database import open_pool
from backbone.keyring import load as load_keys
from deploy.scenarios.eyes import Eyes
from deploy.scenarios.play import Played, Player
from deploy.simulation import open_driver
from deploy.verify import Verdict, verify
from schemas.topics import PARTITIONS_EMBEDDED

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from deploy.embedded.testing import StackHandle
    from deploy.scenarios.model import Scenario

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Performance:
    """What a playing gave: every step with its findings, and whether ledger and views agree after it."""

    played: tuple[Played, ...]
    verdict: Verdict

    def of(self, scenario: str) -> list[Played]:
        """The steps of one scenario."""
        return [each for each in self.played if each.scenario.scenario == scenario]


@asynccontextmanager
async def open_player(stack: StackHandle) -> AsyncIterator[Player]:
    """Open a player on a running simulated stack."""
    settings = stack.settings("worker").model_copy(update={"database": stack.dsn("admin")})
    pool = await open_pool(settings, application="liandong-scenarios")
    driver = await open_driver(settings, pool, load_keys(settings.keys), PARTITIONS_EMBEDDED)
    try:
        async with (
            httpx.AsyncClient(base_url=stack.gateway_url, timeout=PATIENCE) as door,
            httpx.AsyncClient(base_url=stack.console_url, timeout=PATIENCE) as api,
        ):
            yield Player(driver, door, Eyes(api, stack.tokens, settings))
    finally:
        await driver.close()


async def judge(stack: StackHandle, player: Player) -> Verdict:
    """Read everything again: whether ledger, tables, receipts and views agree."""
    settings = stack.settings("worker").model_copy(update={"database": stack.dsn("admin")})
    return await verify(settings, stack.dsn("admin"), player.acknowledged)


async def perform(
    stack: StackHandle, scenarios: Sequence[Scenario], tell: Callable[[Played], None] = lambda _: None
) -> Performance:
    """Play scenarios on a stack from start to end; `tell` hears of each step when it is played."""
    played: list[Played] = []
    async with open_player(stack) as player:
        async for event in player.play(scenarios):
            if isinstance(event, Played):
                played.append(event)
                tell(event)
        return Performance(tuple(played), await judge(stack, player))


def companies(scenarios: Sequence[Scenario]) -> list[list[Scenario]]:
    """Group scenarios by the stack that they are played on: all together, but each that is `alone`."""
    together = [each for each in scenarios if not each.alone]
    return ([together] if together else []) + [[each] for each in scenarios if each.alone]
