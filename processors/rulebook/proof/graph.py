"""A procedure as a graph: where each fact leads, what can follow, what the matter surely remembers there."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from processors.rulebook.shapes import NEW, RESUME, SAME
from schemas.contracts import contracts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from processors.rulebook.shapes import Procedure, Transition

PRESENT = "state"
"""As `remember`: the state in which the matter is when the fact comes."""


def landings(procedure: Procedure, transition: Transition, state: str) -> frozenset[str]:
    """Give the states to which a fact can lead from a state."""
    ends = {transition.to, transition.unrouted, transition.incomplete}
    found = {state if end == SAME else end for end in ends}
    if RESUME in found:
        found = (found - {RESUME}) | remembered(procedure)
    return frozenset(found)


def remembered(procedure: Procedure) -> frozenset[str]:
    """Give the states to which a return for supplement can go back."""
    found: set[str] = set()
    for transition in procedure.transitions:
        if transition.remember == PRESENT:
            # Who returns what is returned already changes nothing of what is remembered.
            found |= {s for s in transition.sources if landings_of(transition, s) != {s}}
        elif transition.remember:
            found.add(transition.remember)
    return frozenset(found)


def landings_of(transition: Transition, state: str) -> set[str]:
    """Give where a transition leads as it is written, `same` resolved."""
    return {state if end == SAME else end for end in (transition.to, transition.unrouted)}


def moves(procedure: Procedure) -> Iterator[tuple[str, Transition, str]]:
    """Give every move as (from, by what, to)."""
    for transition in procedure.transitions:
        for state in sorted(transition.sources):
            for landing in sorted(landings(procedure, transition, state)):
                yield state, transition, landing


def reachable(procedure: Procedure, begin: Collection[str] = (NEW,)) -> frozenset[str]:
    """Give the states that can follow upon these, these among them."""
    steps: dict[str, set[str]] = {}
    for state, _, landing in moves(procedure):
        steps.setdefault(state, set()).add(landing)
    found, open_ = set(begin), list(begin)
    while open_:
        for landing in steps.get(open_.pop(), set()) - found:
            found.add(landing)
            open_.append(landing)
    return frozenset(found)


def after(procedure: Procedure, fact: str) -> frozenset[str]:
    """Give the states in which a matter can be right after a fact."""
    return frozenset(to for state, by, to in moves(procedure) if by.fact == fact)


def ends(procedure: Procedure) -> frozenset[str]:
    """Give the states that no fact leaves."""
    left = {state for state, _, landing in moves(procedure) if landing != state}
    return frozenset(procedure.states) - left


@cache
def gives(fact: str) -> frozenset[str]:
    """Name the fields that the matter surely remembers after a fact: kept ones that are never null."""
    fields = contracts()[fact].schema["fields"]
    return frozenset(f["name"] for f in fields if f.get("keep") and not isinstance(f["type"], list))


def kept_in(procedure: Procedure) -> dict[str, frozenset[str]]:
    """Give for each state what the matter surely remembers there, on whatever way it came."""
    every = frozenset().union(*(gives(t.fact) for t in procedure.transitions))
    kept = dict.fromkeys(procedure.states, every) | {NEW: frozenset()}
    changed = True
    while changed:
        changed = False
        for state, by, landing in moves(procedure):
            here = kept[landing] & (kept[state] | gives(by.fact))
            changed = changed or here != kept[landing]
            kept[landing] = here
    return kept


def kept_before(procedure: Procedure, transition: Transition) -> frozenset[str]:
    """Give what the matter surely remembers when this transition is asked for."""
    kept = kept_in(procedure)
    return frozenset.intersection(*(kept[state] for state in transition.sources))
