"""In what a fact meets the clocks of its matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processors.model import Matter, Rules
    from processors.rulebook import Book
    from processors.rulebook.conditions import View


@dataclass(frozen=True, slots=True)
class Stroke:
    """A fact that clocks listen to: type, id, who stated it, what it says.

    `instant` (micros) is the one from which its clocks count: its `received_at`, an effect's that of its
    cause.
    """

    fact: str
    event_id: str
    agency: str
    instant: int
    record: Mapping[str, Any]


@dataclass(slots=True)
class Setting:
    """The matter after the fact, kept up with what is written; the rules; whom the fact is addressed to."""

    matter: Matter
    book: Book
    rules: Rules
    view: View
    addressed: Sequence[str]
