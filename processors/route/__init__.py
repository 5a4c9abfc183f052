"""Routing 路由: who receives a matter, by the first rule that holds; the rest are named as runners-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from processors.drafts import Draft
from processors.route.targets import resolve
from schemas.days import day_of

if TYPE_CHECKING:
    from processors.admit import Admitted, Case
    from processors.rulebook.routing import Denial, RoutingRule

__all__ = ["Routed", "Unrouted", "resolve", "route"]


@dataclass(frozen=True, slots=True)
class Routed:
    """Receivers were found: `to` and `cc` are agency codes. Several receivers share it, and none holds it."""

    to: tuple[str, ...]
    cc: tuple[str, ...]
    draft: Draft

    @property
    def holder(self) -> str:
        """Who has the next move: the one receiver, nobody among several."""
        return self.to[0] if len(self.to) == 1 else ""


@dataclass(frozen=True, slots=True)
class Unrouted:
    """Nobody was found; the draft says why, and what to do."""

    draft: Draft


def route(admitted: Admitted) -> Routed | Unrouted | None:
    """Find the receiver of an admitted fact; None for a fact that is not routed."""
    if not admitted.transition.routed:
        return None
    case = admitted.case
    holding = holding_rules(case)
    if not holding:
        return _denied(case, case.book.denials["no-rule"], None)
    rule, *others = holding
    to = resolve(case, rule.to)
    if not to:
        return _denied(case, case.book.denials["no-receiver"], rule)
    if to == (case.agency,):
        return _denied(case, case.book.denials["to-itself"], rule)
    told = (code for target in rule.cc for code in resolve(case, target))
    cc = tuple(dict.fromkeys(c for c in told if c not in {*to, case.agency}))
    return Routed(to, cc, _routed(case, rule, to, cc, others))


def holding_rules(case: Case) -> list[RoutingRule]:
    """Give the rules for this fact that are valid today and whose condition holds, the deciding one first."""
    today = day_of(case.incoming.received_at).isoformat()
    rules = case.book.routing.get(case.fact, ())
    return [rule for rule in rules if rule.validity.holds(today) and rule.when.holds(case.view)]


def _routed(
    case: Case, rule: RoutingRule, to: tuple[str, ...], cc: tuple[str, ...], others: list[RoutingRule]
) -> Draft:
    meant = case.addressed_to
    body = {
        "to": to[0] if len(to) == 1 else "",
        "cc": list(cc),
        "why_zh": rule.why.zh,
        "why_en": rule.why.en,
        "differs": bool(meant) and to[0] not in meant,
        "runners_up": [r.id for r in others],
        "verified": rule.citation["verified"],
    }
    return Draft("FactRouted", body, rule.id, rule.citation, addressed_to=to, copied_to=cc)


def _denied(case: Case, denial: Denial, rule: RoutingRule | None) -> Unrouted:
    body = {
        "code": denial.code.value,
        "why_zh": denial.why.zh,
        "why_en": denial.why.en,
        "remedy_zh": denial.remedy.zh,
        "remedy_en": denial.remedy.en,
    }
    sender = () if case.effect else (case.agency,)
    if rule is None:
        return Unrouted(Draft("RoutingDenied", body, addressed_to=sender))
    return Unrouted(Draft("RoutingDenied", body, rule.id, rule.citation, addressed_to=sender))
