"""What is in force in a partition, as its markers said: from a marker's place on it decides with that."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from processors.reference import RULEBOOK, Published, changed, with_rulebook
from schemas.codec import CODEC
from schemas.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from processors.model import Rules
    from processors.rulebook import Rulebook
    from processors.rulebook.library import Library

GENESIS = "GENESIS"


class PackMissing(RuntimeError):
    """The rulebook in force is not carried by this worker.

    Install the release that carries it, or name its directory in LIANDONG_EDITIONS.
    """


class ReferenceDiffers(RuntimeError):
    """The calendar or register of this release is not the one with which the stack began.

    Install a release that keeps the base of this stack, and publish what is new as a fact.
    """


@dataclass(frozen=True, slots=True)
class Base:
    """What a stack begins with: the release's own calendar and register, and the editions it carries."""

    rules: Rules
    library: Library


@dataclass(frozen=True, slots=True)
class InForce:
    """The rules in force, and the number of the last marker of each kind; none before the genesis marker."""

    base: Base
    rules: Rules
    seqs: Mapping[str, int] = field(default_factory=dict)

    @property
    def begun(self) -> bool:
        """Whether the genesis marker has taken effect."""
        return GENESIS in self.seqs

    def after(self, marker: Mapping[str, Any], received_at: int) -> InForce:
        """Give what is in force after a marker; the same if its number is not beyond the one in force.

        Raises PackMissing, ReferenceDiffers.
        """
        kind, seq = marker["marker"], marker["seq"]
        if seq <= self.seqs.get(kind, -1):
            return self
        return replace(self, rules=self._rules(marker, received_at), seqs={**self.seqs, kind: seq})

    def _rules(self, marker: Mapping[str, Any], received_at: int) -> Rules:
        kind = marker["marker"]
        if kind == GENESIS:
            self._check_base(marker)
        if kind in {GENESIS, RULEBOOK}:
            return with_rulebook(self.rules, self._carried(marker["rulebook"]))
        content = CODEC.decode(marker["content"]).record
        try:
            return changed(self.rules, Published(kind, marker["seq"], received_at, content))
        except Refused:
            # Two facts admitted before the first one's marker came back: what they contradict stays in force.
            return self.rules

    def _carried(self, hash_: str) -> Rulebook:
        rulebook = self.base.library.get(hash_)
        if rulebook is None:
            own = self.base.library.own.hash
            raise PackMissing(
                f"the rulebook in force is {hash_[:12]}, this worker carries {own[:12]}: install the release "
                f"that carries it, or name its directory in LIANDONG_EDITIONS"
            )
        return rulebook

    def _check_base(self, marker: Mapping[str, Any]) -> None:
        rules = self.base.rules
        said = (marker["calendar_version"], marker["agencies_version"])
        carried = (rules.calendar.version, rules.agencies.version)
        if said != carried:
            raise ReferenceDiffers(
                f"calendar and register began as versions {said}, this release has {carried}: install a "
                f"release that keeps the base of this stack, and publish what is new as a fact"
            )


def before_genesis(base: Base) -> InForce:
    """Give what a partition has before its genesis marker."""
    return InForce(base, base.rules)


def replayed(base: Base, markers: Iterable[tuple[bytes, int]]) -> InForce:
    """Give what is in force after these markers (value, received_at), in the order in which they came."""
    force = before_genesis(base)
    for value, received_at in markers:
        force = force.after(CODEC.decode(value).record, received_at)
    return force
