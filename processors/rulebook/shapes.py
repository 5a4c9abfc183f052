"""What a pack says, ready for use: procedures, routing rules, deadline rules, as read-only values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from processors.rulebook.conditions import Condition
    from schemas.days import Limit
    from schemas.errors import Code

Citation: TypeAlias = Mapping[str, Any]
"""A `LawRef` as a record: law, article, quote, verified."""

Party: TypeAlias = Literal["holder", "originator", "platform"]

RESUME = "resume"
"""As `to`: the state that was remembered when the matter was returned."""


@dataclass(frozen=True, slots=True)
class Both:
    """A text in Chinese and English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class By:
    """Who may state a fact: agencies of one of these standings, or one party of the matter."""

    standing: frozenset[str]
    party: Party | None


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition without which a fact is refused, with the code and the words of that refusal."""

    when: Condition
    code: Code
    field: str
    text: Both
    source: str


@dataclass(frozen=True, slots=True)
class Element:
    """One thing that a clue should bring 要素; what is missing is asked for, not refused."""

    id: str
    zh: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Elements:
    """The elements of a procedure, and the fact by which the platform asks for those that are missing."""

    each: tuple[Element, ...]
    missing: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class Transition:
    """What one fact does in some states.

    `to` may be RESUME; `unrouted` holds instead when no receiver is found, `incomplete` while elements are
    missing.
    `remember` is the state to go back to later: a state, or "state" for the present one.
    """

    fact: str
    sources: frozenset[str]
    to: str
    by: By
    unrouted: str
    incomplete: str
    remember: str
    routed: bool
    elements: bool
    tells: tuple[Party, ...]
    guards: tuple[Guard, ...]


@dataclass(frozen=True, slots=True)
class Procedure:
    """The life of one kind of matter 程序. `moves` finds the transition of (fact, state)."""

    id: str
    kind: str
    name: Both
    citation: Citation
    states: Mapping[str, str]
    elements: Elements | None
    transitions: tuple[Transition, ...]
    moves: Mapping[tuple[str, str], Transition]

    def of(self, fact: str) -> tuple[Transition, ...]:
        """Give every transition of a fact, in whatever state."""
        return tuple(t for t in self.transitions if t.fact == fact)

    def allowed(self, state: str) -> tuple[str, ...]:
        """Name the facts that agencies may state in a state, in the order of the procedure."""
        facts = (t.fact for t in self.transitions if state in t.sources and t.by.party != "platform")
        return tuple(dict.fromkeys(facts))


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a routing rule means: the agency of that standing at the site, a desk (its agency), or a party."""

    kind: Literal["site", "desk", "party"]
    name: str


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """One routing rule: for which facts, on which condition, to whom, and why."""

    id: str
    facts: frozenset[str]
    when: Condition
    to: Target
    cc: tuple[Target, ...]
    why: Both
    citation: Citation


@dataclass(frozen=True, slots=True)
class Denial:
    """What is said when nobody can be found to send a matter to."""

    code: Code
    why: Both
    remedy: Both


class Action(StrEnum):
    """What a fact does to a clock; in this order, if it does several things."""

    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    START = "start"


@dataclass(frozen=True, slots=True)
class Trigger:
    """A fact that does something to the clocks of a rule, perhaps on a condition."""

    action: Action
    fact: str
    when: Condition | None
    rule: DeadlineRule


@dataclass(frozen=True, slots=True)
class Applies:
    """For whom a deadline rule is: the responsible agency's procedure rules ("" for any) and standing."""

    procedure_rule_set: str
    standing: frozenset[str]
    not_standing: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reminder:
    """A warning before the limit: at half of it, or one working day before its end."""

    at: Literal["half", "last-working-day"]
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """One deadline rule 期限规则: who must do what by when, and who hears of it."""

    id: str
    name: Both
    responsible: Party
    watchers: tuple[Party, ...]
    applies: Applies
    limit: Limit
    basis: str
    pause_reason: str
    warn: tuple[Reminder, ...]
    breach: tuple[str, ...]
    citation: Citation

    @property
    def base(self) -> str:
        """The id without its version: a clock is stopped by any version of its rule."""
        return self.id.partition("@")[0]
