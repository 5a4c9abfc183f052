"""Chinese words for what the views hold: facts, kinds of days, domains, agencies.

Names of facts and fields come from the contracts, names of agencies from their register. What neither holds
(labels of clocks and of the parts that an agency has) stands here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from projections.content import fact_schema
from schemas.agencies import AGENCIES, PLATFORM

if TYPE_CHECKING:
    from collections.abc import Mapping

PARTS: Final[Mapping[str, str]] = {
    "HANDLE": "承办",
    "SUPPLEMENT": "待补正",
    "NOTICE": "通报",
    "RESULT": "结果反馈",
    "SENT": "已送出",
    "COPY": "抄送",
    "PARTY": "曾承办",
}
"""What a matter is to an agency that has it in its inbox."""

DAY_KINDS: Final[Mapping[str, str]] = {
    "WORKING": "工作日",
    "NATURAL_ROLL": "自然日（末日顺延）",
    "NATURAL_HARD": "自然日（不顺延）",
    "CLOCK": "连续小时",
    "SAME_DAY": "当日",
}
"""Kinds of days, `settled` by each deadline rule."""

CLOCK_STATES: Final[Mapping[str, str]] = {
    "RUNNING": "计时中",
    "PAUSED": "已中止",
    "MET": "按期办结",
    "BREACHED": "已超期",
    "CANCELLED": "已撤销",
}
"""States of a clock."""

DOMAINS: Final[Mapping[str, str]] = {
    "01": "市容环境卫生",
    "02": "市政工程",
    "03": "绿化",
    "04": "水务（河道）",
    "05": "环境保护",
    "06": "工商（占道无照、散发小广告）",
    "07": "建设（无障碍设施）",
    "08": "城乡规划和物业",
    "09": "其他地方性法规规章",
}
"""The nine domains of 上海市城市管理综合行政执法条例 第十一条."""

URGENCIES: Final[Mapping[str, str]] = {"P0": "紧急", "P1": "较急", "P2": "常规"}
"""Short labels of urgency."""

HELD_REASONS: Final[Mapping[str, str]] = {
    "UNKNOWN_SCHEMA": "平台尚不认识该事实的格式",
    "RULE_FAILED": "平台规则执行出错",
    "ALARM_FAILED": "平台期限提醒执行出错",
    "BEHIND_HELD": "前一条事实仍在等待修复",
}
"""Why a matter waits for the platform."""


def before_stop(doc: str) -> str:
    """The Chinese half of a contract's doc: 中文。English."""
    return doc.partition("。")[0]


def fact_zh(fact_type: str) -> str:
    """Chinese name of a fact type; the type itself where the contract is not known."""
    schema = fact_schema(fact_type)
    return fact_type if schema is None else before_stop(schema["doc"]).partition("：")[0]


def agency_zh(code: str) -> str:
    """Chinese name of an agency; the code itself where the register lacks it."""
    return "联动平台" if code == PLATFORM else AGENCIES.name_zh(code)


def domain_zh(code: str | None) -> str:
    """Chinese label of a domain; empty where there is none."""
    return DOMAINS.get(code, code) if code else ""


def limit_zh(n: int, unit: str, day_kind: str) -> str:
    """A limit as people say it: 15 个工作日, 10 个自然日（末日顺延）, 24 小时, 当日."""
    if unit == "SAME_DAY" or day_kind == "SAME_DAY":
        return "当日"
    if unit == "HOUR":
        return f"{n} 小时"
    if unit in {"MONTH", "YEAR"}:
        return f"{n} {'个月' if unit == 'MONTH' else '年'}（{DAY_KINDS.get(day_kind, day_kind)}）"
    return f"{n} 个{DAY_KINDS.get(day_kind, day_kind)}"
