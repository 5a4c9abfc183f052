"""Whole stories of clues: the orderly ones, the disputed ones, and those in which somebody errs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from producers.simulate.cases import from_clue
from producers.simulate.clue import Clue, find
from producers.simulate.delta import across
from producers.simulate.delta import clue as hand_on
from producers.simulate.district import BUREAU, CITY, GOVERNMENT
from producers.simulate.places import busy_street, location
from producers.simulate.slips import at_the_door, incomplete, refused
from schemas.agencies import AGENCIES
from schemas.errors import Code

if TYPE_CHECKING:
    from producers.simulate.tale import Tale

__all__ = ["a_clue"]

_COURSES = {
    "orderly": 60.0,
    "incomplete": 16.0,
    "disputed-at-once": 7.0,
    "disputed-later": 8.0,
    "city-road": 2.0,
    "across-the-border": 2.0,
    "nothing-in-it": 2.0,
    "never-supplemented": 3.0,
    "withdrawn": 2.0,
}
_TIMED = {"never-supplemented"}
"""What needs a limit to run out."""
_CONCLUSIONS = {"CASE_FILED": 58.0, "NOT_FILED": 24.0, "NOTHING_FOUND": 18.0}
_CONSTRUCTION = "310120-ZG03"
_WHY_DISPUTED = (
    "经现场核对，发生地在相邻街镇一侧，不属本街镇辖区。",
    "该处为两街镇交界河道，河段由对方管护，请甄别。",
    "所涉事项本机关无权查处，应由其他机关办理。",
)


def a_clue(tale: Tale) -> None:
    """Tell the story of a clue."""
    courses = {name: weight for name, weight in _COURSES.items() if tale.timed or name not in _TIMED}
    course = tale.dice.weighted(courses)
    clue = find(tale)
    if course in _MOVED:
        _MOVED[course](clue)
    if course == "withdrawn" or tale.dice.chance(0.12):
        clue.register()
        tale.wait(tale.dice.number(0, 1))
    if course == "withdrawn":
        data = {"reason": "OTHER", "note": "复核后发现为重复登记，予以撤回。"}
        clue.state(clue.department, "ClueClosed", data, role="LEGAL_OFFICE")
        return
    content = _handed_over(clue, course)
    _COURSE.get(course, _sign_and_go_on)(clue)
    if course in {"never-supplemented", "nothing-in-it"}:
        return
    _concluded(clue, reply_requested=content["reply_requested"])


def _handed_over(clue: Clue, course: str) -> dict[str, Any]:
    """Hand the clue over, with what goes wrong on the way; gives the whole content."""
    tale, dice = clue.tale, clue.tale.dice
    disputed = course in {"disputed-at-once", "nothing-in-it"}
    content = clue.content(dice.pick(("DISPUTED", "UNKNOWN")) if disputed else "CLEAR")
    if dice.chance(0.04):
        faulty, expected = at_the_door(dice, content)
        clue.hand_over(faulty, **expected)
        tale.moment()
    sent = content
    if course in {"incomplete", "never-supplemented"}:
        sent, clue.withheld = incomplete(dice, content)
    addressed, mistake = clue.street.code, "missing-element" if clue.withheld else ""
    if not mistake and not disputed and dice.chance(0.05):
        addressed, mistake = busy_street(dice, but=clue.street.code).code, "wrong-street"
    body = clue.hand_over(sent, addressed, mistake=mistake)
    if dice.chance(0.03):
        tale.moment()
        tale.again(clue.department, body)
    return content


def _on_a_city_road(clue: Clue) -> None:
    """Let it be a road of the city's: the commission for construction and transport gets it, no street."""
    cause = {**clue.cause, "domain": "02", "code": "02000001000", "place": "trunk"}
    clue.cause, clue.department = cause, "310120-ZG06"
    clue.site = location(clue.tale.dice, clue.street, "trunk")
    receiver = AGENCIES.get(_CONSTRUCTION)
    if receiver is None:
        raise LookupError(_CONSTRUCTION)
    clue.street = receiver


