"""Whole stories of cases: out of a clue, out of a street's own patrol, on the spot, against outside firms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from producers.simulate.assist import Request, item_for
from producers.simulate.case import Case, fine_of
from producers.simulate.district import cause_of
from producers.simulate.material import summary
from producers.simulate.notify import OUTSIDE, outside_permit
from producers.simulate.parties import firm, found, regular, unidentified
from producers.simulate.places import busy_street, location
from producers.simulate.slips import refused
from schemas.errors import Code

if TYPE_CHECKING:
    from producers.simulate.clue import Clue
    from producers.simulate.tale import Tale

__all__ = ["from_clue", "of_an_outside_firm", "of_its_own", "on_the_spot"]

_SHORT = 5
"""Limits of so few days are not extended."""
_UNDECIDED_SHARE = 0.12


def from_clue(clue: Clue) -> tuple[str, str | None]:
    """File and decide the case of a clue; gives the result to be fed back, and the case's number."""
    tale = clue.tale
    party = clue.party
    if party["party_type"] == "UNIDENTIFIED":
        party = found(tale.dice, clue.cause["domain"])
    case = Case(tale, clue.street, clue.cause, party, clue.site, clue.matter, "CLUE_TRANSFER")
    tale.wait(tale.dice.number(0, 2))
    case.file(summary(tale.dice, clue.cause))
    if not _brought_to_an_end(case):
        return "RECTIFIED", case.number
    return "PENALTY_DECIDED", case.number


def of_its_own(tale: Tale) -> None:
    """Let a street file and decide what its own officers found."""
    case = _found_by_a_street(tale)
    case.file(summary(tale.dice, case.cause))
    _brought_to_an_end(case)


def on_the_spot(tale: Tale) -> None:
    """Let officers decide a small fine where they stand; now and then it is not small enough."""
    dice = tale.dice
    case = _found_by_a_street(tale)
    if dice.chance(0.03):
        slip = refused(Code.SIMPLE_PENALTY_TOO_HIGH, "simple-penalty-too-high")
        yuan = 500 if case.party["party_type"] == "NATURAL_PERSON" else 4000
        too_high = case.decided(yuan, simple=True) | {"penalties": [fine_of(yuan)]}
        case.state("PenaltyDecided", too_high, role="LEGAL_OFFICE", **slip)
        tale.moment(5, 30)
        case.matter = ""
    case.penalise(case.fine(simple=True), simple=True)


def of_an_outside_firm(tale: Tale) -> None:
    """Let a street fine a firm from another province; one that has its permit from there is told of there."""
    dice = tale.dice
    case = _found_by_a_street(tale)
    region = dice.weighted({"330421": 60.0, "320509": 25.0, "340200": 15.0})
    case.party = firm(regular(dice, 700), region, case.cause["domain"])
    if dice.chance(0.5):
        case.permit = {
            "permit_no": f"{region[:4]}许〔{2020 + dice.number(0, 5)}〕第{dice.number(1, 9999):04d}号",
            "issuer_adcode": region,
            "issuer_name": OUTSIDE[region],
        }
    case.file(summary(dice, case.cause))
    tale.wait(dice.number(4, 15))
    decision = case.penalise(case.fine(simple=False), scope="DELTA")
    if case.permit is not None:
        tale.wait(dice.number(0, 2))
        outside_permit(tale, case, decision["data"])


def _found_by_a_street(tale: Tale) -> Case:
    dice = tale.dice
    cause = cause_of(dice)
    street = busy_street(dice)
    party = found(dice, cause["domain"])
    if party["party_type"] == unidentified(dice)["party_type"]:
        party = firm(regular(dice, 700), "310120", cause["domain"])
    source = dice.weighted({"INSPECTION": 70.0, "COMPLAINT": 25.0, "SUPERIOR_ASSIGNED": 5.0})
    return Case(tale, street, cause, party, location(dice, street, cause["place"]), source=source)


def _brought_to_an_end(case: Case) -> bool:
    """Ask for help if the case needs it, then decide; gives whether there was a penalty."""
    tale, dice = case.tale, case.tale.dice
    item = item_for(case.cause["domain"])
    if item is not None and dice.chance(0.5 if case.cause.get("expert") else 0.08):
        tale.wait(dice.number(0, 3))
        _helped(Request(case, item))
    if dice.chance(_UNDECIDED_SHARE):
        return False
    tale.wait(dice.number(25, 55) if dice.chance(0.1) else dice.number(4, 20))
    yuan = case.fine(simple=False)
    if dice.chance(0.02):
        alone = case.decided(yuan, simple=False) | {"officers": 1}
        case.state("PenaltyDecided", alone, **refused(Code.NOT_BY_OFFICERS, "one-officer"))
        tale.moment(10, 60)
    case.penalise(yuan)
    return True


def _helped(request: Request) -> None:
    """Ask, and be answered: at once, after an extension, late, or by somebody else."""
    tale, dice = request.case.tale, request.case.tale.dice
    if dice.chance(0.03):
        slip = refused(Code.CATALOGUE_ITEM_UNKNOWN, "unknown-item")
        request.ask(item_code="FX-XZ-999", **slip)
        request.case.assistance.clear()
        tale.moment(10, 40)
    request.ask()
    if dice.chance(0.07):
        tale.wait(1)
        _declined(request)
        return
    if dice.chance(0.8):
        tale.wait(dice.number(0, 1))
        request.accept()
    days = request.item["limit"]["n"] or 10
    if tale.timed and days > _SHORT and dice.chance(0.2):
        tale.wait(dice.number(1, 3))
        request.extend(dice.number(14, 25))
    tale.wait(dice.number(8, 14) if dice.chance(0.07) else dice.number(1, max(days // 2, 1)))
    request.answer()


def _declined(request: Request) -> None:
    """Decline; who names nobody is refused and has to say whose duty it is."""
    tale = request.case.tale
    others: list[Any] = [code for code in ("310120-ZG01", "310120-ZG07") if code != request.provider]
    if tale.dice.chance(0.4):
        slip = refused(Code.COMPETENT_AGENCY_MISSING, "names-nobody")
        request.decline(None, **slip)
        tale.moment(5, 30)
    request.decline(tale.dice.pick(others))
