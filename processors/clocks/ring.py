"""A clock rings: a warning, or a breach at the first instant too late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.clocks.alarms import BREACH
from processors.drafts import Draft

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
        body["responsible"] = clock.responsible
        return Draft(
            "DeadlineBreached", body, clock.rule, citation, addressed_to=alarm.to, copied_to=clock.watchers
        )
    body["level"] = alarm.kind
    return Draft("DeadlineWarned", body, clock.rule, citation, addressed_to=alarm.to, key=alarm.kind)
