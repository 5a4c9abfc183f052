"""The rules of the packs as tables: routing, deadlines, effects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deploy.docs.procedures import desks, rules
from deploy.docs.tables import table
from deploy.rulebook.lineage import composition
from deploy.rulebook.words import (
    RULE_SETS,
    WARNINGS,
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
from projections.vocabulary import agency_zh

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from deploy.rulebook.lineage import Placed
    from processors.rulebook.pack import Pack


def packs(of: Sequence[Pack]) -> str:
    """Write how the packs lie over each other, and what each is for."""
    rows = (
        (
            f"`{pack.name}`",
            pack.sources[0].content["name"]["zh"],
            "、".join(f"`{region}`" if region else "全国" for region in pack.regions),
            "、".join(f"{name}：{agency_zh(code)}" for name, code in pack.desks.items()),
        )
        for pack in of
    )
    return f"{composition(of)}\n\n" + table(("规则包", "名称", "适用地区", "指定机关"), rows)


def routing() -> str:
    """Write every routing rule in the order in which they are tried."""
    found = sorted(rules("routing"), key=lambda each: each.found.content.get("rank", RANK))
    rows = (
        (
            str(c.get("rank", RANK)),
            f"`{c['id']}`",
            facts_zh(c["facts"]),
            "总是" if c["when"] == "true" else f"`{c['when']}`",
            target_zh(c["to"], desks()),
            "、".join(target_zh(t, desks()) for t in c.get("cc", ())),
            c["why"]["zh"],
            *_basis(each),
        )
        for each in found
        for c in (each.found.content,)
    )
    return table(("次序", "规则", "事实", "条件", "主送", "抄送", "理由", "依据", "核对", "规则包"), rows)


def deadlines() -> str:
    """Write every deadline rule that runs clocks, then those that await facts of a later version."""
    running = [each for each in rules("deadline") if "start" in each.found.content]
    later = [each for each in rules("deadline") if "start" not in each.found.content]
    summary = (
        (
            f"`{c['id']}`",
            c["name"]["zh"],
            _limit(c),
            tell_zh([c["responsible"]], desks()) + _for(c.get("for", {})),
            verified_zh(verified=c["verified"]),
            f"`{each.found.pack.name}`",
        )
        for each in running
        for c in (each.found.content,)
    )
    parts = ["## 已经计时的期限 Limits that run clocks"]
    parts.append(table(("规则", "名称", "期限", "责任机关", "核对", "规则包"), summary))
    parts += [_deadline(each) for each in running]
    rows = (
        (
            f"`{c['id']}`",
            c["name"]["zh"],
            _limit(c),
            "、".join(f"`{fact}`" for fact in c["awaits"]),
            c["basis"],
            *_basis(each),
        )
        for each in later
        for c in (each.found.content,)
    )
    parts.append("## 等待以后版本事实的期限 Limits that await facts of a later version")
    parts.append(
        table(("规则", "名称", "期限", "等待的事实", "日的种类依据", "依据", "核对", "规则包"), rows)
    )
    return "\n\n".join(parts)


def _deadline(each: Placed) -> str:
    content = each.found.content
    title = f"### `{content['id']}` {content['name']['zh']} {content['name']['en']}"
    return f"{title}\n\n" + table(("项目", "内容"), deadline_rows(each))


def deadline_rows(each: Placed) -> list[tuple[str, str]]:
    """Give what a deadline rule says, line by line."""
    c = each.found.content
    rows = [
        ("期限", _limit(c)),
        ("日的种类依据", c["basis"]),
        ("责任机关", tell_zh([c["responsible"]], desks()) + _for(c.get("for", {}))),
        ("起算", triggers_zh(c["start"]) + _begins(c)),
        ("办结", triggers_zh(c["stop"])),
    ]
    if "cancel" in c:
        rows.append(("撤销", f"{triggers_zh(c['cancel'])}（{c['cancel_reason']['zh']}）"))
    if "pause" in c:
        reason = c["pause_reason"]["zh"]
        rows.append(("中止", f"{triggers_zh(c['pause'])}，至{triggers_zh(c['resume'])}（{reason}）"))
    rows += [("延长", _extension(e)) for e in c.get("extend", ())]
    if "ceiling" in c:
        rows.append(("上限", f"{length_zh(c['ceiling'])}（{source_zh(c['ceiling']['source'])}）"))
    rows += [("预警", f"{WARNINGS[w['at']]}：{tell_zh(w['to'], desks())}") for w in c.get("warn", ())]
    rows.append(("超期", tell_zh(c["breach"]["to"], desks())))
    rows += [
        ("升级", f"超期后 {length_zh(rung['after'])}：{tell_zh(rung['to'], desks())}")
        for rung in c.get("escalate", ())
    ]
    source, verified, pack = _basis(each)
    rows += [("依据", source), ("核对", verified), ("规则包", pack), ("效力", validity_zh(c))]
    return [*rows, ("条款", "、".join(c["clauses"]))] if "clauses" in c else rows


def _limit(content: Mapping[str, Any]) -> str:
    words = length_zh(content["limit"])
    if "before" in content:
        words = f"提前 {words}（`{content['before']['field']}` 之前）"
    return f"{words}；清单事项另有反馈时限的从其规定" if "limit_from" in content else words


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
    how = length_zh(extension["by"]) if "by" in extension else f"至 `{extension['to']['field']}` 写明的日期"
    return f"{triggers_zh([extension])}：{how}，最多 {extension['times']} 次"


def effects() -> str:
    """Write every effect rule: what a fact owes which other matter, and the fields that go with it."""
    return "\n\n".join(_effect(each) for each in rules("effect"))


def _effect(each: Placed) -> str:
    c = each.found.content
    matter = c["matter"]
    target = (
        f"`{matter['id']}`"
        if "id" in matter
        else f"{matter['kind']}：`{matter['agency']}` / `{matter['key']}`"
    )
    source, verified, pack = _basis(each)
    rows = [
        ("起因", facts_zh([c["on"]]) + (f"，条件 `{c['when']}`" if "when" in c else "")),
        ("逐项", f"`{c['each']}`" if "each" in c else "一次"),
        ("进入事项", target),
        ("产生的事实", facts_zh([c["fact"]])),
        ("原样带入的字段", "、".join(f"`{name}`" for name in c.get("take", ()))),
        *((f"字段 `{name}`", f"`{text}`") for name, text in c.get("set", {}).items()),
        ("依据", source),
        ("核对", verified),
        ("规则包", pack),
        ("效力", validity_zh(c)),
    ]
    title = f"### `{c['id']}` {c['name']['zh']} {c['name']['en']}"
    return f"{title}\n\n" + table(("项目", "内容"), rows)


def _basis(each: Placed) -> tuple[str, str, str]:
    """Give source, whether it was read, and the pack with what it replaces."""
    content = each.found.content
    return source_zh(content["source"]), verified_zh(verified=content["verified"]), "".join(_pack(each))


def _pack(each: Placed) -> Iterator[str]:
    yield f"`{each.found.pack.name}`"
    for wider in each.replaces:
        yield f"，取代 `{wider.pack.name}` 的 `{wider.id}`"
    for closer in each.replaced_by:
        yield f"，在 `{closer.pack.name}` 由 `{closer.id}` 取代"
