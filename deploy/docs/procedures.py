"""The procedures of the packs as state diagrams and tables, with the labels of the packs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from backbone.settings import Settings
from deploy.docs.tables import table
from deploy.rulebook.lineage import placed
from deploy.rulebook.sheets import after_zh
from deploy.rulebook.words import STATES, Desks, by_zh, fact_zh, source_zh, validity_zh, verified_zh
from processors.rulebook import Rulebook
from processors.rulebook.proof.graph import landings, remembered
from processors.rulebook.shapes import NEW, RESUME, SAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deploy.rulebook.lineage import Placed
    from processors.rulebook.shapes import Procedure, Transition

ENTRY = "[*]"


@cache
def rulebook() -> Rulebook:
    """Give the packs of this release, as a stack begins with them."""
    return Rulebook.load(Settings.model_fields["packs"].default)


def desks() -> Desks:
    """Give the desks of those packs."""
    return Desks(rulebook().packs)


def rules(what: str) -> list[Placed]:
    """Give every rule of a kind: procedure, routing, deadline, effect."""
    return [each for each in placed(rulebook().packs) if each.found.what == what]


def procedures() -> str:
    """Write every procedure: its diagram, who may state what, and why a fact is refused."""
    return "\n\n".join(_procedure(each) for each in rules("procedure"))


def _procedure(each: Placed) -> str:
    content = each.found.content
    built = rulebook().procedure(each.found.id)
    if built is None:
        raise LookupError(each.found.id)
    labels = {**content["states"], **STATES}
    parts = [
        f"## {content['name']['zh']} {content['name']['en']}",
        f"`{each.found.id}` · 事项种类 `{content['kind']}` · 规则包 `{each.found.pack.name}` · "
        f"{verified_zh(verified=content['verified'])} · 效力：{validity_zh(content)}"
        + (f" · 条款 {'、'.join(content['clauses'])}" if "clauses" in content else ""),
        f"依据：{source_zh(content['source'])}",
        _diagram(built, content["states"]),
        table(("事实", "从", "到", "谁可作出", "之后"), _transitions(content, labels)),
        *_elements(content),
        *_guards(content),
    ]
    return "\n\n".join(parts)


def _diagram(procedure: Procedure, states: Mapping[str, str]) -> str:
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{label}" as {_node(state)}' for state, label in states.items()]
    edges: dict[tuple[str, str], list[str]] = {}
    for transition in procedure.transitions:
        for state in _in_order(transition, states):
            for landing, how in _ways(procedure, transition, state):
                edges.setdefault((_node(state), _node(landing)), []).append(fact_zh(transition.fact) + how)
    for (begin, end), facts in edges.items():
        lines.append(f"    {begin} --> {end}: {'、'.join(dict.fromkeys(facts))}")
    return "\n".join(("```mermaid", *lines, "```"))


def _ways(procedure: Procedure, transition: Transition, state: str) -> Iterator[tuple[str, str]]:
    """Give where a fact leads from a state, and when; what changes nothing is not drawn."""
    if transition.to == RESUME:
        ways = [(each, "（补齐）") for each in sorted(remembered(procedure))]
    else:
        ways = [(transition.to, "")]
    ways.append((transition.unrouted, "（找不到收件机关）"))
    ways.append((transition.incomplete, "（仍缺要素）"))
    seen = set()
    for end, how in ways:
        landing = state if end == SAME else end
        drawn = landing not in seen and landing in landings(procedure, transition, state)
        seen.add(landing)
        if drawn and not (landing == state and end == SAME):
            yield landing, how


def _in_order(transition: Transition, states: Mapping[str, str]) -> list[str]:
    return [state for state in (NEW, *states) if state in transition.sources]


def _node(state: str) -> str:
    return ENTRY if state == NEW else state.replace("-", "_")


def _transitions(content: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    for on in content["on"]:
        sources = labels["any"] if on["from"] == "any" else "、".join(labels[s] for s in on["from"])
        to = labels[on["to"]]
        if on.get("unrouted", on["to"]) != on["to"]:
            to += f"；找不到收件机关：{labels[on['unrouted']]}"
        if on.get("incomplete", on["to"]) != on["to"]:
            to += f"；仍缺要素：{labels[on['incomplete']]}"
        yield f"{fact_zh(on['fact'])} `{on['fact']}`", sources, to, by_zh(on["by"]), after_zh(on)


def _elements(content: Mapping[str, Any]) -> Iterator[str]:
    if "elements" not in content:
        return
    elements = content["elements"]
    missing = elements["missing"]
    yield (
        f"**要素**：{source_zh(elements['source'])}（{verified_zh(verified=elements['verified'])}）。"
        f"缺少的不拒收，由平台作出{fact_zh(missing)} `{missing}`，写明缺什么。"
    )
    rows = ((f"`{each['id']}`", each["zh"], f"`{each['when']}`") for each in elements["each"])
    yield table(("要素", "名称", "齐全的条件"), rows)


def _guards(content: Mapping[str, Any]) -> Iterator[str]:
    """Give each guard once, with every fact that it stands before."""
    facts: dict[tuple[str, ...], list[str]] = {}
    for on in content["on"]:
        for guard in on.get("guards", ()):
            own = source_zh(guard["source"]) if "source" in guard else "同程序"
            refusal = f"{guard['zh']} {guard['en']}"
            row = (f"`{guard['when']}`", refusal, f"`{guard['code']}`", own)
            facts.setdefault(row, []).append(fact_zh(on["fact"]))
    if facts:
        yield table(
            ("事实", "必须成立的条件", "不成立时的答复", "代码", "依据"),
            (("、".join(dict.fromkeys(names)), *row) for row, names in facts.items()),
        )
