"""What the platform's own facts say, in one sentence each. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from projections.content import resolve
from projections.vocabulary import agency_zh, fact_zh, limit_zh
from projections.words import value_zh, yuan

Content: TypeAlias = Mapping[str, Any]


def headline(fact_type: str, content: Content, addressed: Sequence[str] = ()) -> str:
    """One sentence for a fact that is addressed to these agencies; empty where its lines say all."""
    if fact_type == "FactRouted" and content and not content["to"]:
        return _ended(f"分送{_names(addressed)}，由各机关分别签收。{content['why_zh']}")
    say = _SENTENCES.get(fact_type)
    return _ended(say(content)) if say is not None and content else ""


def _ended(sentence: str) -> str:
    """End a sentence that a rule's own words did not end."""
    return sentence if sentence.endswith("。") else f"{sentence}。"


def _names(codes: Sequence[str]) -> str:
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


def _extended(content: Content) -> str:
    by = limit_zh(content["n"], content["unit"], content["day_kind"]) if content["n"] else ""
    return f"{content['name_zh']}延长{by}，新的末日 {content['due_date']} 24:00。"


def _recalculated(content: Content) -> str:
    moved = f"末日由 {content['old_due_date']} 改为 {content['due_date']}"
    same = content["old_due_date"] == content["due_date"]
    return f"{content['name_zh']}重新计算：{'末日不变' if same else moved}。{content['reason_zh']}"


def _cancelled(content: Content) -> str:
    return f"{content['name_zh']}撤销：{content['reason_zh']}"


def _met(content: Content) -> str:
    if datetime.fromisoformat(content["met_at"]) >= datetime.fromisoformat(content["due"]):
        return f"{content['name_zh']}超期后办结（末日 {content['due_date']}）。"
    late = "，平台事后得知" if content.get("breached_before") else ""
    return f"{content['name_zh']}按期办结{late}（末日 {content['due_date']}）。"


def _breached(content: Content) -> str:
    told = f"已告知{_names(content['to'])}。" if content.get("to") else ""
    who = agency_zh(content["responsible"])
    return f"{content['name_zh']}超期：{who}应在 {content['due_date']} 24:00 前完成。{told}"


def _escalated(content: Content) -> str:
    who = agency_zh(content["responsible"])
    return (
        f"{content['name_zh']}超期未办结，升级提醒（第 {content['level']} 级）："
        f"{who}应在 {content['due_date']} 24:00 前完成。已告知{_names(content['to'])}。"
    )


def _owed(content: Content) -> str:
    what = fact_zh(content["fact"])
    if not content["target"]:
        return f"平台已将{what}发布至各分区。"
    return f"平台已通知关联事项 {content['target']}（{what}）。"


def _progressed(content: Content) -> str:
    stage = value_zh("ClueCaseProgressed", "stage", content["stage"])
    decision = f"，决定书 {content['decision_no']}" if content.get("decision_no") else ""
    return f"关联案件 {content['case_no']}：{stage}{decision}。"


def _counted(content: Content) -> str:
    whose = f"{agency_zh(content['department'])} {content['month']} 处罚月报"
    decision = f"{agency_zh(content['issuer'])}的处罚决定 {content['decision_no']}"
    return f"{decision} 计入{whose}：{yuan(content['amount'])}。"


def _forwarded(content: Content) -> str:
    basis = value_zh("DeltaPenaltyForwarded", "basis", content["basis"])
    what = content.get("decision_no") or content.get("case_no") or ""
    return f"向{agency_zh(content['to_province'])}抄告处罚 {what}（{basis}）。"


def _shredded(content: Content) -> str:
    return f"个人信息密钥已销毁，涉及 {content['matters']} 个事项；此后任何页面、视图与日志均不可恢复。"


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
    "DeadlineExtended": _extended,
    "DeadlineRecalculated": _recalculated,
    "DeadlineCancelled": _cancelled,
    "EscalationRaised": _escalated,
    "EffectOwed": _owed,
    "ClueCaseProgressed": _progressed,
    "PenaltyCounted": _counted,
    "DeltaPenaltyForwarded": _forwarded,
    "PersonalDataShredded": _shredded,
    "DeadlineMet": _met,
    "DeadlineBreached": _breached,
    "ClueReturnedForSupplement": _returned,
}
