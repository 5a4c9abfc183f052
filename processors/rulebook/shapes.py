"""What a pack says, ready for use: procedures, routing, deadlines, effects, as read-only values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from processors.rulebook.conditions import Condition, Expression
    from schemas.days import Limit
    from schemas.errors import Code

Citation: TypeAlias = Mapping[str, Any]
"""A `LawRef` as a record: law, article, quote, verified."""

Party: TypeAlias = Literal["holder", "originator", "former", "platform"]

NEW = "new"
"""The state of a matter that no fact has opened yet."""

RESUME = "resume"
"""As `to`: the state that was remembered when the matter was returned."""

SAME = "same"
"""As `to`: the state in which the matter is."""

SENDER = "sender"
"""As `holds`: who states the fact becomes the holder."""


@dataclass(frozen=True, slots=True)
class Both:
    """A text in Chinese and English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Validity:
    """From which day to which, both counted, a rule holds; "" leaves that end open. Days are ISO dates."""

    begin: str = ""
    end: str = ""

    def holds(self, day: str) -> bool:
        """Say whether the rule holds on a day."""
        return (not self.begin or self.begin <= day) and (not self.end or day <= self.end)


ALWAYS = Validity()


@dataclass(frozen=True, slots=True)
class By:
    """Who may state a fact: agencies of one of these standings, one party of the matter, or both at once."""

    standing: frozenset[str]
    party: Party | None


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition without which a fact is refused, with the code and the words of that refusal.

    `shows` are expressions whose text is added to the words: what the platform found instead.
    """

    when: Condition
    code: Code
    field: str
    text: Both
    source: str
    shows: tuple[Expression, Expression] | None = None


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

    `to` may be RESUME or SAME; `unrouted` holds instead when no receiver is found, `incomplete` while
    elements are missing. `remember` is the state to go back to later: a state, or "state" for the present
    one. `holds` is SENDER or "".
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
    holds: str = ""


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
    validity: Validity = ALWAYS
    clauses: tuple[str, ...] = ()

    def of(self, fact: str) -> tuple[Transition, ...]:
        """Give every transition of a fact, in whatever state."""
        return tuple(t for t in self.transitions if t.fact == fact)

    def allowed(self, state: str) -> tuple[str, ...]:
        """Name the facts that agencies may state in a state, in the order of the procedure.

        A guard that never holds only tells why not.
        """
        here = (t for t in self.transitions if state in t.sources and t.by.party != "platform")
        facts = (t.fact for t in here if all(guard.when.text != "false" for guard in t.guards))
        return tuple(dict.fromkeys(facts))


class Action(StrEnum):
    """What a fact does to a clock; in this order, if it does several things."""

    STOP = "stop"
    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    START = "start"


@dataclass(frozen=True, slots=True)
class Extension:
    """By how much a fact extends a clock: a length, or the date in a field of it; at most so many times."""

    by: Limit | None
    to_field: str
    times: int


@dataclass(frozen=True, slots=True)
class Trigger:
    """A fact that does something to the clocks of a rule, perhaps on a condition."""

    action: Action
    fact: str
    when: Condition | None
    rule: DeadlineRule
    extension: Extension | None = None


@dataclass(frozen=True, slots=True)
class Applies:
    """For whom a deadline rule is: the responsible agency's procedure rules ("" for any) and standing."""

    procedure_rule_set: str
    standing: frozenset[str]
    not_standing: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reminder:
    """A warning before the limit: at half of it, or one working day before its end.

    `to` names parties, or agencies (desks).
    """

    at: Literal["half", "last-working-day"]
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the escalation ladder 升级: so long after the breach, to these parties or agencies."""

    after: Limit
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counting:
    """What a rule counts, and from where.

    `start` is "received", "month-end" or a field of the fact; `before` a field that names the instant which
    the act must precede (a backward limit), or "". No limit and no extension goes beyond `ceiling`.
    """

    limit: Limit
    start: str = "received"
    before: str = ""
    from_catalogue: bool = False
    ceiling: Limit | None = None
    ceiling_citation: Citation | None = None


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """One deadline rule 期限规则: who must do what by when, and who hears of it.

    `awaits` are facts of a later version: such a rule runs no clock yet.
    """

    id: str
    name: Both
    responsible: str
    watchers: tuple[Party, ...]
    applies: Applies
    counting: Counting
    basis: str
    pause_reason: str
    cancel_reason: str
    warn: tuple[Reminder, ...]
    breach: tuple[str, ...]
    ladder: tuple[Rung, ...]
    citation: Citation
    awaits: tuple[str, ...] = ()
    validity: Validity = ALWAYS
    clauses: tuple[str, ...] = ()

    @property
    def limit(self) -> Limit:
        """How long it is."""
        return self.counting.limit

    @property
    def base(self) -> str:
        """The id without its version: a clock is stopped by any version of its rule."""
        return base_of(self.id)


def base_of(rule: str) -> str:
    """Give a rule's id without its version."""
    return rule.partition("@")[0]
