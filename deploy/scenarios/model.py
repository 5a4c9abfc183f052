"""A scenario: what is given, what is stated when and by whom, and what must then be seen.

Every shape is closed: a misspelt key is told with its line. Agencies are written by their short names,
instants as 2026-09-08 10:00 in Beijing, rules with or without their version, states by their Chinese label
or their id.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from deploy.scenarios.words import agency_code, instant

DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
CLAUSE = r"^[A-Z]{1,2}-[0-9]{1,2}[a-z]?$"


def _codes(value: Any) -> list[str]:
    names = [value] if isinstance(value, str) else value
    return [agency_code(name) for name in names]


Instant = Annotated[datetime, BeforeValidator(instant)]
Agency = Annotated[str, BeforeValidator(agency_code)]
Agencies = Annotated[tuple[str, ...], BeforeValidator(_codes)]
Day = Annotated[str, Field(pattern=DAY)]


class Closed(BaseModel):
    """A shape that knows all its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Both(Closed):
    """A sentence in Chinese and in English."""

    zh: str
    en: str


class ClockSeen(Closed):
    """A clock of the matter: the last one that runs by this rule (of this agency, if named)."""

    rule: str
    due_date: Day | None = None
    state: str | None = None
    of: Agency | None = None
    provisional: bool | None = None
    verified: bool | None = None


class Alarmed(Closed):
    """A warning, a breach or an escalation: by which rule, at which instant, told to whom."""

    rule: str
    at: Instant
    to: Agencies | None = None
    level: str | int | None = None


class InboxSeen(Closed):
    """The matter in an agency's inbox, as what and in which state; or that it is not there."""

    of: Agency
    part: str | None = None
    state: str | None = None
    open: bool | None = None
    absent: bool = False


class Routed(Closed):
    """Where the step's fact went, by which rule; as its receipt says."""

    rule: str
    to: Agencies
    cc: Agencies | None = None


class FactSeen(Closed):
    """Facts on the matter's timeline: of this type and content; `times` of them, at least one if not said."""

    type: str
    at: Instant | None = None
    content: dict[str, Any] = Field(default_factory=dict)
    times: int | None = None


class FeedSeen(Closed):
    """A record of a province's feed with these fields; `without` names what must not be in it."""

    province: str
    type: str
    fields: dict[str, Any] = Field(default_factory=dict)
    without: tuple[str, ...] = ()
    times: int = 1


class DeadlineSeen(Closed):
    """What the rule library computes for a start, whether or not the backbone knows the facts yet."""

    rule: str
    start: Instant
    due_date: Day
    extended: bool = False
    provisional: bool | None = None


class Check(Closed):
    """One thing to be seen. `source` says where an expected date comes from, never from this code."""

    zh: str = ""
    matter: str | None = None
    seen_by: Agency | None = None
    source: str = ""
    state: str | None = None
    holder: Agency | None = None
    clock: ClockSeen | None = None
    no_clock: str | None = None
    warned: Alarmed | None = None
    breached: Alarmed | None = None
    escalated: Alarmed | None = None
    inbox: InboxSeen | None = None
    routed: Routed | None = None
    fact: FactSeen | None = None
    feed: FeedSeen | None = None
    deadline: DeadlineSeen | None = None


class Step(Closed):
    """An instant: a fact that an agency states, or time alone; and what must be seen when it has settled.

    `refused` is the code that the door or the backbone answers, `remedy` words that the remedy must hold.
    """

    when: Instant
    zh: str
    en: str
    by: Agency | None = None
    fact: str | None = None
    matter: str | None = None
    to: Agencies = ()
    role: str = "FIELD_UNIT"
    region: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)
    refused: str | None = None
    remedy: str = ""
    then: tuple[Check, ...] = ()
    line: int = 0


class Found(Closed):
    """A matter that the backbone opens: whose inbox holds it, and which fact of its timeline tells it."""

    inbox: Agency
    type: str
    content: dict[str, Any] = Field(default_factory=dict)


class Given(Closed):
    """What stands before the first step. `stands` names given steps of shared.yaml, stated once a stack."""

    zh: str
    en: str
    stands: tuple[str, ...] = ()


class Scenario(Closed):
    """One file. `alone`: it changes what others rest on, and is played on a stack of its own."""

    scenario: str
    title: Both
    clauses: tuple[Annotated[str, Field(pattern=CLAUSE)], ...]
    given: Given
    opened: dict[str, Found] = Field(default_factory=dict)
    steps: tuple[Step, ...]
    alone: bool = False
    file: str = ""
