"""Whom a routing rule means: from the fact, its matter, the register and the catalogue, to agency codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.days import day_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from processors.admit import Case
    from processors.rulebook.routing import Target
    from schemas.agencies import Register

PROVINCE = "province"
"""The standing of the agency that speaks for a province in the Delta 长三角."""

_PROVINCE_DIGITS = 2


def resolve(case: Case, target: Target) -> tuple[str, ...]:
    """Give the agencies that a target means; none if there is nobody. Only agencies of the register count."""
    return tuple(dict.fromkeys(c for c in _RESOLVE[target.kind](case, target) if c in case.rules.agencies))


def provinces(register: Register) -> dict[str, str]:
    """Give the agency of each province, by the two digits with which its regions begin."""
    return {each.region[:_PROVINCE_DIGITS]: each.code for each in register.with_standing(PROVINCE)}


def _at_site(case: Case, target: Target) -> Iterable[str]:
    found = case.rules.agencies.by_township(case.record["location"]["township_code9"])
    return (found.code,) if found is not None and target.name in found.standing else ()


def _party(case: Case, target: Target) -> Iterable[str]:
    if target.name == "addressed":
        return case.addressed_to
    return (case.matter.holder if target.name == "holder" else case.matter.originator,)


def _field(case: Case, target: Target) -> Iterable[str]:
    return (case.record.get(target.name) or "",)


def _kept(case: Case, target: Target) -> Iterable[str]:
    # What the fact itself brings is not kept yet when it is routed.
    found: Any = case.record.get(target.name) or case.matter.kept.get(target.name)
    return found if isinstance(found, list) else (found or "",)


def _provider(case: Case, target: Target) -> Iterable[str]:
    code = case.record.get(target.name)
    if case.rules.catalogue is None or not code:
        return ()
    item = case.rules.catalogue.item(code, day_of(case.incoming.received_at))
    return () if item is None else (item["provider"],)


def _province(case: Case, target: Target) -> Iterable[str]:
    region = target.region.gives(case.view) if target.region is not None else ""
    return (provinces(case.rules.agencies).get(region[:_PROVINCE_DIGITS], ""),)


def _others(case: Case, target: Target) -> Iterable[str]:
    return (a.code for a in case.rules.agencies.with_standing(target.name) if a.code != case.agency)


def _desk(_case: Case, target: Target) -> Iterable[str]:
    return (target.name,)


_RESOLVE: dict[str, Callable[[Case, Target], Iterable[str]]] = {
    "site": _at_site,
    "desk": _desk,
    "party": _party,
    "field": _field,
    "kept": _kept,
    "catalogue": _provider,
    "province": _province,
    "others": _others,
}
