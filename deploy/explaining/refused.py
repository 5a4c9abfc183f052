"""Why a fact was refused: its bytes are not kept, so what the ledger says of it is all there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deploy.explaining.then import Then
    from processors.rulebook.shapes import Procedure

__all__ = ["refusal"]


def refusal(then: Then) -> dict[str, Any]:
    """Tell what was wrong, by which rule, how to mend it; how the matter stood, and what it then allowed."""
    record, before = then.record, then.before
    procedure = _procedure(then)
    state = before.state
    told = {
        name: record[name]
        for name in (
            "refused_event", "refused_type", "agency", "code", "field", "rule", "title_zh", "detail_zh",
            "detail_en", "remedy_zh", "remedy_en", "source",
        )
    }  # fmt: skip
    return {
        **told,
        "agency_zh": then.name(record["agency"]),
        "state": state,
        "state_zh": procedure.states.get(state, "新事项") if procedure is not None else "",
        "holder": before.holder,
        "holder_zh": then.name(before.holder) if before.holder else "",
        "allowed": list(procedure.allowed(state)) if procedure is not None else [],
        "condition": _condition(then, procedure),
        "content_hash": f"sm3:{record['content_hash'].hex()}",
    }


def _procedure(then: Then) -> Procedure | None:
    """Find the procedure of the matter, or the one that the refusal names."""
    if then.rules is None:
        return None
    name = then.before.procedure or then.record["rule"]
    return then.rules.rulebook.procedure(name)


def _condition(then: Then, procedure: Procedure | None) -> dict[str, Any] | None:
    """Find the guard that was not met, and those before it, which were."""
    if procedure is None:
        return None
    record = then.record
    for step in procedure.of(record["refused_type"]):
        if then.before.state not in step.sources:
            continue
        for place, guard in enumerate(step.guards):
            if guard.code.value == record["code"] and record["detail_zh"].startswith(guard.text.zh):
                return {
                    "when": guard.when.text,
                    "passed_before": [each.when.text for each in step.guards[:place]],
                }
    return None
