"""What a word means in the rulebook: a rule, a pack, a fact, a clause; and everything that bears on it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from deploy.embedded.obstacles import Obstacle
from deploy.rulebook.lineage import placed
from processors.rulebook.shapes import base_of
from schemas.contracts import contracts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from deploy.rulebook.lineage import Placed
    from processors.rulebook.pack import Pack

ACTIONS = ("start", "stop", "cancel", "pause", "resume", "extend")


class NotInTheRulebook(Obstacle):
    """No rule, pack, fact or clause has this name."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The rules that a word means: one is shown whole (`whole`), several are listed, each with its part."""

    whole: bool
    rules: tuple[tuple[str, Placed], ...]


def find(packs: Sequence[Pack], word: str) -> Answer:
    """Find what a word means; raises NotInTheRulebook with names that are written alike."""
    rules = list(placed(packs))
    named = [
        each for each in rules if word.lower() in {each.found.id.lower(), base_of(each.found.id).lower()}
    ]
    if named:
        return Answer(whole=True, rules=tuple(("", each) for each in named))
    if word in {pack.name for pack in packs}:
        return Answer(whole=False, rules=tuple(("", each) for each in rules if each.found.pack.name == word))
    if word in contracts():
        parts = ((part, each) for each in rules if (part := part_of(each.found.content, word)))
        return Answer(whole=False, rules=tuple(parts))
    serving = tuple(("", each) for each in rules if word.upper() in each.found.content.get("clauses", ()))
    if serving:
        return Answer(whole=False, rules=serving)
    raise NotInTheRulebook(f"The rulebook knows no {word}.", _alike(packs, rules, word))


def part_of(content: Mapping[str, Any], fact: str) -> str:
    """Say which part a fact plays in a rule, in Chinese; "" if none."""
    if any(on["fact"] == fact for on in content.get("on", ()) if isinstance(on, dict)):
        return "程序中的事实"
    if content.get("elements", {}).get("missing") == fact:
        return "由平台作出"
    if fact in content.get("facts", ()):
        return "按此送达"
    if content.get("on") == fact:
        return "产生效果"
    if content.get("fact") == fact:
        return "是其效果"
    return "、".join(_ACTIONS[action] for action in ACTIONS if _moved_by(content, action, fact))


_ACTIONS = {
    "start": "起算",
    "stop": "办结",
    "cancel": "撤销",
    "pause": "中止",
    "resume": "恢复",
    "extend": "延长",
}


def _moved_by(content: Mapping[str, Any], action: str, fact: str) -> bool:
    items = (item if isinstance(item, str) else item["fact"] for item in content.get(action, ()))
    return fact in items


def _alike(packs: Sequence[Pack], rules: Sequence[Placed], word: str) -> str:
    names = {each.found.id for each in rules} | {base_of(each.found.id) for each in rules}
    names |= {pack.name for pack in packs} | {contract.name for contract in contracts()}
    close = get_close_matches(word, names, n=3, cutoff=0.5)
    return f"Do you mean {', '.join(close)}?" if close else "See: liandong rules show"
