"""Every expression of the packs, where it stands and what is known around it, so that each can be checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from processors.rulebook.expressions import Around, check_condition, drawn_from, learned_from
from processors.rulebook.expressions.check import kept_values
from processors.rulebook.expressions.values import record_of
from processors.rulebook.proof.graph import gives, kept_before
from processors.rulebook.shapes import NEW, base_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from processors.rulebook.expressions.values import Value
    from processors.rulebook.pack import Pack
    from processors.rulebook.shapes import Procedure
    from processors.rulebook.source import BrokenPack, Place, Source


@dataclass(frozen=True, slots=True)
class Written:
    """One expression: its text, where it stands, the facts that it is asked of, what its place takes."""

    source: Source
    path: Place
    text: str
    facts: tuple[str, ...]
    around: Around
    takes: str | Value = "bool"


def mistakes(packs: Sequence[Pack], *, whole: bool = True) -> Iterator[BrokenPack]:
    """Give for every expression that does not fit the contracts its first mistake.

    Unless the packs are `whole`, nothing is said of states and clocks that other files may have.
    """
    for each in written(packs, whole=whole):
        mistake = check_condition(each.text, each.facts, each.takes, each.around)
        if mistake is not None:
            end = "" if mistake.message.endswith((".", "?")) else "."
            what = f"`{each.text}`, character {mistake.at + 1}: {mistake.message}{end}"
            yield each.source.broken(each.path, what, mistake.remedy)


def written(packs: Sequence[Pack], *, whole: bool = True) -> Iterator[Written]:
    """Give every expression of every pack."""
    together = _Together(packs, whole=whole)
    for pack in packs:
        for source in pack.sources:
            content = source.content
            if isinstance(content, list):
                for index, rule in enumerate(content):
                    read = _effect if "on" in rule else _deadline
                    yield from read(_Rule(source, (index,), rule, together, pack))
            elif "procedure" in content:
                yield from _procedure(source, together)
            elif "rules" in content:
                for index, rule in enumerate(content["rules"]):
                    yield from _routing(_Rule(source, ("rules", index), rule, together, pack))


class _Together:
    """What all packs together say of facts, states and clocks."""

    def __init__(self, packs: Sequence[Pack], *, whole: bool) -> None:
        self.packs = packs
        self.whole = whole
        self.procedures = [p for pack in packs for p in pack.procedures]
        clocks = {base_of(r.id) for pack in packs for r in pack.deadlines}
        self.rules = frozenset(clocks if whole else ())

    def around(self, facts: Collection[str], *, afterwards: bool) -> Around:
        """Say what is known of a matter before or after one of these facts, whatever procedure takes it."""
        taking = [(p, t) for p in self.procedures for t in p.transitions if t.fact in facts]
        states = {state for p, _ in taking for state in (*p.states, NEW) if self.whole}
        kept = [kept_before(p, t) | (gives(t.fact) if afterwards else frozenset()) for p, t in taking]
        # Where nobody takes the fact, that is what is wrong, not what its expressions ask of the matter.
        surely = frozenset.intersection(*kept) if kept and self.whole else frozenset(kept_values())
        return Around(frozenset(states), self.rules, known=frozenset(f"matter.kept.{n}" for n in surely))

    def desks(self, pack: Pack) -> frozenset[str]:
        """Name the desks that a pack can count on: its own, and those of packs that hold wherever it does."""
        wider = (p for p in self.packs if all(p.reach(region) >= 0 for region in pack.regions))
        return frozenset(name for each in wider for name in each.desks)


@dataclass(frozen=True, slots=True)
class _Rule:
    source: Source
    path: Place
    content: Mapping[str, Any]
    together: _Together
    pack: Pack

    def written(
        self, tail: Place, text: str, facts: tuple[str, ...], around: Around, takes: str | Value = "bool"
    ) -> Written:
        return Written(self.source, (*self.path, *tail), text, facts, around, takes)


def _routing(rule: _Rule) -> Iterator[Written]:
    facts = tuple(rule.content["facts"])
    around = rule.together.around(facts, afterwards=False)
    yield rule.written(("when",), rule.content["when"], facts, around)
    after = replace(around, known=around.known | learned_from(rule.content["when"], holds=True))
    targets: list[tuple[Place, Mapping[str, str]]] = [(("to",), rule.content["to"])]
    targets += [(("cc", i), target) for i, target in enumerate(rule.content.get("cc", ()))]
    for tail, target in targets:
        if "province" in target:
            yield rule.written((*tail, "province"), target["province"], facts, after, "string")


def _deadline(rule: _Rule) -> Iterator[Written]:
    for action in ("start", "stop", "cancel", "pause", "resume", "extend"):
        for index, item in enumerate(rule.content.get(action, ())):
            if isinstance(item, dict) and "when" in item:
                facts = (item["fact"],)
                around = replace(rule.together.around(facts, afterwards=True), derived=True)
                yield rule.written((action, index, "when"), item["when"], facts, around)


def _effect(rule: _Rule) -> Iterator[Written]:
    content, facts = rule.content, (rule.content["on"],)
    before = rule.together.around(facts, afterwards=True)
    around = replace(before, effect=True, desks=rule.together.desks(rule.pack))
    if "when" in content:
        yield rule.written(("when",), content["when"], facts, around)
        around = replace(around, known=around.known | learned_from(content["when"], holds=True))
    if "each" in content:
        yield rule.written(("each",), content["each"], facts, around, "strings")
        around = replace(around, known=around.known | drawn_from(content["each"]))
    for name in ("id", "agency", "key"):
        if name in content["matter"]:
            yield rule.written(("matter", name), content["matter"][name], facts, around, "string")
    fields = record_of(content["fact"]).fields or {}
    for name, text in content.get("set", {}).items():
        yield rule.written(("set", name), text, facts, around, fields[name])


def _procedure(source: Source, together: _Together) -> Iterator[Written]:
    content = source.content
    procedure = next(p for p in together.procedures if p.id == content["procedure"])
    around = Around(frozenset((*procedure.states, NEW)), together.rules)
    elements = content.get("elements", {"each": ()})
    asked = tuple(dict.fromkeys(on["fact"] for on in content["on"] if on.get("elements")))
    for index, element in enumerate(elements["each"]):
        yield Written(source, ("elements", "each", index, "when"), element["when"], asked, around)
    for index, on in enumerate(content["on"]):
        yield from _guards(source, ("on", index), on, around, _kept(procedure, index))


def _kept(procedure: Procedure, index: int) -> frozenset[str]:
    kept = kept_before(procedure, procedure.transitions[index])
    return frozenset(f"matter.kept.{name}" for name in kept)


def _guards(
    source: Source, path: Place, on: Mapping[str, Any], around: Around, kept: frozenset[str]
) -> Iterator[Written]:
    """Give the guards of a transition: each is asked if those before it hold, its words if it does not."""
    known = kept
    for index, guard in enumerate(on.get("guards", ())):
        at: Place = (*path, "guards", index)
        here = replace(around, known=known)
        yield Written(source, (*at, "when"), guard["when"], (on["fact"],), here)
        refused = replace(around, known=known | learned_from(guard["when"], holds=False))
        for lang, text in guard.get("shows", {}).items():
            yield Written(source, (*at, "shows", lang), text, (on["fact"],), refused, "string")
        known |= learned_from(guard["when"], holds=True)
