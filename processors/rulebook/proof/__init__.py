"""Proof 校验 of a rulebook: what no file shows by itself, because it lies between rules, facts and contracts.

`prove` is asked whenever a rulebook is loaded, so a worker does not start with a broken one; `findings` tells
everything at once, for `liandong rules check`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.rulebook.proof.deadlines import deadline_findings
from processors.rulebook.proof.desks import desk_findings
from processors.rulebook.proof.effects import effect_findings
from processors.rulebook.proof.names import denial_findings, name_findings
from processors.rulebook.proof.procedures import procedure_findings
from processors.rulebook.proof.routing import routing_findings
from processors.rulebook.proof.texts import mistakes
from processors.rulebook.proof.versions import version_findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.rulebook.pack import Pack
    from processors.rulebook.source import BrokenPack

__all__ = ["findings", "mistakes", "prove"]


def prove(packs: Sequence[Pack]) -> None:
    """Pass packs that hold together; raises BrokenPack for the first thing that does not."""
    for finding in findings(packs):
        raise finding


def findings(packs: Sequence[Pack], today: str = "") -> list[BrokenPack]:
    """Give everything that does not hold together, by file and line.

    On a day (ISO) also the rules that have expired by then: a worker replays old days, so loading does not
    ask for it.
    """
    twice = list(name_findings(packs))
    if twice:
        return twice
    found = [
        *denial_findings(packs),
        *mistakes(packs),
        *procedure_findings(packs),
        *routing_findings(packs),
        *deadline_findings(packs),
        *desk_findings(packs),
        *effect_findings(packs),
        *version_findings(packs, today),
    ]
    unique = {str(each): each for each in found}
    return sorted(unique.values(), key=lambda each: (each.file, each.line))
