"""A clock rings: a warning, a breach at the first instant too late, or a rung of the ladder after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    if alarm.kind == BREACH:
        return Draft(
            "DeadlineBreached",
            {**body, "responsible": clock.responsible},
            clock.rule,
            citation,
            addressed_to=alarm.to,
            copied_to=clock.watchers,
        )
    if alarm.kind.startswith(ESCALATE):
        level = int(alarm.kind.removeprefix(ESCALATE))
        return Draft(
            "EscalationRaised",
            {**body, "level": level, "responsible": clock.responsible},
            clock.rule,
            citation,
            addressed_to=alarm.to,
            copied_to=(clock.responsible,) if clock.responsible not in alarm.to else (),
            key=alarm.kind,
        )
    return Draft(
        "DeadlineWarned",
        {**body, "level": alarm.kind},
        clock.rule,
        citation,
        addressed_to=alarm.to,
        key=alarm.kind,
    )
