"""Who may state a fact in which state of which procedure, and on which conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.admit.case import Admitted, Case
from processors.model import NEW
from schemas.contracts import contracts
from schemas.days import day_of
from schemas.errors import Code, Refused
from schemas.identifiers import parse_matter_id, reference_matter

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from processors.rulebook.shapes import By, Guard, Procedure, Transition
    from schemas.identifiers import MatterId


class ProcedureMissing(LookupError):
    """The procedure of an open matter is in no pack: carry that version on, then replay the matter."""


def permit(case: Case) -> Admitted:
    """Find the transition that the fact makes; refuses a wrong sender, a wrong state, an unmet condition."""
    procedure = _opening(case) if case.matter.seq == 0 else _running(case)
    transition = procedure.moves.get((case.fact, case.matter.state))
    if transition is None:
        raise _no_move(case, procedure)
    if not _may(case, transition.by):
        raise _not_yours(case, procedure, (transition,))
    for guard in transition.guards:
        if not guard.when.holds(case.view):
            raise _guarded(case, procedure, guard)
    return Admitted(case, procedure, transition)


def _guarded(case: Case, procedure: Procedure, guard: Guard) -> Refused:
    """Refuse with the guard's words, and with what the platform found instead."""
    zh, en = guard.text.zh, guard.text.en
    if guard.shows is not None:
        zh += guard.shows[0].gives(case.view)
        en += " " + guard.shows[1].gives(case.view)
    return Refused(guard.code, guard.field, procedure.id, zh, en, guard.source)


def _opening(case: Case) -> Procedure:
    """Find the procedure that this fact opens for a matter of this kind, under the sender's own code."""
    named = parse_matter_id(case.meta["matter"])
    procedures = case.book.by_fact.get(case.fact, ())
    if not procedures:
        raise Refused(
            Code.UNKNOWN_FACT,
            "/meta/region",
            detail_zh=f"地区 {case.meta['region']} 没有接收 {case.fact} 的程序。",
            detail_en=f"No procedure of region {case.meta['region']} takes {case.fact}.",
        )
    today = day_of(case.incoming.received_at).isoformat()
    opening = [p for p in procedures if (case.fact, NEW) in p.moves and p.validity.holds(today)]
    if not opening:
        raise Refused(
            Code.NO_SUCH_MATTER,
            "/meta/matter",
            procedures[0].id,
            f"事项 {named.text} 尚未立项，{case.fact} 不能立项。",
            f"Matter {named.text} is not open, and {case.fact} opens none.",
        )
    for procedure in opening:
        if procedure.kind == named.kind:
            if not case.effect:
                _check_opener(case, procedure, named)
            return procedure
    raise Refused(
        Code.MATTER_KIND_DIFFERS,
        "/meta/matter",
        opening[0].id,
        f"{case.fact} 立项的编号以 {opening[0].kind} 开头，而不是 {named.kind.value}。",
        f"A matter that {case.fact} opens begins with {opening[0].kind}, not {named.kind.value}.",
    )


def _check_opener(case: Case, procedure: Procedure, named: MatterId) -> None:
    """Pass a matter under the sender's own code; reference data of a kind has one matter, which is ours."""
    kind = contracts()[case.fact].reference
    if kind and named.text != reference_matter(kind):
        raise Refused(
            Code.MATTER_OF_ANOTHER,
            "/meta/matter",
            procedure.id,
            f"此类参考数据的事项编号是 {reference_matter(kind)}。",
            f"Reference data of this kind has the matter id {reference_matter(kind)}.",
        )
    if not kind and named.agency != case.meta["agency"]:
        raise Refused(
            Code.MATTER_OF_ANOTHER,
            "/meta/matter",
            procedure.id,
            f"编号属于 {named.agency}。",
            f"The id belongs to {named.agency}.",
        )


def _running(case: Case) -> Procedure:
    procedure = case.book.procedures.get(case.matter.procedure)
    if procedure is None:
        raise ProcedureMissing(f"{case.matter.procedure}: {ProcedureMissing.__doc__}")
    return procedure


def _no_move(case: Case, procedure: Procedure) -> Refused:
    """Say why the fact moves nothing: no fact of this procedure, not yours, or not in this state.

    A stranger is told so before anything about the state.
    """
    running = [t for t in procedure.of(case.fact) if t.sources != {NEW}]
    opens = (case.fact, NEW) in procedure.moves
    if not running and not opens:
        return Refused(
            Code.UNKNOWN_FACT,
            "",
            procedure.id,
            f"{procedure.name.zh}程序中没有 {case.fact}。",
            f"{case.fact} is no fact of the procedure {procedure.id}.",
        )
    if not any(_may(case, t.by) for t in running):
        return _not_yours(case, procedure, running) if running else _exists(case, procedure)
    return _exists(case, procedure) if opens else _wrong_state(case, procedure)


def _exists(case: Case, procedure: Procedure) -> Refused:
    return Refused(
        Code.MATTER_EXISTS,
        "/meta/matter",
        procedure.id,
        f"事项 {case.matter.id} 已经立项。",
        f"Matter {case.matter.id} is open already.",
    )


def _wrong_state(case: Case, procedure: Procedure) -> Refused:
    state, label = case.matter.state, procedure.states.get(case.matter.state, "")
    allowed = procedure.allowed(state)
    zh = "、".join(allowed) if allowed else "无"
    en = ", ".join(allowed) if allowed else "nothing"
    return Refused(
        Code.STATE_DOES_NOT_ALLOW,
        "",
        procedure.id,
        f"事项处于“{label}”，现在可以作出：{zh}。",
        f"The matter is {state}; what may be stated now: {en}.",
        f"{procedure.citation['law']} {procedure.citation['article']}",
    )


def _may(case: Case, by: By) -> bool:
    """Say whether the sender is the party that is asked for, and of a standing that is."""
    if by.party == "platform" or case.effect:
        return by.party == "platform" and case.effect
    agency, matter = case.agency, case.matter
    parties = {
        "holder": (matter.holder,),
        "originator": (matter.originator,),
        "former": matter.handlers,
    }
    if by.party is not None and agency not in parties[by.party]:
        return False
    known = case.rules.agencies.get(agency)
    return known is not None and (not by.standing or not by.standing.isdisjoint(known.standing))


def _not_yours(case: Case, procedure: Procedure, transitions: Sequence[Transition]) -> Refused:
    parties = {t.by.party for t in transitions}
    if parties == {"platform"}:
        return Refused(
            Code.PLATFORM_FACT,
            "",
            procedure.id,
            f"{case.fact} 由平台作出。",
            f"{case.fact} is stated by the platform.",
        )
    if parties & _PARTIES.keys():
        return Refused(
            Code.NOT_YOUR_MATTER,
            "/meta/agency",
            procedure.id,
            f"{case.fact} 只能由此事项的{_party_zh(parties)}作出。",
            f"{case.fact} is for the matter's {' or '.join(sorted(str(p) for p in parties if p))}.",
        )
    standings = sorted({s for t in transitions for s in t.by.standing})
    return Refused(
        Code.NOT_YOUR_FACT,
        "/meta/agency",
        procedure.id,
        f"{case.fact} 只能由具备下列身份的机关作出：{'、'.join(standings)}。",
        f"{case.fact} is for agencies of standing {', '.join(standings)}.",
    )


_PARTIES = {"holder": "承办机关", "originator": "来源机关", "former": "曾承办机关"}


def _party_zh(parties: Collection[str | None]) -> str:
    return "或".join(zh for party, zh in _PARTIES.items() if party in parties)
