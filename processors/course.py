"""The course of an admitted fact: it moves its matter, is routed, sets clocks going, and may be returned.

Everything happens in one step, each record upon the one before: the fact itself, where it goes, its clocks;
then, if elements are missing, the platform's return for supplement, and the clocks that it moves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.admit import Admitted, Case, view_of
from processors.clocks import due_date_from, run_clocks
from processors.clocks.run import Stroke
from processors.drafts import Draft, Move
from processors.entries import Scribe, cause_of
from processors.route import Routed, Unrouted, route
from processors.rulebook.shapes import RESUME, Element, Elements, Procedure, Transition

if TYPE_CHECKING:
    from processors.model import Matter, Outcome


def run_course(admitted: Admitted) -> Outcome:
    """Write everything that an admitted fact leads to, in its order."""
    case = admitted.case
    lacking = _lacking(admitted)
    where = route(admitted)
    scribe = Scribe(case.matter, case.rules, cause_of(case.incoming, case.meta))
    scribe.admit(case.incoming, _own(admitted, where, complete=not lacking))
    if where is not None:
        scribe.derive(where.draft)
    _run_clocks(scribe, case, case.fact, case.incoming.event_id, case.record)
    if lacking and admitted.procedure.elements and not isinstance(where, Unrouted):
        _return(scribe, admitted, admitted.procedure.elements, lacking)
    return scribe.outcome()


def _lacking(admitted: Admitted) -> tuple[Element, ...]:
    """List the elements that neither this fact nor an earlier one has brought (奉贤 四(四)2 五要素)."""
    elements, matter = admitted.procedure.elements, admitted.case.matter
    if not admitted.transition.elements or elements is None:
        return ()
    asked = [e for e in elements.each if not matter.lacking or e.id in matter.lacking]
    return tuple(e for e in asked if not e.when.holds(admitted.case.view))


def _own(admitted: Admitted, where: Routed | Unrouted | None, *, complete: bool) -> Draft:
    """Say where the fact itself leads, and whom it tells: its receiver, or the other party of the matter."""
    case, transition, procedure = admitted.case, admitted.transition, admitted.procedure
    matter = case.matter
    if isinstance(where, Unrouted):
        to = transition.unrouted
    else:
        to = transition.to if complete else transition.incomplete
    holder = where.to if isinstance(where, Routed) else "" if isinstance(where, Unrouted) else None
    move = _move(transition, matter, to)
    return Draft(
        fact=case.fact,
        body=case.record,
        rule=procedure.id,
        addressed_to=(where.to,) if isinstance(where, Routed) else _told(transition, matter),
        copied_to=where.cc if isinstance(where, Routed) else (),
        move=Move(move.state, move.resume, holder, procedure.id),
    )


def _move(transition: Transition, matter: Matter, to: str) -> Move:
    """Give the state that a transition leads to, and the state that a return goes back to later.

    The memory is kept while the matter stays where it is, and dropped when it moves on.
    """
    state = matter.resume if to == RESUME else to
    if transition.remember == "state":
        resume = matter.resume or matter.state
    elif transition.remember:
        resume = transition.remember
    else:
        resume = matter.resume if state == matter.state else ""
    return Move(state, resume)


def _told(transition: Transition, matter: Matter) -> tuple[str, ...]:
    codes = (matter.holder if party == "holder" else matter.originator for party in transition.tells)
    return tuple(dict.fromkeys(code for code in codes if code))


def _run_clocks(scribe: Scribe, case: Case, fact: str, event_id: str, record: Any) -> None:
    if fact not in case.book.triggers:
        return
    stroke = Stroke(fact, event_id, scribe.cause.instant, view_of(record, scribe.matter))
    for draft in run_clocks(stroke, scribe.matter, case.book, case.rules):
        scribe.derive(draft)


def _return(scribe: Scribe, admitted: Admitted, elements: Elements, lacking: tuple[Element, ...]) -> None:
    """State, as the platform, that the clue is returned and what is missing: it is not refused (不得拒收)."""
    case, matter = admitted.case, scribe.matter
    transition = _stated(admitted.procedure, elements.missing, matter)
    body = {
        "missing": [{"element": e.id, "zh": e.zh} for e in lacking],
        "supplement_due": due_date_from(
            elements.missing, scribe.cause.instant, matter, case.book, case.rules
        ),
    }
    draft = Draft(
        fact=elements.missing,
        body=body,
        rule=admitted.procedure.id,
        citation=elements.citation,
        addressed_to=_told(transition, matter),
        copied_to=(matter.holder,) if matter.holder else (),
        move=_move(transition, matter, transition.to),
        as_agency=True,
    )
    event_id = scribe.derive(draft)
    _run_clocks(scribe, case, elements.missing, event_id, body)


def _stated(procedure: Procedure, fact: str, matter: Matter) -> Transition:
    """Find the transition of a fact that the platform states by itself; a pack without it is our failure."""
    transition = procedure.moves.get((fact, matter.state))
    if transition is None or transition.by.party != "platform":
        raise LookupError(f"{procedure.id} lets the platform state no {fact} while {matter.state}")
    return transition