def _across_the_border(clue: Clue) -> None:
    """Let it have happened in another province: the city's bureau gets it, and hands it on."""
    gateway = AGENCIES.get(CITY)
    if gateway is None:
        raise LookupError(CITY)
    clue.site, clue.street = across(clue.tale.dice), gateway


def _handed_on(clue: Clue) -> None:
    _sign_and_go_on(clue)
    clue.tale.wait(clue.tale.dice.number(0, 2))
    hand_on(clue.tale, clue)


def _sign_and_go_on(clue: Clue) -> None:
    """Sign in time or late; before that somebody else may sign for what is not theirs."""
    tale, dice = clue.tale, clue.tale.dice
    if dice.chance(0.03):
        tale.moment(10, 60)
        stranger = busy_street(dice, but=clue.street.code).code
        slip = refused(Code.NOT_YOUR_MATTER, "somebody-elses-clue")
        clue.state(stranger, "ClueReceived", {"received_by": "街镇调度台"}, role="DISPATCH_DESK", **slip)
    late = dice.chance(0.06)
    tale.wait(dice.number(2, 4) if late else dice.number(0, 1))
    body = clue.sign(mistake="late-signing" if late else "")
    if dice.chance(0.02):
        tale.moment()
        tale.again(clue.street.code, body)


def _supplemented(clue: Clue) -> None:
    """Sign for a clue that was returned at once, and let its sender supply what was missing."""
    tale, dice = clue.tale, clue.tale.dice
    first = dice.chance(0.5)
    if first:
        _sign_and_go_on(clue)
    tale.wait(dice.number(1, 2))
    if len(clue.withheld) > 1 and dice.chance(0.5):
        clue.supplement(next(iter(clue.withheld)))
        tale.wait(0)
    clue.supplement()
    if not first:
        _sign_and_go_on(clue)


def _never_supplemented(clue: Clue) -> None:
    """Wait for what never comes; the clue is closed when the time to supplement is over."""
    tale, dice = clue.tale, clue.tale.dice
    _sign_and_go_on(clue)
    data = {"reason": "NOT_SUPPLEMENTED"}
    if dice.chance(0.3):
        tale.moment(5, 30)
        slip = refused(Code.NOT_SUPPLEMENT_OVERDUE, "closed-too-early")
        clue.state(clue.street.code, "ClueClosed", data, role="LEGAL_OFFICE", **slip)
    tale.wait(6)
    clue.state(clue.street.code, "ClueClosed", data, role="LEGAL_OFFICE")


def _disputed_at_once(clue: Clue) -> None:
    clue.triage(clue.street)
    _sign_and_go_on(clue)


def _nothing_in_it(clue: Clue) -> None:
    """Let the bureau find at its triage that nothing is to be dealt with."""
    tale = clue.tale
    tale.wait(0)
    clue.state(BUREAU, "ClueTriageReceived", {"negotiation": False}, role="DISPATCH_DESK")
    tale.wait(1)
    triaged = {"conclusion": "NO_VIOLATION", "basis": "经查许可齐全，未发现违法行为。"}
    clue.state(BUREAU, "ClueTriaged", triaged, role="LEGAL_OFFICE")
    tale.moment(5, 60)
    told = {"result": "NOT_FILED", "summary": "经甄别未发现违法行为。"}
    clue.state(BUREAU, "ClueDispositionFedBack", told, role="LEGAL_OFFICE", to=[clue.department])
    tale.wait(1)
    clue.state(BUREAU, "ClueClosed", {"reason": "FED_BACK"}, role="LEGAL_OFFICE")


def _disputed_later(clue: Clue) -> None:
    """Let the street say that it is not its own; some say so again after the hand-over, which nobody may."""
    tale, dice = clue.tale, clue.tale.dice
    if dice.chance(0.6):
        _sign_and_go_on(clue)
    tale.wait(dice.number(0, 1))
    claimed = busy_street(dice, but=clue.street.code)
    clue.state(clue.street.code, "ClueJurisdictionDisputed", _dispute(clue), to=[claimed.code])
    clue.triage(claimed if dice.chance(0.7) else clue.street)
    if dice.chance(0.35):
        tale.wait(0)
        slip = refused(Code.SECOND_HAND_OVER, "second-hand-over")
        clue.state(clue.street.code, "ClueJurisdictionDisputed", _dispute(clue), **slip)
        if dice.chance(0.6):
            _designated(clue)
    _sign_and_go_on(clue)


