"""What one rule says, line by line: labels and values in Chinese, code in backticks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from deploy.rulebook.words import (
    PARTIES,
    RULE_SETS,
    STATES,
    WARNINGS,
    by_zh,
    fact_zh,
    facts_zh,
    length_zh,
    source_zh,
    standing_zh,
    target_zh,
    tell_zh,
    triggers_zh,
    validity_zh,
    verified_zh,
)
from processors.rulebook.routing import RANK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deploy.rulebook.lineage import Placed
    from deploy.rulebook.words import Desks

Line: TypeAlias = tuple[str, str]
KINDS = {"procedure": "程序", "routing": "路由规则", "deadline": "期限规则", "effect": "效果规则"}


def sheet(each: Placed, desks: Desks) -> list[Line]:
    """Give everything that a rule says: what it does, then what it rests on and where it stands."""
    content = each.found.content
    does = {"procedure": _procedure, "routing": routing, "deadline": deadline, "effect": effect}
    return [
        ("规则", f"`{each.found.id}`（{KINDS[each.found.what]}）"),
        ("名称", title(content)),
        *does[each.found.what](content, desks),
        *basis(each),
        ("文件", each.place),
    ]


def title(content: Mapping[str, Any]) -> str:
    """Name a rule in both languages; a routing rule by its reason."""
    name = content.get("name") or content["why"]
    return f"{name['zh']} {name['en']}"


def basis(each: Placed) -> Iterator[Line]:
    """Say what a rule rests on, since when, and in which pack it stands."""
    content = each.found.content
    yield "依据", source_zh(content["source"])
    yield "核对", verified_zh(verified=content["verified"])
    yield "规则包", pack_zh(each)
    yield "效力", validity_zh(content)
    if "clauses" in content:
        yield "条款", "、".join(content["clauses"])


def pack_zh(each: Placed) -> str:
    """Name the pack of a rule, what it replaces there and what replaces it elsewhere."""
    words = f"`{each.found.pack.name}`"
    for wider in each.replaces:
        words += f"，取代 `{wider.pack.name}` 的 `{wider.id}`"
    for closer in each.replaced_by:
        words += f"，在 `{closer.pack.name}` 由 `{closer.id}` 取代"
    return words


def _procedure(content: Mapping[str, Any], desks: Desks) -> Iterator[Line]:
    del desks
    labels = {**content["states"], **STATES}
    yield "事项种类", f"`{content['kind']}`"
    yield "状态", "、".join(f"{zh}（{state}）" for state, zh in content["states"].items())
    for on in content["on"]:
        yield fact_zh(on["fact"]), move_zh(on, labels)


def move_zh(on: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """Say what a fact does: "已移送 ▸ 已签收；承办机关；告知来源机关"."""
    sources = labels["any"] if on["from"] == "any" else "、".join(labels[state] for state in on["from"])
    return "；".join(
        part for part in (f"{sources} ▸ {labels[on['to']]}", by_zh(on["by"]), after_zh(on)) if part
    )


def after_zh(on: Mapping[str, Any]) -> str:
    """Say what follows upon a fact."""
    parts = ["按路由规则送达"] if on.get("routed") else []
    parts += ["作出机关成为承办机关"] if on.get("holds") else []
    parts += [f"告知{'、'.join(PARTIES[party] for party in on['tells'])}"] if on.get("tells") else []
    parts += ["核对要素，缺的由平台退回补正"] if on.get("elements") else []
    return "；".join(parts)


def routing(content: Mapping[str, Any], desks: Desks) -> Iterator[Line]:
    """Say for which facts a routing rule is, on which condition, and whom it means."""
    yield "次序", str(content.get("rank", RANK))
    yield "事实", facts_zh(content["facts"])
    yield "条件", when_zh(content["when"])
    yield "主送", target_zh(content["to"], desks)
    if content.get("cc"):
        yield "抄送", "、".join(target_zh(target, desks) for target in content["cc"])


def when_zh(text: str) -> str:
    """Show a condition; "总是" for the one that always holds."""
    return "总是" if text == "true" else f"`{text}`"


def deadline(content: Mapping[str, Any], desks: Desks) -> Iterator[Line]:
    """Say how long a limit is, by which days, what moves its clock and who hears of it."""
    yield "期限", limit_zh(content)
    yield "日的种类依据", content["basis"]
    if "awaits" in content:
        yield "等待的事实", "、".join(f"`{fact}`" for fact in content["awaits"])
    if "start" in content:
        yield "责任机关", responsible_zh(content, desks)
        yield "起算", triggers_zh(content["start"]) + _begins(content)
        yield "办结", triggers_zh(content["stop"])
        yield from _moves(content)
    if "ceiling" in content:
        yield "上限", f"{length_zh(content['ceiling'])}（{source_zh(content['ceiling']['source'])}）"
    yield from _told(content, desks)


def _moves(content: Mapping[str, Any]) -> Iterator[Line]:
    if "cancel" in content:
        yield "撤销", f"{triggers_zh(content['cancel'])}（{content['cancel_reason']['zh']}）"
    if "pause" in content:
        reason = content["pause_reason"]["zh"]
        yield "中止", f"{triggers_zh(content['pause'])}，至{triggers_zh(content['resume'])}（{reason}）"
    for extension in content.get("extend", ()):
        yield "延长", _extension(extension)


def _told(content: Mapping[str, Any], desks: Desks) -> Iterator[Line]:
    for warning in content.get("warn", ()):
        yield "预警", f"{WARNINGS[warning['at']]}：{tell_zh(warning['to'], desks)}"
    if "breach" in content:
        yield "超期", tell_zh(content["breach"]["to"], desks)
    for rung in content.get("escalate", ()):
        yield "升级", f"超期后 {length_zh(rung['after'])}：{tell_zh(rung['to'], desks)}"


def limit_zh(content: Mapping[str, Any]) -> str:
    """Say how long a limit is, and whether it counts backward or the catalogue may say otherwise."""
    words = length_zh(content["limit"])
    if "before" in content:
        words = f"提前 {words}（`{content['before']['field']}` 之前）"
    return f"{words}；清单事项另有反馈时限的从其规定" if "limit_from" in content else words


def responsible_zh(content: Mapping[str, Any], desks: Desks) -> str:
    """Say whose duty it is."""
    return tell_zh([content["responsible"]], desks) + _for(content.get("for", {}))


def _for(applies: Mapping[str, Any]) -> str:
    parts = []
    if "procedure_rule_set" in applies:
        name = applies["procedure_rule_set"]
        parts.append(f"适用《{RULE_SETS.get(name, name)}》的")
    if "standing" in applies:
        parts.append(f"限{'、'.join(map(standing_zh, applies['standing']))}")
    if "not_standing" in applies:
        parts.append(f"{'、'.join(map(standing_zh, applies['not_standing']))}除外")
    return f"（{'；'.join(parts)}）" if parts else ""


def _begins(content: Mapping[str, Any]) -> str:
    begin = content.get("from", "received")
    if begin == "month-end":
        return "，自月末起算"
    return "" if begin == "received" else f"，自 `{begin['field']}` 起算"


def _extension(extension: Mapping[str, Any]) -> str:
    by_days = "by" in extension
    how = length_zh(extension["by"]) if by_days else f"至 `{extension['to']['field']}` 写明的日期"
    return f"{triggers_zh([extension])}：{how}，最多 {extension['times']} 次"


def effect(content: Mapping[str, Any], desks: Desks) -> Iterator[Line]:
    """Say what a fact owes which other matter, and the fields that go with it."""
    del desks
    matter = content["matter"]
    derived = "kind" in matter
    target = f"{matter['kind']}：`{matter['agency']}` / `{matter['key']}`" if derived else f"`{matter['id']}`"
    yield "起因", facts_zh([content["on"]]) + (f"，条件 `{content['when']}`" if "when" in content else "")
    yield "逐项", f"`{content['each']}`" if "each" in content else "一次"
    yield "进入事项", target
    yield "产生的事实", facts_zh([content["fact"]])
    yield "原样带入的字段", "、".join(f"`{name}`" for name in content.get("take", ()))
    for name, text in content.get("set", {}).items():
        yield f"字段 `{name}`", f"`{text}`"
