"""From the clauses of the law to what answers them: facts, rules, scenarios; and what is out of scope."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from deploy.docs.procedures import rulebook
from deploy.docs.tables import table
from deploy.rulebook.words import UNREAD, facts_zh
from deploy.scenarios.files import load_all
from processors.rulebook.proof.found import found_in
from processors.rulebook.shapes import base_of
from schemas.contracts import contracts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deploy.scenarios.model import Scenario
    from processors.rulebook.proof.found import Found

CLAUSES = Path(__file__).with_name("clauses.yaml")


class BrokenTrace(Exception):
    """A clause is named that `deploy/docs/clauses.yaml` lacks, or it names a fact that no contract has."""


@cache
def clauses() -> dict[str, dict[str, Any]]:
    """Give every clause by its id; raises BrokenTrace for a fact without a contract."""
    read: list[dict[str, Any]] = yaml.safe_load(CLAUSES.read_text(encoding="utf-8"))
    for clause in read:
        for name in clause.get("facts", ()):
            if name not in contracts():
                raise BrokenTrace(f"{clause['id']} names {name}, which no contract has")
    return {clause["id"]: clause for clause in read}


@cache
def scenarios() -> list[Scenario]:
    """Give every scenario that ships."""
    return load_all()


def in_scope() -> str:
    """Write for each clause in scope what answers it."""
    return table(
        ("条款", "原文", "事实", "规则", "场景", "以后的版本"),
        (_row(clause) for clause in clauses().values() if "facts" in clause),
    )


def _row(clause: Mapping[str, Any]) -> tuple[str, ...]:
    serving = [found for found in found_in(rulebook().packs) if clause["id"] in _clauses(found)]
    return (
        f"**{clause['id']}**",
        f"{clause['of']}：“{clause['zh']}”",
        facts_zh(clause["facts"]),
        "、".join(_rule(found) for found in serving),
        _played(clause["id"]),
        "、".join(f"`{name}`" for name in clause.get("later", ())),
    )


def _rule(found: Found) -> str:
    mark = "" if found.content["verified"] else f"（{UNREAD}）"
    return f"`{found.id}`{mark}"


def _played(clause: str) -> str:
    """Name the scenarios that are about a clause, or that expect what its rule brings."""
    about = (s for s in scenarios() if clause in s.clauses or clause in _expected(s.model_dump()))
    return "、".join(f"{s.scenario} {s.title.zh}" for s in about)


def _expected(content: Any) -> set[str]:
    """Give the rules, without version, that a scenario names in what it expects."""
    if isinstance(content, dict):
        own = {base_of(str(content["rule"]))} if content.get("rule") else set()
        return own.union(*map(_expected, content.values()))
    return set().union(*map(_expected, content)) if isinstance(content, list | tuple) else set()


def by_rule() -> str:
    """Write for the rules and limits that have a number of their own which rules and scenarios carry it."""
    numbers = sorted(set(_named()) - clauses().keys())
    rows = []
    for number in numbers:
        serving = [found for found in found_in(rulebook().packs) if number in _clauses(found)]
        rows.append(
            (
                f"**{number}**",
                "、".join(_rule(found) for found in serving),
                _played(number),
            )
        )
    return table(("编号", "规则", "场景"), rows)


def out_of_scope() -> str:
    """Write the clauses that nothing answers yet, each with its reason."""
    outside = (clause for clause in clauses().values() if "facts" not in clause)
    return table(("条款", "内容", "说明"), ((f"**{c['id']}**", c["zh"], f"{c['why']}。") for c in outside))


def unread() -> str:
    """Write every rule whose article nobody has read yet."""
    rows = (
        (f"`{f.id}`", f.content["name"]["zh"] if "name" in f.content else f.content["why"]["zh"], _cited(f))
        for f in found_in(rulebook().packs)
        if not f.content["verified"]
    )
    return table(("规则", "名称", "依据"), rows)


def _cited(found: Found) -> str:
    source = found.content["source"]
    return f"{source['law']} {source['article']}"


def _clauses(found: Found) -> tuple[str, ...]:
    return tuple(found.content.get("clauses", ()))


def _named() -> Iterator[str]:
    """Give every clause that a rule or a scenario names. Raises BrokenTrace for one that nobody knows."""
    known = {base_of(found.id) for found in found_in(rulebook().packs)}
    for where, names in _naming():
        for name in names:
            if (
                name not in clauses()
                and name not in known
                and not any(k.startswith(f"{name}-") for k in known)
            ):
                raise BrokenTrace(f"{where} serves {name}, which is neither a clause nor a rule")
            yield name


def _naming() -> Iterator[tuple[str, tuple[str, ...]]]:
    for found in found_in(rulebook().packs):
        yield found.id, _clauses(found)
    for scenario in scenarios():
        yield scenario.file, scenario.clauses
