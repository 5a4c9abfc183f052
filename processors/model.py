"""What a decision sees and what it makes: matters with their clocks, what arrives, what is to be appended.

A `Matter` is a fold of its ledger records and changes only through `processors.evolve`. Instants are micros
since the epoch, UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

if TYPE_CHECKING:
    from processors.rulebook import Rulebook
    from schemas.agencies import Register
    from schemas.calendar import WorkingCalendar
    from schemas.catalogue import Catalogue
    from schemas.envelope import Kind
    from schemas.seal import SealMatter

NEW = "new"
"""The state of a matter of which nothing is known yet; no fact leads back to it."""

RUNNING, PAUSED, MET, BREACHED, CANCELLED = "RUNNING", "PAUSED", "MET", "BREACHED", "CANCELLED"
"""States of a clock. A running one rings, and a breached one until somebody acts or is released."""

BREACH, ESCALATE = "BREACH", "ESCALATE_"
"""Kinds of alarm: the breach, and the beginning of those of the ladder (ESCALATE_1 and so on)."""

Seen: TypeAlias = Mapping[tuple[str, str, str], frozenset[bytes]]
"""(agency, matter, event_id) to the SM3 hashes of the contents already in the ledger under it."""


class Alarm(msgspec.Struct, frozen=True, array_like=True):
    """One instant at which a clock speaks: WARN_HALF, WARN_LAST_DAY, BREACH or ESCALATE_n, to these."""

    instant: int
    kind: str
    to: tuple[str, ...]


class Clock(msgspec.Struct, frozen=True, omit_defaults=True):
    """One deadline 时限 of a matter, with the alarms that it still has to give, earliest first.

    `n`, `unit` and `day_kind` are its length with what extended it, `until` the date to which it was extended
    instead, `extended` how often it was. A breach is for ever; `ended` says that nobody has to act any more.
    """

    id: str
    rule: str
    name_zh: str
    responsible: str
    start_at: int
    due: int
    due_date: str
    state: str
    n: int = 0
    unit: str = "DAY"
    day_kind: str = "WORKING"
    until: str = ""
    extended: int = 0
    alarms: tuple[Alarm, ...] = ()
    pauses: tuple[tuple[int, int | None], ...] = ()
    calendar: int = 0
    provisional: bool = False
    watchers: tuple[str, ...] = ()
    ended: bool = False

    @property
    def base(self) -> str:
        """The rule's id without its version."""
        return self.rule.partition("@")[0]

    @property
    def open(self) -> bool:
        """Whether somebody still has to stop it, in time or too late."""
        return self.state in {RUNNING, PAUSED} or (self.state == BREACHED and not self.ended)

    def next_alarm(self) -> int | None:
        """Give the instant of the next alarm; None when it is paused or over."""
        rings = self.state == RUNNING or (self.state == BREACHED and not self.ended)
        return self.alarms[0].instant if self.alarms and rings else None


class Totals(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a digest has collected: (count, amount in fen) of everything, by cause and by township."""

    count: int = 0
    amount: int = 0
    by_cause: dict[str, tuple[int, int]] = {}
    by_township: dict[str, tuple[int, int]] = {}


Kept: TypeAlias = str | int | float | bool | list[str]
"""What a matter remembers of a field that its contract marks with `keep`."""


class Matter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A matter 事项 as its ledger records left it. `region` is the one whose rules decide it.

    `resume` is the state to which a return for supplement goes back, `lacking` what is still to be supplied,
    `tally` how often each type of fact stands in the chain, `head` the hash of the last chained record.
    `handlers` held it before, `kept` are the last values of fields that their contracts mark so.
    """

    id: str
    procedure: str = ""
    state: str = NEW
    resume: str = ""
    seq: int = 0
    head: bytes = b""
    holder: str = ""
    originator: str = ""
    region: str = ""
    correlation: str = ""
    lacking: tuple[str, ...] = ()
    handlers: tuple[str, ...] = ()
    kept: dict[str, Kept] = {}
    totals: Totals | None = None
    tally: dict[str, int] = {}
    clocks: dict[str, Clock] = {}
    held: bool = False

    @property
    def hand_overs(self) -> int:
        """How often the triage desk has handed the matter on."""
        return self.tally.get("ClueForwarded", 0)

    def next_alarm(self) -> tuple[int, str] | None:
        """Give (instant, clock id) of the next alarm; None when none runs or the matter is held."""
        if self.held:
            return None
        waiting = ((at, clock.id) for clock in self.clocks.values() if (at := clock.next_alarm()) is not None)
        return min(waiting, default=None)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One record of `inbound` with a good stamp, in its right partition, placed in time."""

    kind: Kind
    matter: str
    agency: str
    event_id: str
    value: bytes
    partition: int
    offset: int
    received_at: int
    stamp_key: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One ledger record to append; the owner adds its number and partition.

    `record` is `value` decoded, `hash` is SM3 over `matter_bytes` and `value`, `offset` where in
    `inbound` lies what led to it, `last` whether it ends what its cause led to.
    """

    seal: SealMatter
    matter_bytes: bytes
    value: bytes
    hash: bytes
    record: Mapping[str, Any]
    last: bool
    offset: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision comes to: the matter after it and the entries that made it so."""

    matter: Matter
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """What is in force in a partition; `simulated` says whether the stack's time is.

    `catalogue` is the one of assistance, None while none is published. `calendar_since` and `calendar_from`
    (micros) say when the calendar came into force and from which day on it differs from what the stack began
    with.
    `carried` are the hashes of the rulebook editions that may be published.
    """

    rulebook: Rulebook
    calendar: WorkingCalendar
    agencies: Register
    simulated: bool
    catalogue: Catalogue | None = None
    calendar_since: int = 0
    calendar_from: int = 0
    carried: frozenset[str] = frozenset()


def jurisdiction(matter: str, region: str) -> str:
    """Say by which region's rules a matter is decided: that of the place, if its opener acts there.

    What happened elsewhere (a clue about another province) is decided where it was opened. The region of the
    opener stands in the matter's id.
    """
    home = matter.split("-")[1] if "-" in matter else ""
    own = home
    while own.endswith("00"):
        own = own[:-2]
    return region if region.startswith(own) else home


def new_matter(matter_id: str) -> Matter:
    """Give the matter of which nothing is known yet."""
    return Matter(id=matter_id)


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Matter)


def dump(matter: Matter) -> bytes:
    """Encode a matter as msgpack, for the owner's table."""
    return _ENCODER.encode(matter)


def load(data: bytes) -> Matter:
    """Decode what `dump` made. Raises msgspec.ValidationError on anything else."""
    return _DECODER.decode(data)
