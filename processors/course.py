"""The course of an admitted fact: it moves its matter, is routed, sets clocks going, and may be returned.

Everything happens in one step, each record upon the one before: the fact itself, where it goes, its clocks;
then, if elements are missing, the platform's return for supplement, and the clocks that it moves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.admit import Admitted, Case, view_of
from processors.clocks import Setting, Stroke, due_date_from, run_clocks
from processors.drafts import Draft, Move
from processors.effects import Owed, owed_by
from processors.entries import Scribe, cause_of
from processors.route import Routed, Unrouted, route
from processors.rulebook.shapes import RESUME, SAME, SENDER, Element, Elements, Procedure, Transition
from schemas.agencies import PLATFORM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.model import Matter, Outcome


def run_course(admitted: Admitted) -> Outcome:
    """Write everything that an admitted fact leads to, in its order."""
    case = admitted.case
    lacking = _lacking(admitted)
    where = route(admitted)
    scribe = Scribe(case.matter, case.rules, cause_of(case.incoming, case.meta))
    own = _own(admitted, where, complete=not lacking)
    digest = scribe.admit(case.incoming, own)
    seq = scribe.matter.seq
    if where is not None:
        scribe.derive(where.draft)
    stroke = Stroke(case.fact, case.incoming.event_id, case.agency, case.instant, case.record)
    _run_clocks(scribe, case, stroke, own.addressed_to)
    for effect in owed_by(Owed(admitted, scribe.matter, digest, seq)):
        scribe.derive(effect)
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
    holder = _holder(admitted, where)
    move = _move(transition, matter, to)
    return Draft(
        fact=case.fact,
        body=case.record,
        rule=procedure.id,
        addressed_to=where.to if isinstance(where, Routed) else _told(transition, matter),
        copied_to=where.cc if isinstance(where, Routed) else (),
        move=Move(move.state, move.resume, holder, procedure.id),
    )


def _holder(admitted: Admitted, where: Routed | Unrouted | None) -> str | None:
    """Say who has the matter next; None leaves it with whom it is."""
    if isinstance(where, Routed):
        return where.holder
    if isinstance(where, Unrouted):
        return None if admitted.transition.unrouted == SAME else ""
    return admitted.case.agency if admitted.transition.holds == SENDER else None


def _move(transition: Transition, matter: Matter, to: str) -> Move:
    """Give the state that a transition leads to, and the state that a return goes back to later.

    The memory is kept while the matter stays where it is, and dropped when it moves on.
    """
    state = matter.resume if to == RESUME else matter.state if to == SAME else to
    if transition.remember == "state":
        resume = matter.resume or matter.state
    elif transition.remember:
        resume = transition.remember
    else:
        resume = matter.resume if state == matter.state else ""
    return Move(state, resume)


def _told(transition: Transition, matter: Matter) -> tuple[str, ...]:
    parties = {"holder": (matter.holder,), "originator": (matter.originator,), "former": matter.handlers}
    codes = (code for party in transition.tells for code in parties.get(party, ()))
    return tuple(dict.fromkeys(code for code in codes if code))


def _run_clocks(scribe: Scribe, case: Case, stroke: Stroke, addressed: Sequence[str]) -> None:
    if stroke.fact not in case.book.triggers:
        return
    view = view_of(stroke.record, scribe.matter, stroke.instant)
    setting = Setting(scribe.matter, case.book, case.rules, view, addressed)
    for draft in run_clocks(stroke, setting):
        scribe.derive(draft)
        setting.matter = scribe.matter


def _return(scribe: Scribe, admitted: Admitted, elements: Elements, lacking: tuple[Element, ...]) -> None:
    """State, as the platform, that the clue is returned and what is missing: it is not refused (不得拒收)."""
    case, matter = admitted.case, scribe.matter
    transition = _stated(admitted.procedure, elements.missing, matter)
    setting = Setting(matter, case.book, case.rules, case.view, ())
    body = {
        "missing": [{"element": e.id, "zh": e.zh} for e in lacking],
        "supplement_due": due_date_from(elements.missing, scribe.cause.instant, setting),
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
    stroke = Stroke(elements.missing, event_id, PLATFORM, scribe.cause.instant, body)
    _run_clocks(scribe, case, stroke, draft.addressed_to)


def _stated(procedure: Procedure, fact: str, matter: Matter) -> Transition:
    """Find the transition of a fact that the platform states by itself; a pack without it is our failure."""
    transition = procedure.moves.get((fact, matter.state))
    if transition is None or transition.by.party not in {"platform", "holder"}:
        raise LookupError(f"{procedure.id} lets the platform state no {fact} while {matter.state}")
    return transition
