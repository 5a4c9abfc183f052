"""Chinese words for what packs say: who, to whom, how long, by which law."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from projections import vocabulary
from projections.vocabulary import agency_zh, limit_zh

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processors.rulebook.pack import Pack

PARTIES: Final[Mapping[str, str]] = {
    "holder": "承办机关",
    "originator": "来源机关",
    "former": "曾承办机关",
    "platform": "平台",
    "responsible": "责任机关",
    "receivers": "各收件机关",
    "addressed": "发件机关写明的机关",
}
"""The parties of a matter."""

STANDINGS: Final[Mapping[str, str]] = {
    "street": "街镇",
    "department": "区有关行政管理部门",
    "urban-management": "城管执法机关",
    "triage-desk": "甄别机关",
    "government": "区政府",
    "justice": "司法行政机关",
    "province": "省级机关",
    "zone": "功能区管理机构",
    "council-office": "联席会议办公室",
    "delta-gateway": "省级网关",
}
"""What an agency is, as far as packs name it; another standing stands for itself."""

RULE_SETS: Final[Mapping[str, str]] = {
    "MOHURD": "住房和城乡建设行政处罚程序规定",
    "MARKET": "市场监督管理行政处罚程序规定",
    "AGRICULTURE": "农业行政处罚程序规定",
}
STATES: Final[Mapping[str, str]] = {
    "new": "（未立事项）",
    "resume": "退回前的状态",
    "same": "（不变）",
    "any": "任何状态",
}
READ: Final = "✔ 已核对原文"
UNREAD: Final = "⚠ 未核实"
WARNINGS: Final[Mapping[str, str]] = {"half": "过半时", "last-working-day": "剩一个工作日时"}


class Desks:
    """The agencies behind the names of desks, over all packs: which one holds, the region says."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        self._codes: dict[str, list[str]] = {}
        for pack in packs:
            for name, code in pack.desks.items():
                self._codes.setdefault(name, []).append(code)

    def zh(self, name: str) -> str:
        """Name the agencies of a desk; the desk itself if no pack has it."""
        codes = dict.fromkeys(self._codes.get(name, ()))
        return "、".join(agency_zh(code) for code in codes) or f"`{name}`"


def standing_zh(name: str) -> str:
    """Say what an agency is."""
    return STANDINGS.get(name, name)


def by_zh(by: Mapping[str, Any]) -> str:
    """Say who may state a fact: agencies of a standing, a party, or a party that has the standing."""
    standing = "、".join(standing_zh(name) for name in by.get("standing", ()))
    party = PARTIES.get(by.get("party", ""), "")
    return f"{party}（须为{standing}）" if party and standing else party or standing


def target_zh(target: Mapping[str, str], desks: Desks) -> str:
    """Say whom a routing rule means."""
    ((kind, name),) = target.items()
    return {
        "site": f"发生地的{standing_zh(name)}",
        "desk": desks.zh(name),
        "party": PARTIES.get(name, name),
        "field": f"事实写明的机关（`{name}`）",
        "kept": f"事项此前写明的机关（`{name}`）",
        "catalogue": f"清单事项的协助机关（`{name}`）",
        "province": f"所在省的省级机关（`{name}`）",
        "others": f"其他{standing_zh(name)}",
    }[kind]


def tell_zh(items: Sequence[Any], desks: Desks) -> str:
    """Say whom a clock tells."""
    told = (PARTIES.get(i, i) if isinstance(i, str) else desks.zh(i["desk"]) for i in items)
    return "、".join(told)


def length_zh(length: Mapping[str, Any]) -> str:
    """Say how long: 15 个工作日."""
    return limit_zh(length["n"], length["unit"], length["day_kind"])


def source_zh(source: Mapping[str, str]) -> str:
    """Cite: law, article and, if it is given, the quote."""
    cited = f"{source['law']} {source['article']}"
    return f"{cited}：“{source['quote']}”" if "quote" in source else cited


def verified_zh(*, verified: bool) -> str:
    """Say whether the article's text was read."""
    return READ if verified else UNREAD


def validity_zh(content: Mapping[str, Any]) -> str:
    """Say from when until when a rule holds."""
    begin, end = content.get("valid_from"), content.get("valid_to")
    if begin is None and end is None:
        return "长期"
    return f"{begin or ''} 起" * bool(begin) + f"至 {end} 止" * bool(end)


def fact_zh(name: str) -> str:
    """Name a fact in Chinese, without the article that its contract may cite."""
    return vocabulary.fact_zh(name).partition("，")[0]


def facts_zh(names: Sequence[str]) -> str:
    """Name facts in Chinese, each with its type."""
    return "、".join(f"{fact_zh(name)} `{name}`" for name in names)


def trigger_zh(item: Any) -> str:
    """Name a fact that moves a clock, and on which condition."""
    if isinstance(item, str):
        return fact_zh(item)
    return f"{fact_zh(item['fact'])}（`{item['when']}`）" if "when" in item else fact_zh(item["fact"])


def triggers_zh(items: Sequence[Any]) -> str:
    """Name the facts that move a clock."""
    return "、".join(trigger_zh(item) for item in items)
