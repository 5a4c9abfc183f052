"""Who may state a fact in which state of which procedure, and on which conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.admit.case import Admitted, Case
from processors.model import NEW
from schemas.errors import Code, Refused
from schemas.identifiers import parse_matter_id

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from processors.rulebook.shapes import By, Procedure, Transition


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
            raise Refused(guard.code, guard.field, procedure.id, guard.text.zh, guard.text.en, guard.source)
    return Admitted(case, procedure, transition)


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
    opening = [p for p in procedures if (case.fact, NEW) in p.moves]
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
            _check_opener(case, procedure, named.agency)
            return procedure
    raise Refused(
        Code.MATTER_KIND_DIFFERS,
        "/meta/matter",
        opening[0].id,
        f"{case.fact} 立项的编号以 {opening[0].kind} 开头，而不是 {named.kind.value}。",
        f"A matter that {case.fact} opens begins with {opening[0].kind}, not {named.kind.value}.",
    )


def _check_opener(case: Case, procedure: Procedure, opener: str) -> None:
    if opener != case.meta["agency"]:
        raise Refused(
            Code.MATTER_OF_ANOTHER,
            "/meta/matter",
            procedure.id,
            f"编号属于 {opener}。",
            f"The id belongs to {opener}.",
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
    agency = case.meta["agency"]
    if by.party == "holder":
        return bool(agency == case.matter.holder)
    if by.party == "originator":
        return bool(agency == case.matter.originator)
    known = case.rules.agencies.get(agency)
    return known is not None and not by.standing.isdisjoint(known.standing)


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
    if parties & {"holder", "originator"}:
        return Refused(
            Code.NOT_YOUR_MATTER,
            "/meta/agency",
            procedure.id,
            f"{case.fact} 只能由此事项的{_party_zh(parties)}作出。",
            f"{case.fact} is for the matter's {' or '.join(sorted(str(p) for p in parties))}.",
        )
    standings = sorted({s for t in transitions for s in t.by.standing})
    return Refused(
        Code.NOT_YOUR_FACT,
        "/meta/agency",
        procedure.id,
        f"{case.fact} 只能由具备下列身份的机关作出：{'、'.join(standings)}。",
        f"{case.fact} is for agencies of standing {', '.join(standings)}.",
    )


def _party_zh(parties: Collection[str | None]) -> str:
    return "或".join(
        zh for party, zh in (("holder", "承办机关"), ("originator", "来源机关")) if party in parties
    )
