"""The rules of the packs as tables: routing, deadlines, effects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.docs.procedures import desks, rules
from deploy.docs.tables import table
from deploy.rulebook.lineage import composition
from deploy.rulebook.sheets import (
    basis,
    deadline,
    effect,
    limit_zh,
    pack_zh,
    responsible_zh,
    title,
    when_zh,
)
from deploy.rulebook.words import facts_zh, source_zh, target_zh, verified_zh
from processors.rulebook.routing import RANK
from projections.vocabulary import agency_zh

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from deploy.rulebook.lineage import Placed
    from deploy.rulebook.sheets import Line
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
            when_zh(c["when"]),
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
            limit_zh(c),
            responsible_zh(c, desks()),
            verified_zh(verified=c["verified"]),
            f"`{each.found.pack.name}`",
        )
        for each in running
        for c in (each.found.content,)
    )
    return "\n\n".join(
        (
            "## 已经计时的期限 Limits that run clocks",
            table(("规则", "名称", "期限", "责任机关", "核对", "规则包"), summary),
            *(_section(each, deadline(each.found.content, desks())) for each in running),
            "## 等待以后版本事实的期限 Limits that await facts of a later version",
            _awaiting(later),
        )
    )


def _awaiting(later: Iterable[Placed]) -> str:
    rows = (
        (
            f"`{c['id']}`",
            c["name"]["zh"],
            limit_zh(c),
            "、".join(f"`{fact}`" for fact in c["awaits"]),
            c["basis"],
            *_basis(each),
        )
        for each in later
        for c in (each.found.content,)
    )
    head = ("规则", "名称", "期限", "等待的事实", "日的种类依据", "依据", "核对", "规则包")
    return table(head, rows)


def effects() -> str:
    """Write every effect rule: what a fact owes which other matter, and the fields that go with it."""
    return "\n\n".join(_section(each, effect(each.found.content, desks())) for each in rules("effect"))


def _section(each: Placed, lines: Iterable[Line]) -> str:
    content = each.found.content
    return f"### `{content['id']}` {title(content)}\n\n" + table(("项目", "内容"), (*lines, *basis(each)))


def _basis(each: Placed) -> tuple[str, str, str]:
    """Give source, whether it was read, and the pack with what it replaces."""
    content = each.found.content
    return source_zh(content["source"]), verified_zh(verified=content["verified"]), pack_zh(each)
