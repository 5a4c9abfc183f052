"""What the platform's own facts say, in one sentence each. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from projections.content import resolve
from projections.vocabulary import agency_zh, limit_zh

Content: TypeAlias = Mapping[str, Any]


def headline(fact_type: str, content: Content) -> str:
    """One sentence for a fact; empty where its lines say all."""
    say = _SENTENCES.get(fact_type)
    return say(content) if say is not None and content else ""


def _names(codes: list[str]) -> str:
    return "、".join(agency_zh(code) for code in codes)


def _routed(content: Content) -> str:
    copies = f"，抄送{_names(content['cc'])}" if content.get("cc") else ""
    differs = "（与来件机关所填主送不同）" if content.get("differs") else ""
    return f"由{agency_zh(content['to'])}承办{copies}{differs}。{content['why_zh']}"


def _denied(content: Content) -> str:
    return f"{content['why_zh']} {content['remedy_zh']}"


def _scheduled(content: Content) -> str:
    limit = limit_zh(content["n"], content["unit"], content["day_kind"])
    who = agency_zh(content["responsible"])
    return f"{content['name_zh']}：{limit}，由{who}在 {content['due_date']} 24:00 前完成。"


def _warned(content: Content) -> str:
    kind = resolve("liandong.shared.AlarmKind")
    level = kind["zh"].get(content["level"], content["level"])
    return f"{content['name_zh']}：{level}，{content['due_date']} 24:00 到期。已提醒{_names(content['to'])}。"


def _paused(content: Content) -> str:
    return f"{content['name_zh']}中止计时：{content['reason_zh']}。"


def _resumed(content: Content) -> str:
    return f"{content['name_zh']}恢复计时，新的末日 {content['due_date']} 24:00。"


def _met(content: Content) -> str:
    return f"{content['name_zh']}按期办结（末日 {content['due_date']}）。"


def _breached(content: Content) -> str:
    told = f"已告知{_names(content['to'])}。" if content.get("to") else ""
    who = agency_zh(content["responsible"])
    return f"{content['name_zh']}超期：{who}应在 {content['due_date']} 24:00 前完成。{told}"


def _returned(content: Content) -> str:
    missing = "、".join(item["zh"] for item in content["missing"])
    due = f"，请在 {content['supplement_due']} 24:00 前补正" if content.get("supplement_due") else ""
    return f"缺少：{missing}{due}。登记号保留，不影响收件时间。"


_SENTENCES: Final[Mapping[str, Callable[[Content], str]]] = {
    "FactRouted": _routed,
    "RoutingDenied": _denied,
    "DeadlineScheduled": _scheduled,
    "DeadlineWarned": _warned,
    "DeadlinePaused": _paused,
    "DeadlineResumed": _resumed,
    "DeadlineMet": _met,
    "DeadlineBreached": _breached,
    "ClueReturnedForSupplement": _returned,
}
