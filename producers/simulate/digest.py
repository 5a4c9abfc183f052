"""The month's digest 处罚月报: what the bureau sends each department when a month is over.

The bureau would read it off its view; here it is counted from the penalties that were planned.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from producers.simulate.district import BUREAU, departments
from producers.simulate.hours import day_of
from producers.simulate.notify import acknowledge
from producers.simulate.planned import Answer
from producers.simulate.slips import refused
from schemas.errors import Code
from schemas.identifiers import derived_matter_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from producers.simulate.planned import Planned
    from producers.simulate.tale import Tale

__all__ = ["MOST_CASES", "Months", "digest_matter", "send"]

MOST_CASES: Final = 2000
"""How many cases a digest lists; of more it gives the totals alone."""
_RULE = "R-15-DIGEST@1"
_FIRMS = {"LEGAL_PERSON", "UNINCORPORATED"}


def digest_matter(department: str, month: str) -> str:
    """Give the matter that collects a department's month: derived, as the rule R-15 says."""
    return derived_matter_id("HZ", BUREAU, f"{department}/{month}", _RULE, 0)


@dataclass(slots=True)
class Months:
    """The penalties of each department and month, as they are planned."""

    cases: dict[tuple[str, str], list[Planned]] = field(default_factory=lambda: defaultdict(list))

    def observe(self, planned: Planned) -> None:
        """Count a penalty that will be admitted, in the month in which it is stated."""
        if planned.fact == "PenaltyDecided" and planned.answer is Answer.ADMITTED:
            month = f"{day_of(planned.at):%Y-%m}"
            for department in departments(planned.body["data"]["domain_code"]):
                self.cases[department.code, month].append(planned)

    def take(self, month: str) -> list[tuple[str, list[Planned]]]:
        """Give, and forget, what each department is to be told of a month, by code."""
        codes = sorted(code for code, of in self.cases if of == month)
        return [(code, self.cases.pop((code, month))) for code in codes]


def send(tale: Tale, department: str, month: str, cases: list[Planned]) -> None:
    """Let the bureau send a digest; now and then its sums are wrong at first. The department reads it."""
    dice = tale.dice
    matter = digest_matter(department, month)
    told = {"role": "LEGAL_OFFICE", "to": [department]}
    data = _content(tale, department, month, cases)
    if dice.chance(0.15):
        wrong = data | {"totals": data["totals"] | {"amount": data["totals"]["amount"] + 100}}
        slip = refused(Code.DIGEST_DIFFERS, "digest-differs")
        tale.say(BUREAU, "PenaltyDigestSent", matter, wrong, **told, **slip)
        tale.moment(20, 90)
    tale.say(BUREAU, "PenaltyDigestSent", matter, data, **told)
    tale.wait(dice.number(0, 2))
    acknowledge(tale, matter, department)


def _content(tale: Tale, department: str, month: str, cases: list[Planned]) -> dict[str, Any]:
    bodies = [each.body["data"] for each in cases]
    return {
        "digest_no": tale.district.number("沪奉城管月报", tale.now),
        "month": month,
        "department": department,
        "totals": _subtotal("all", bodies),
        "by_cause": _grouped(bodies, lambda body: body["cause_code"]),
        "by_township": _grouped(bodies, lambda body: body["location"]["township_code9"]),
        "cases": [_case(body) for body in bodies] if len(bodies) <= MOST_CASES else [],
        "event_count": len(bodies),
    }


def _amount(body: Mapping[str, Any]) -> int:
    return sum(item.get("amount") or 0 for item in body["penalties"])


def _subtotal(key: str, bodies: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    amounts = [_amount(body) for body in bodies]
    return {"key": key, "count": len(amounts), "amount": sum(amounts)}


def _grouped(bodies: list[Mapping[str, Any]], key: Any) -> list[dict[str, Any]]:
    groups: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for body in bodies:
        groups[key(body)].append(body)
    return [_subtotal(name, groups[name]) for name in sorted(groups)]


def _case(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give a line of the digest; persons are in it without any sign of who they are."""
    party = body["party"]
    line = {
        "case_no": body["case_no"],
        "decision_no": body["decision_no"],
        "cause_code": body["cause_code"],
        "penalty_kinds": [item["kind"] for item in body["penalties"]],
        "amount": _amount(body),
        "decided_at": body["decided_at"],
    }
    return line | {"uscc": party["uscc"]} if party["party_type"] in _FIRMS else line