def _designated(clue: Clue) -> None:
    """Object, ask the common superior, and let it designate who is competent."""
    tale = clue.tale
    objector = clue.street
    tale.wait(0)
    reason = {"reason": tale.dice.pick(_WHY_DISPUTED)}
    clue.state(objector.code, "CaseTransferObjected", reason, role="HEAD", to=[BUREAU])
    tale.wait(tale.dice.number(0, 1))
    asked = reason | {"parties": [objector.code]}
    clue.state(BUREAU, "JurisdictionDesignationRequested", asked, role="HEAD", to=[GOVERNMENT])
    tale.wait(tale.dice.number(2, 6))
    clue.street = busy_street(tale.dice, but=objector.code)
    doc = tale.district.letter(GOVERNMENT, "指", "OFFICIAL_DOCUMENT", tale.now)
    data = {"designated_agency": clue.street.code, "basis": "依法指定管辖，不再移送。", "doc": doc}
    clue.state(GOVERNMENT, "JurisdictionDesignated", data, role="HEAD", to=[clue.street.code])


def _dispute(clue: Clue) -> dict[str, Any]:
    dice = clue.tale.dice
    reason = dice.pick(_WHY_DISPUTED)
    return {
        "kind": dice.weighted({"TERRITORY": 70.0, "SUBJECT_MATTER": 25.0, "LEVEL": 5.0}),
        "reason": reason,
        "claims": [{"agency": clue.street.code, "claims": False, "reason": reason}],
    }


def _concluded(clue: Clue, *, reply_requested: bool) -> None:
    """Verify, follow the case if there is one, tell the department, close."""
    tale, dice = clue.tale, clue.tale.dice
    street = "street" in clue.street.standing
    if street and dice.chance(0.12):
        _extended(clue)
    tale.wait(dice.number(14, 18) if dice.chance(0.05) else dice.number(2, 9))
    conclusion = dice.weighted(_CONCLUSIONS) if street else "TRANSFERRED_ELSEWHERE"
    clue.verify(conclusion)
    result, number = {"TRANSFERRED_ELSEWHERE": "TRANSFERRED"}.get(conclusion, "NOT_FILED"), None
    if conclusion == "CASE_FILED":
        result, number = from_clue(clue)
    if not reply_requested and dice.chance(0.7):
        clue.tale.wait(dice.number(1, 3))
        clue.close("NO_REPLY_REQUESTED")
        return
    # A case may take its five days to be told of, a clue that came to nothing two.
    longest = 4 if number else 2
    tale.wait(longest + dice.number(1, 2) if dice.chance(0.05) else dice.number(1, longest))
    clue.feed_back(result, number)
    tale.wait(dice.number(0, 3))
    clue.close()


def _extended(clue: Clue) -> None:
    """Let the head extend the time to verify; now and then a clerk tries it first."""
    tale, dice = clue.tale, clue.tale.dice
    tale.wait(dice.number(3, 6))
    data = {"reason": "当事人下落不明，现场情况复杂，需延长核查。"}
    if dice.chance(0.3):
        slip = refused(Code.NOT_YOUR_ROLE, "extended-by-a-clerk")
        clue.state(clue.street.code, "ClueVerificationExtended", data, **slip)
        tale.moment(10, 60)
    clue.state(clue.street.code, "ClueVerificationExtended", data, role="HEAD")


_MOVED = {"city-road": _on_a_city_road, "across-the-border": _across_the_border}
_COURSE = {
    "across-the-border": _handed_on,
    "incomplete": _supplemented,
    "never-supplemented": _never_supplemented,
    "disputed-at-once": _disputed_at_once,
    "disputed-later": _disputed_later,
    "nothing-in-it": _nothing_in_it,
}
