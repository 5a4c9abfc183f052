"""A clock rings: a warning, a breach at the first instant too late, or a rung of the ladder after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.drafts import Draft
from processors.model import BREACH, ESCALATE

if TYPE_CHECKING:
    from processors.model import Clock, Rules


def ring(clock: Clock, rules: Rules) -> Draft:
    """Say what the clock's next alarm says."""
    alarm = clock.alarms[0]
    rule = rules.rulebook.deadline(clock.rule)
    citation = None if rule is None else rule.citation
    body = {
        "clock": clock.id,
        "rule": clock.rule,
        "name_zh": clock.name_zh,
        "due": clock.due,
        "due_date": clock.due_date,
        "to": list(alarm.to),
    }
    more: dict[str, Any] = {"level": alarm.kind}
    cc: tuple[str, ...] = ()
    fact, key = "DeadlineWarned", alarm.kind
    if alarm.kind == BREACH:
        fact, key, cc = "DeadlineBreached", "", clock.watchers
        more = {"responsible": clock.responsible}
    elif alarm.kind.startswith(ESCALATE):
        level = int(alarm.kind.removeprefix(ESCALATE))
        fact, more = "EscalationRaised", {"level": level, "responsible": clock.responsible}
        cc = () if clock.responsible in alarm.to else (clock.responsible,)
    return Draft(fact, {**body, **more}, clock.rule, citation, addressed_to=alarm.to, copied_to=cc, key=key)
