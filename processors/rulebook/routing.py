"""Routing rules 路由规则 and denials, from checked files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from processors.rulebook.conditions import Condition, Expression, compile_condition, compile_expression
from processors.rulebook.parts import both, citation, clauses, code, desk, fact, validity
from processors.rulebook.shapes import ALWAYS, Both, Citation, Validity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.rulebook.source import Place, Source
    from schemas.errors import Code

RANK = 1000
"""Where a rule stands that names no rank: behind those that do."""


TargetKind: TypeAlias = Literal["site", "desk", "party", "field", "kept", "catalogue", "province", "others"]


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a routing rule means.

    The agency of a standing at the site, a desk (its agency), a party of the matter, the agency that a field
    of the fact or a kept one names, the provider of a catalogue item, a province's agency, or all others of a
    standing.
    """

    kind: TargetKind
    name: str
    region: Expression | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """One routing rule: for which facts, on which condition, to whom, and why. The lowest `rank` decides."""

    id: str
    facts: frozenset[str]
    when: Condition
    to: Target
    cc: tuple[Target, ...]
    why: Both
    citation: Citation
    rank: int = 1000
    validity: Validity = ALWAYS
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Denial:
    """What is said when nobody can be found to send a matter to."""

    code: Code
    why: Both
    remedy: Both


def build_routing(
    source: Source, desks: Mapping[str, str]
) -> tuple[tuple[RoutingRule, ...], Mapping[str, Denial]]:
    """Build the routing rules of a pack and its denials; raises BrokenPack."""
    rules = tuple(_rule(source, i, rule, desks) for i, rule in enumerate(source.content["rules"]))
    denials = {
        name: Denial(
            code(source, ("denials", name, "code"), denial["code"]),
            both(denial["why"]),
            both(denial["remedy"]),
        )
        for name, denial in source.content.get("denials", {}).items()
    }
    return rules, denials


def _rule(source: Source, index: int, rule: Mapping[str, Any], desks: Mapping[str, str]) -> RoutingRule:
    path: Place = ("rules", index)
    facts = frozenset(fact(source, (*path, "facts", i), f) for i, f in enumerate(rule["facts"]))
    return RoutingRule(
        id=rule["id"],
        facts=facts,
        when=compile_condition(source, (*path, "when"), rule["when"]),
        to=_target(source, (*path, "to"), rule["to"], desks),
        cc=tuple(_target(source, (*path, "cc", i), t, desks) for i, t in enumerate(rule.get("cc", ()))),
        why=both(rule["why"]),
        citation=citation(rule["source"], verified=rule["verified"]),
        rank=rule.get("rank", RANK),
        validity=validity(rule),
        clauses=clauses(rule),
    )


def _target(source: Source, path: Place, target: Mapping[str, str], desks: Mapping[str, str]) -> Target:
    ((kind, name),) = target.items()
    if kind == "desk":
        return Target("desk", desk(source, path, name, desks))
    if kind == "province":
        return Target("province", name, compile_expression(source, (*path, "province"), name, "string"))
    return Target(kind, name)  # type: ignore[arg-type] # the schema allows no other
