"""Deadline rules 期限规则, from checked files: as the triggers that move their clocks, and by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.rulebook.conditions import compile_condition
from processors.rulebook.parts import both, citation, clauses, fact, limit, tell, validity
from processors.rulebook.shapes import (
    Action,
    Applies,
    Counting,
    DeadlineRule,
    Extension,
    Reminder,
    Rung,
    Trigger,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from processors.rulebook.source import Place, Source


def build_deadlines(
    source: Source,
) -> tuple[tuple[DeadlineRule, ...], tuple[Trigger, ...]]:
    """Build the deadline rules of a pack and the triggers of their clocks; raises BrokenPack."""
    rules, triggers = [], []
    for index, content in enumerate(source.content):
        rule = _rule(source, (index,), content)
        rules.append(rule)
        triggers += list(_triggers(source, (index,), content, rule))
    return tuple(rules), tuple(triggers)


def _triggers(
    source: Source, path: Place, content: Mapping[str, Any], rule: DeadlineRule
) -> Iterator[Trigger]:
    for action in Action:
        for i, item in enumerate(content.get(action.value, ())):
            at = (*path, action.value, i)
            item = {"fact": item} if isinstance(item, str) else item  # noqa: PLW2901 - both ways to write it
            name = fact(source, (*at, "fact") if "when" in item else at, item["fact"])
            when = compile_condition(source, (*at, "when"), item["when"]) if "when" in item else None
            extension = _extension(source, at, item) if action is Action.EXTEND else None
            yield Trigger(action, name, when, rule, extension)


def _extension(source: Source, path: Place, item: Mapping[str, Any]) -> Extension:
    by = limit(source, (*path, "by"), item["by"]) if "by" in item else None
    return Extension(by, item.get("to", {}).get("field", ""), item["times"])


def _rule(source: Source, path: Place, content: Mapping[str, Any]) -> DeadlineRule:
    applies = content.get("for", {})
    return DeadlineRule(
        id=content["id"],
        name=both(content["name"]),
        responsible=content.get("responsible", "holder"),
        watchers=tuple(content.get("watchers", ())),
        applies=Applies(
            applies.get("procedure_rule_set", ""),
            frozenset(applies.get("standing", ())),
            frozenset(applies.get("not_standing", ())),
        ),
        counting=_counting(source, path, content),
        basis=content["basis"],
        pause_reason=content.get("pause_reason", {}).get("zh", ""),
        cancel_reason=content.get("cancel_reason", {}).get("zh", ""),
        warn=tuple(Reminder(w["at"], tell(w["to"])) for w in content.get("warn", ())),
        breach=tell(content.get("breach", {}).get("to", ())),
        ladder=tuple(
            Rung(
                limit(source, (*path, "escalate", i, "after"), rung["after"]),
                tell(rung["to"]),
            )
            for i, rung in enumerate(content.get("escalate", ()))
        ),
        citation=citation(content["source"], verified=content["verified"]),
        awaits=tuple(content.get("awaits", ())),
        validity=validity(content),
        clauses=clauses(content),
    )


def _counting(source: Source, path: Place, content: Mapping[str, Any]) -> Counting:
    start = content.get("from", "received")
    ceiling = content.get("ceiling")
    return Counting(
        limit=limit(source, (*path, "limit"), content["limit"]),
        start=start if isinstance(start, str) else start["field"],
        before=content.get("before", {}).get("field", ""),
        from_catalogue="limit_from" in content,
        ceiling=None if ceiling is None else limit(source, (*path, "ceiling"), ceiling),
        ceiling_citation=None
        if ceiling is None
        else citation(ceiling["source"], verified=content["verified"]),
    )
