"""Routing 路由: who receives a matter, by the first rule that holds; the rest are named as runners-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from processors.drafts import Draft

if TYPE_CHECKING:
    from processors.admit import Admitted, Case
    from processors.rulebook.shapes import Denial, RoutingRule, Target

__all__ = ["Routed", "Unrouted", "route"]


@dataclass(frozen=True, slots=True)
class Routed:
    """A receiver was found: `to` and `cc` are agency codes."""

    to: str
    cc: tuple[str, ...]
    draft: Draft


@dataclass(frozen=True, slots=True)
class Unrouted:
    """Nobody was found; the draft says why, and what to do."""

    draft: Draft


def route(admitted: Admitted) -> Routed | Unrouted | None:
    """Find the receiver of an admitted fact; None for a fact that is not routed."""
    if not admitted.transition.routed:
        return None
    case = admitted.case
    holding = [r for r in case.book.routing.get(case.fact, ()) if r.when.holds(case.view)]
    if not holding:
        return _denied(case, case.book.denials["no-rule"], None)
    rule, *others = holding
    receivers = _resolve(case, rule.to)
    if not receivers:
        return _denied(case, case.book.denials["no-receiver"], rule)
    to = receivers[0]
    if to == case.meta["agency"]:
        return _denied(case, case.book.denials["to-itself"], rule)
    told = (code for target in rule.cc for code in _resolve(case, target))
    cc = tuple(dict.fromkeys(c for c in told if c not in {to, case.meta["agency"]}))
    return Routed(to, cc, _routed(case, rule, to, cc, others))


def _routed(case: Case, rule: RoutingRule, to: str, cc: tuple[str, ...], others: list[RoutingRule]) -> Draft:
    meant = case.meta["addressed_to"]
    body = {
        "to": to,
        "cc": list(cc),
        "why_zh": rule.why.zh,
        "why_en": rule.why.en,
        "differs": bool(meant) and to not in meant,
        "runners_up": [r.id for r in others],
        "verified": rule.citation["verified"],
    }
    return Draft("FactRouted", body, rule.id, rule.citation, addressed_to=(to,), copied_to=cc)


def _denied(case: Case, denial: Denial, rule: RoutingRule | None) -> Unrouted:
    body = {
        "code": denial.code.value,
        "why_zh": denial.why.zh,
        "why_en": denial.why.en,
        "remedy_zh": denial.remedy.zh,
        "remedy_en": denial.remedy.en,
    }
    sender = (case.meta["agency"],)
    if rule is None:
        return Unrouted(Draft("RoutingDenied", body, addressed_to=sender))
    return Unrouted(Draft("RoutingDenied", body, rule.id, rule.citation, addressed_to=sender))


def _resolve(case: Case, target: Target) -> tuple[str, ...]:
    """Give the agencies that a target means: the one of that standing at the site, a desk, the addressed."""
    if target.kind == "desk":
        return (target.name,)
    if target.kind == "party":
        return tuple(code for code in case.meta["addressed_to"] if code in case.rules.agencies)
    at_site = case.rules.agencies.by_township(case.record["location"]["township_code9"])
    return (at_site.code,) if at_site is not None and target.name in at_site.standing else ()
