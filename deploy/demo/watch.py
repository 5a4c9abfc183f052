"""Watching a story unfold: what each timeline and each feed gained since one last looked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from schemas.feeds import FEEDS

if TYPE_CHECKING:
    from deploy.scenarios.model import Scenario
    from deploy.scenarios.play import Player

Fact = dict[str, Any]


@dataclass(slots=True)
class Watcher:
    """Reads the matters of one scenario as the agencies that hold them, and every feed."""

    player: Player
    scenario: Scenario
    _told: dict[str, int] = field(default_factory=dict)
    _shared: dict[str, int] = field(default_factory=dict)

    async def facts(self, first: str | None = None) -> list[Fact]:
        """Give what the timelines gained, each with its `matter`, in the order of time.

        Of one instant, the facts of the matter named `first` in the story go before those it led to.
        """
        found: list[Fact] = []
        stated = (step.matter for step in self.scenario.steps if step.matter is not None)
        for name in dict.fromkeys((*((first,) if first else ()), *stated, *self.scenario.opened)):
            key = (self.scenario.scenario, name)
            if not await self.player.known(self.scenario, key):
                continue
            matter = self.player.matters[key]
            last = self._told.get(matter, 0)
            for fact in await self.player.eyes.timeline(matter, self.player.readers[key]):
                if fact["seq"] > last:
                    found.append({**fact, "matter": matter})
                    self._told[matter] = fact["seq"]
        return sorted(found, key=lambda fact: str(fact["received_at"]))

    async def shared(self) -> list[Fact]:
        """Give what the feeds gained, each record with the `feed` in which it is."""
        found: list[Fact] = []
        for name in FEEDS:
            events = await self.player.eyes.feed(name)
            found += [{**event, "feed": name} for event in events[self._shared.get(name, 0) :]]
            self._shared[name] = len(events)
        return found
