"""Playing a story: move time, post a fact at the door, read what came of it where agencies read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    import httpx

    from deploy.demo.story import Step, Story
    from deploy.simulation import Driver

WAIT_SECONDS = 10
PAGE = 200


class UnexpectedAnswer(RuntimeError):
    """The door answered otherwise than the story expects: the rulebook or the story has changed."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is worth telling: a step with the door's answer, or facts that the ledger gained with time."""

    facts: tuple[Mapping[str, Any], ...]
    step: Step | None = None
    answer: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Player:
    """Plays a story on a running simulated stack: `tokens` by agency; `matters` fills as clues are opened."""

    driver: Driver
    gateway: httpx.AsyncClient
    console: httpx.AsyncClient
    tokens: Mapping[str, str]
    matters: dict[str, str] = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)
    _readers: dict[str, str] = field(default_factory=dict)
    _told: dict[str, int] = field(default_factory=dict)

    async def play(self, story: Story) -> AsyncIterator[Told]:
        """Play step by step. Raises UnexpectedAnswer, and what door and console raise."""
        for step in story.steps:
            await self.driver.advance(step.at)
            passed = await self._new_facts()
            if passed:
                yield Told(passed)
            answer = await self._post(step)
            await self.driver.settle()
            yield Told(await self._new_facts(), step, answer)

    async def _post(self, step: Step) -> dict[str, Any]:
        answer = await self.gateway.post(
            "/v1/facts",
            params={"wait": WAIT_SECONDS},
            json=step.body(self.matters.get(step.clue)),
            headers=_bearer(self.tokens[step.by]),
        )
        said: dict[str, Any] = answer.json()
        status = said.get("status") if answer.is_success else "refused"
        if status != step.expect or said.get("code", "") != step.code:
            raise UnexpectedAnswer(
                f"{step.fact} at {step.at}: expected {step.expect} {step.code}, got {said}"
            )
        self.acknowledged.append(said["event_id"])
        if step.clue not in self.matters:
            self.matters[step.clue] = said["matter"]
            self._readers[said["matter"]] = step.by
        return said

    async def _new_facts(self) -> tuple[Mapping[str, Any], ...]:
        """Read, as the agency that opened each matter, what its timeline gained; in the order of time."""
        found: list[Mapping[str, Any]] = []
        for matter, agency in self._readers.items():
            answer = await self.console.get(
                f"/v1/matters/{matter}/timeline", params={"limit": PAGE}, headers=_bearer(self.tokens[agency])
            )
            answer.raise_for_status()
            items = answer.json()["items"]
            found += [{**item, "matter": matter} for item in items if item["seq"] > self._told.get(matter, 0)]
            self._told[matter] = max((item["seq"] for item in items), default=0)
        return tuple(sorted(found, key=lambda item: (item["received_at"], item["matter"], item["seq"])))


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
