"""Playing scenarios on one simulated stack: their steps in the order of time, and what must then be seen.

Several scenarios share a stack as matters share a district: each has its own, and time is the same for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx

from deploy.scenarios.compare import covers
from deploy.scenarios.files import given_steps
from deploy.scenarios.look import Finding, Sight, look
from deploy.scenarios.source import MatterName
from schemas.agencies import AGENCIES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from deploy.scenarios.eyes import Eyes
    from deploy.scenarios.model import Check, Found, Scenario, Step
    from deploy.simulation import Driver

WAIT_SECONDS = 10
ADMITTED = "admitted"


@dataclass(frozen=True, slots=True)
class Passed:
    """Time has reached the instant of the next step, and what was due by then has happened."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Played:
    """A step was played: the door's answer, and what was found."""

    scenario: Scenario
    step: Step
    answer: Mapping[str, Any]
    findings: tuple[tuple[str, Finding], ...]

    @property
    def went(self) -> bool:
        """Whether the step itself went as expected, so that those after it have a meaning."""
        return self.step.fact is None or any(f.held for _, f in self.findings[:1])

    @property
    def held(self) -> bool:
        """Whether everything was as expected."""
        return all(finding.held for _, finding in self.findings)


Event: TypeAlias = Passed | Played
Key: TypeAlias = tuple[str, str]


class NotYet(LookupError):
    """A step or a check names a matter that was not opened before it."""


@dataclass(slots=True)
class Player:
    """Plays scenarios. `matters` and `readers` fill as matters are opened, by scenario and name."""

    driver: Driver
    door: httpx.AsyncClient
    eyes: Eyes
    matters: dict[Key, str] = field(default_factory=dict)
    readers: dict[Key, str] = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    async def play(self, scenarios: Sequence[Scenario]) -> AsyncIterator[Event]:
        """Play all of them at once. A step that fails ends its own scenario; the others go on."""
        given = [each for each in (given_steps(scenarios),) if each.steps]
        steps = [(step, scenario) for scenario in (*given, *scenarios) for step in scenario.steps]
        for step, scenario in sorted(steps, key=lambda each: each[0].when):
            if scenario.scenario in self.broken:
                continue
            await self.driver.advance(step.when)
            yield Passed(step.when)
            played = await self._step(scenario, step)
            if not played.went:
                self.broken.add(scenario.scenario)
            yield played

    async def _step(self, scenario: Scenario, step: Step) -> Played:
        answer: Mapping[str, Any] = {}
        findings: list[tuple[str, Finding]] = []
        try:
            if step.fact is not None:
                answer = await self._state(scenario, step)
                await self.driver.settle()
                findings += [("", each) for each in _answered(step, answer)]
            for check in step.then:
                findings += [(check.zh, each) for each in await self._look(scenario, step, check, answer)]
        except (NotYet, httpx.HTTPError) as error:
            findings.append(("", Finding("can be played", "yes", f"no: {error}")))
        return Played(scenario, step, answer, tuple(findings))

    async def _state(self, scenario: Scenario, step: Step) -> dict[str, Any]:
        """State a step's fact at the door, and take note of the matter that it opened."""
        by, key = step.by or "", (scenario.scenario, step.matter or "")
        agency = AGENCIES.get(by)
        body: dict[str, Any] = {
            "type": step.fact,
            "occurred_at": step.when.isoformat(),
            "addressed_to": list(step.to),
            "region": step.region or (agency.township_code9 or agency.region if agency else ""),
            "role": step.role,
            "data": await self._ids(scenario, step.data),
        }
        if await self.known(scenario, key):
            body["matter"] = self.matters[key]
        posted = await self.door.post(
            "/v1/facts", params={"wait": WAIT_SECONDS}, json=body, headers=self.eyes.bearer(by)
        )
        said: dict[str, Any] = posted.json()
        if posted.is_success or "receipt" in said:
            self.acknowledged.append(said["event_id"])
        if step.matter and said.get("matter") and posted.is_success:
            self.matters.setdefault(key, said["matter"])
            self.readers.setdefault(key, by)
        return said

    async def _look(
        self, scenario: Scenario, step: Step, check: Check, answer: Mapping[str, Any]
    ) -> list[Finding]:
        name = check.matter or step.matter or ""
        key = (scenario.scenario, name)
        known = not name or await self.known(scenario, key)
        if not known:
            raise NotYet(f"no matter {name!r} was opened before this step")
        agency = check.seen_by or self.readers.get(key, "")
        wanted = check.model_copy(update=await self._named(scenario, check))
        return await look(Sight(self.eyes, self.matters.get(key, ""), agency, answer), wanted)

    async def _named(self, scenario: Scenario, check: Check) -> dict[str, Any]:
        """Give the parts of a check that may name matters, with their ids in place of the names."""
        named: dict[str, Any] = {}
        if check.fact is not None:
            content = await self._ids(scenario, check.fact.content)
            named["fact"] = check.fact.model_copy(update={"content": content})
        if check.feed is not None:
            fields = await self._ids(scenario, check.feed.fields)
            named["feed"] = check.feed.model_copy(update={"fields": fields})
        return named

    async def _ids(self, scenario: Scenario, value: Any) -> Any:
        """Put ids in place of the names of matters."""
        if isinstance(value, Mapping):
            return {name: await self._ids(scenario, each) for name, each in value.items()}
        if isinstance(value, list):
            return [await self._ids(scenario, each) for each in value]
        if isinstance(value, MatterName):
            key = (scenario.scenario, value.name)
            if not await self.known(scenario, key):
                raise NotYet(f"no matter {value.name!r} was opened before this step")
            return self.matters[key]
        return value

    async def known(self, scenario: Scenario, key: Key) -> bool:
        """Whether a matter has an id; one that the backbone opens is looked for where it is held."""
        sought = scenario.opened.get(key[1])
        if key not in self.matters and sought is not None:
            found = await self._search(sought)
            if found is not None:
                self.matters[key], self.readers[key] = found, sought.inbox
        return key in self.matters

    async def _search(self, sought: Found) -> str | None:
        for item in await self.eyes.inbox(sought.inbox):
            for fact in await self.eyes.timeline(item["matter"], sought.inbox):
                if fact["fact"]["code"] == sought.type and covers(sought.content, fact["content"]):
                    matter: str = item["matter"]
                    return matter
        return None


def _answered(step: Step, answer: Mapping[str, Any]) -> list[Finding]:
    """Hold the door's answer against what the step expects."""
    expected = f"refused {step.refused}" if step.refused else ADMITTED
    code = answer.get("code")
    found = f"refused {code}" if code else str(answer.get("status", "no answer"))
    if found != expected:
        more = (str(answer[name]) for name in ("field", "detail", "detail_en", "waiting") if answer.get(name))
        found = " ".join((found, *more))
    findings = [Finding(f"{step.fact} {AGENCIES.name_zh(step.by or '')}", expected, found)]
    if step.remedy:
        remedy = f"{answer.get('remedy', '')} {answer.get('detail', '')}"
        findings.append(Finding("remedy 补救", step.remedy, step.remedy if step.remedy in remedy else remedy))
    return findings
