"""What an admitted fact owes: facts for other matters, and a marker for every partition.

Each is written on the cause's own matter as `EffectOwed`, with the very bytes that are then sent: so the
ledger alone says what was owed, whoever sends it, and whether it arrived.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from processors.admit import variables_of
from processors.drafts import Draft
from processors.route.targets import provinces
from processors.rulebook.conditions import View
from schemas.codec import CODEC
from schemas.contracts import contracts
from schemas.days import day_of
from schemas.domains import DOMAINS
from schemas.identifiers import derived_id, derived_matter_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from processors.admit import Admitted, Case
    from processors.model import Matter
    from processors.rulebook.effects import EffectRule

EFFECT_OWED = "EffectOwed"
MARKER = "Marker"


@dataclass(frozen=True, slots=True)
class Owed:
    """The cause of effects: an admitted fact with its matter after it, and its hash and seq in the chain."""

    admitted: Admitted
    matter: Matter
    digest: bytes
    seq: int


def owed_by(cause: Owed) -> Iterator[Draft]:
    """Give what a fact owes, in the order of the rules. Raises what a rule's expressions raise."""
    case = cause.admitted.case
    rules = case.book.effects.get(case.fact, ())
    today = day_of(case.incoming.received_at).isoformat()
    views = _Views(cause) if rules else None
    ordinal = 0
    for rule in rules:
        if views is None or not rule.validity.holds(today):
            continue
        for item in _items(rule, views):
            ordinal += 1
            yield _effect(rule, cause, views.of(item), (item, ordinal))
    if contracts()[case.fact].reference:
        yield _marker(cause)


class _Views:
    """What the rules of one cause see, put together once: of one item, or of none."""

    def __init__(self, cause: Owed) -> None:
        case, matter = cause.admitted.case, cause.matter
        here = matter.region[:2]
        others = {p: code for p, code in provinces(case.rules.agencies).items() if p != here}
        self._seen = variables_of(case.record, matter, case.instant) | {
            "departments": _departments(case, matter.region),
            "provinces": others,
            "desks": dict(case.book.desks),
        }
        self._none = View({**self._seen, "item": ""})

    def of(self, item: str) -> View:
        """Give the view of an item; "" for none."""
        return View({**self._seen, "item": item}) if item else self._none


def _items(rule: EffectRule, views: _Views) -> Sequence[str]:
    """Give for what the effect is repeated: once, or for each item of a list."""
    view = views.of("")
    if rule.when is not None and not rule.when.holds(view):
        return ()
    return ("",) if rule.each is None else tuple(dict.fromkeys(rule.each.gives(view)))


def _departments(case: Case, region: str) -> list[str]:
    """Name the departments of the county that are competent for the fact's domain, by the register."""
    domain = DOMAINS.get(str(case.record.get("domain_code", "")))
    standings = domain.departments if domain is not None else ()
    return [a.code for s in standings for a in case.rules.agencies.with_standing(s, region[:6])]


def _effect(rule: EffectRule, cause: Owed, view: View, place: tuple[str, int]) -> Draft:
    case, (item, ordinal) = cause.admitted.case, place
    target = _target(rule, view)
    depth = case.meta["depth"] + 1 if case.effect else 1
    event_id = derived_id(case.instant, _cause_of(case), f"{rule.id}/{item}", ordinal)
    body = {name: case.record[name] for name in rule.take}
    body |= {name: expression.gives(view) for name, expression in rule.sets.items()}
    meta = {
        "event_id": event_id,
        "matter": target,
        "rule": rule.id,
        "depth": depth,
        "cause": case.incoming.event_id,
        "cause_matter": case.matter.id,
        "cause_agency": case.agency,
        "cause_fact": case.fact,
        "cause_received_at": case.instant,
        "cause_hash": cause.digest,
        "correlation_id": case.meta["correlation_id"],
        "region": cause.matter.region,
        "scope": case.meta["scope"],
        "sensitivity": case.meta["sensitivity"],
        "citation": rule.citation,
    }
    return Draft(
        EFFECT_OWED,
        {
            "target": target,
            "fact": rule.fact,
            "effect_event": event_id,
            "depth": depth,
            "kind": "EFFECT",
            "value": CODEC.encode(rule.fact, {"meta": meta, **body}),
        },
        rule.id,
        rule.citation,
        key=f"{rule.id}/{item}",
    )


def _target(rule: EffectRule, view: View) -> str:
    if rule.matter_id is not None:
        return str(rule.matter_id.gives(view))
    if rule.agency is None or rule.key is None:
        raise LookupError(f"{rule.id} names no matter")
    return derived_matter_id(rule.kind, rule.agency.gives(view), rule.key.gives(view), rule.id, 0)


def _marker(cause: Owed) -> Draft:
    """Tell every partition: the fact's own value goes with the marker, and its number in its matter."""
    case = cause.admitted.case
    kind = contracts()[case.fact].reference
    record: Mapping[str, Any] = {
        "marker": kind,
        "seq": cause.seq,
        "rulebook": case.record.get("rulebook", ""),
        "calendar_version": 0,
        "agencies_version": 0,
        "content": case.incoming.value,
    }
    event_id = derived_id(case.instant, _cause_of(case), "marker", 0)
    body = {
        "target": "",
        "fact": MARKER,
        "effect_event": event_id,
        "depth": 1,
        "kind": "MARKER",
        "value": CODEC.encode(MARKER, record),
    }
    return Draft(EFFECT_OWED, body, key="marker")


def _cause_of(case: Case) -> str:
    return f"{case.agency}/{case.matter.id}/{case.incoming.event_id}"
