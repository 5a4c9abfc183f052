"""Proof of procedures: every state is entered and leads to an end, every fact of the contracts is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.rulebook.proof.found import Found, found_in
from processors.rulebook.proof.graph import ends, landings, moves, reachable, remembered
from processors.rulebook.shapes import NEW, RESUME
from schemas.contracts import contracts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from processors.rulebook.pack import Pack
    from processors.rulebook.shapes import Procedure
    from processors.rulebook.source import BrokenPack

BY_AGENCIES = frozenset({"AGENCY", "BOTH"})


def procedure_findings(packs: Sequence[Pack]) -> Iterator[BrokenPack]:
    """Give what is wrong with the procedures of every pack."""
    known = {p.id: p for pack in packs for p in pack.procedures}
    for found in found_in(packs, "procedure"):
        procedure = known[found.id]
        yield from _states(found, procedure)
        yield from _returns(found, procedure)
        yield from _elements(found, procedure)
    yield from _taken(packs)


def _states(found: Found, procedure: Procedure) -> Iterator[BrokenPack]:
    """Every state is entered; what no fact leaves stands last; from everywhere else a way leads to an end."""
    entered, last = reachable(procedure), ends(procedure)
    order = list(procedure.states)
    for index, state in enumerate(order):
        place = ("states", state)
        if state not in entered:
            yield found.broken(
                place, f"no fact leads to the state {state}.", "Let a fact lead there, or leave it out."
            )
        elif state in last and not set(order[index:]) <= last:
            yield found.broken(
                place,
                f"no fact leaves the state {state}, and it is not listed as an end.",
                "Let a fact lead on, or list it last if the matter ends there.",
            )
        elif last and not reachable(procedure, (state,)) & last:
            yield found.broken(
                place,
                f"from {state} there is no way to an end ({', '.join(sorted(last))}).",
                "Let a fact lead out of the loop.",
            )


def _returns(found: Found, procedure: Procedure) -> Iterator[BrokenPack]:
    for index, transition in enumerate(procedure.transitions):
        if transition.to == RESUME and not remembered(procedure):
            yield found.broken(
                ("on", index, "to"),
                f"{transition.fact} goes back to a state that no fact remembers.",
                "Let the fact that returns the matter say `remember: state`.",
            )


def _elements(found: Found, procedure: Procedure) -> Iterator[BrokenPack]:
    """Where elements may be missing, the platform can ask for them."""
    if procedure.elements is None:
        return
    missing = procedure.elements.missing
    for index, transition in enumerate(procedure.transitions):
        if not transition.elements:
            continue
        for state in sorted(
            {s for each in transition.sources for s in landings(procedure, transition, each)}
        ):
            asks = procedure.moves.get((missing, state))
            routed_nowhere = transition.routed and state == transition.unrouted != transition.to
            if not routed_nowhere and (asks is None or asks.by.party not in {"platform", "holder"}):
                yield found.broken(
                    ("on", index, "elements"),
                    f"{transition.fact} leads to {state}, where {missing} cannot be stated.",
                    f"Let {missing} come from {state}, by the platform or the holder.",
                )


def _taken(packs: Sequence[Pack]) -> Iterator[BrokenPack]:
    """A fact that agencies may state about a kind of matter is taken by a procedure of that kind."""
    taken = {(p.kind, t.fact) for pack in packs for p in pack.procedures for t in p.transitions}
    reported: set[tuple[str, str]] = set()
    for found in found_in(packs, "procedure"):
        kind = found.content["kind"]
        for contract in contracts().on_the_wire():
            here = (kind, contract.name)
            stated = contract.stated in BY_AGENCIES and kind in contract.about
            if stated and here not in taken and here not in reported:
                reported.add(here)
                yield found.broken(
                    ("kind",),
                    f"agencies may state {contract.name} about {kind}, but no procedure takes it.",
                    "Say in `on` from which states it comes and where it leads.",
                )


def opens(procedure: Procedure, fact: str) -> bool:
    """Say whether a fact opens a matter of this procedure."""
    return any(by.fact == fact and state == NEW for state, by, _ in moves(procedure))
