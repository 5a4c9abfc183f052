"""What a step wants to say: drafts of the platform's own facts, before ids, seals and hashes.

The steps of the pipeline (route, clock, return for supplement) make drafts; `processors.entries` writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Citation: TypeAlias = Mapping[str, Any]
"""A `LawRef` as a record: law, article, quote, verified."""


@dataclass(frozen=True, slots=True)
class Move:
    """What a record changes in the matter; None leaves a thing as it is."""

    state: str | None = None
    resume: str | None = None
    holder: str | None = None
    procedure: str | None = None


STAY = Move()
"""The move of a record that changes neither state nor holder."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One fact of the platform: its type, its fields without `meta`, its rule, whom it tells.

    `as_agency` gives it, in place of the short `meta`, the full one of a procedure's own fact. `key` makes
    its id differ from those of its like under the same cause.
    """

    fact: str
    body: Mapping[str, Any]
    rule: str = ""
    citation: Citation | None = None
    addressed_to: tuple[str, ...] = ()
    copied_to: tuple[str, ...] = ()
    move: Move = field(default=STAY)
    as_agency: bool = False
    key: str = ""
