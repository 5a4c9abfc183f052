"""What a fact does to the clocks of its matter: stop, cancel, pause, resume, extend, start, in this order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.clocks import said
from processors.clocks.start import applies, scheduled
from processors.model import BREACHED, PAUSED, RUNNING
from processors.rulebook.shapes import Action
from schemas.days import day_of, due

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.clocks.setting import Setting, Stroke
    from processors.drafts import Draft
    from processors.model import Clock, Matter, Rules
    from processors.rulebook.shapes import DeadlineRule, Trigger


def run_clocks(stroke: Stroke, setting: Setting) -> Iterator[Draft]:
    """Give what the fact does to the clocks.

    Each draft is to be written, and `setting.matter` brought up to date, before the next is asked for.
    """
    for trigger in setting.book.triggers.get(stroke.fact, ()):
        if trigger.when is None or trigger.when.holds(setting.view):
            yield from _PULLS[trigger.action](trigger, stroke, setting)


def due_date_from(fact: str, instant: int, setting: Setting) -> str | None:
    """Give the due date (ISO) of the clock that this fact starts, or that runs already; None if none."""
    for trigger in setting.book.triggers.get(fact, ()):
        if trigger.action is Action.START and trigger.rule.validity.holds(day_of(instant).isoformat()):
            running = list(_open_clocks(trigger.rule, setting.matter))
            if running:
                return running[0].due_date
            return due(trigger.rule.limit, instant, setting.rules.calendar).due_date.isoformat()
    return None


def _open_clocks(rule: DeadlineRule, matter: Matter) -> Iterator[Clock]:
    """Find the clocks of this rule, in whatever version, that somebody still has to stop."""
    for clock in matter.clocks.values():
        if clock.open and clock.base == rule.base:
            yield clock


def _stop(trigger: Trigger, stroke: Stroke, setting: Setting) -> Iterator[Draft]:
    each = trigger.rule.responsible == "receivers"
    for clock in _open_clocks(trigger.rule, setting.matter):
        if not each or clock.responsible == stroke.agency:
            yield said.met(trigger.rule, clock, stroke.instant)


def _cancel(trigger: Trigger, stroke: Stroke, setting: Setting) -> Iterator[Draft]:
    for clock in _open_clocks(trigger.rule, setting.matter):
        yield said.cancelled(trigger.rule, clock, stroke.instant)


def _pause(trigger: Trigger, stroke: Stroke, setting: Setting) -> Iterator[Draft]:
    for clock in _open_clocks(trigger.rule, setting.matter):
        if clock.state == RUNNING:
            yield said.paused(trigger.rule, clock, stroke.instant)


def _resume(trigger: Trigger, stroke: Stroke, setting: Setting) -> Iterator[Draft]:
    for clock in _open_clocks(trigger.rule, setting.matter):
        if clock.state == PAUSED:
            rule = rule_of(clock, setting.rules)
            yield said.resumed(rule, clock, stroke.instant, setting.matter, setting.rules)


def _extend(trigger: Trigger, stroke: Stroke, setting: Setting) -> Iterator[Draft]:
    extension = trigger.extension
    if extension is None:
        return
    for clock in _open_clocks(trigger.rule, setting.matter):
        if clock.state != BREACHED and clock.extended < extension.times:
            rule = rule_of(clock, setting.rules)
            until = str(stroke.record[extension.to_field]) if extension.to_field else ""
            more = extension.by.n if extension.by is not None else 0
            yield said.extended(rule, clock, stroke.instant, (more, until), setting.matter, setting.rules)


def _start(trigger: Trigger, stroke: Stroke, setting: Setting) -> Iterator[Draft]:
    rule, matter, rules = trigger.rule, setting.matter, setting.rules
    if not rule.validity.holds(day_of(stroke.instant).isoformat()):
        return
    running = {clock.responsible for clock in _open_clocks(rule, matter)}
    if rule.responsible == "receivers":
        for code in setting.addressed:
            if code not in running and applies(rule.applies, code, rules):
                yield scheduled(rule, stroke, matter, rules, code)
        return
    responsible = matter.holder if rule.responsible == "holder" else matter.originator
    if not running and applies(rule.applies, responsible, rules):
        yield scheduled(rule, stroke, matter, rules, responsible)


_PULLS = {
    Action.STOP: _stop,
    Action.CANCEL: _cancel,
    Action.PAUSE: _pause,
    Action.RESUME: _resume,
    Action.EXTEND: _extend,
    Action.START: _start,
}


def rule_of(clock: Clock, rules: Rules) -> DeadlineRule:
    """Find the rule that started a clock. Raises LookupError if no pack has that version any more."""
    rule = rules.rulebook.deadline(clock.rule)
    if rule is None:
        raise LookupError(f"{clock.rule} is in no pack: carry that version on, then replay the matter")
    return rule
