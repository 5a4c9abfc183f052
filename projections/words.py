"""A fact's fields in Chinese words: labels from its contract's docs, values as people read them. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from projections.content import fact_schema, resolve
from projections.times import minute_zh
from projections.vocabulary import agency_zh, before_stop, domain_zh
from schemas.agencies import AGENCIES
from schemas.contracts import not_null

if TYPE_CHECKING:
    from collections.abc import Mapping

AGENCY_FIELDS: Final = frozenset(
    {
        "agency", "assigned_agency", "cause_agency", "cc", "code", "collector_agency", "competent_agency",
        "department", "designated_agency", "parties", "provider", "responsible", "to", "to_province",
        "watchers",
    },
)  # fmt: skip
"""Fields that hold agency codes."""
SYMBOLS: Final = {
    "penalty_kinds": "liandong.shared.PenaltyKind",
    "evidence_kinds": "liandong.shared.EvidenceKind",
}
"""Fields of plain text that hold symbols of an enum."""
AMOUNTS: Final = frozenset({"amount"})
"""Fields that hold money, in fen 分."""
_LONG_LABEL = 10


def label_of(field: Mapping[str, Any]) -> str:
    """The Chinese label of a field: the first words of its doc."""
    zh = before_stop(field["doc"])
    for stop in ("：", "；", "，"):
        head, found, tail = zh.partition(stop)
        if found:
            zh = tail if head.startswith("要素") else head
    return zh if len(zh) <= _LONG_LABEL * 2 else zh[: _LONG_LABEL * 2]


def plain(  # noqa: PLR0911 - one way for each kind of value
    name: str, kind: Any, value: Any
) -> str:
    """A clear value as people read it."""
    kind = resolve(SYMBOLS[name]) if name in SYMBOLS else kind
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(kind, dict) and kind.get("type") == "enum":
        return str(kind.get("zh", {}).get(value, value))
    if isinstance(kind, dict) and kind.get("logicalType") == "timestamp-micros":
        return minute_zh(datetime.fromisoformat(value))
    if name in AGENCY_FIELDS:
        return agency_zh(value)
    if name == "domain_code":
        return f"{value} {domain_zh(value)}"
    if name == "township_code9":
        township = AGENCIES.by_township(value)
        return f"{value} {township.name_zh}" if township else str(value)
    return yuan(value) if name in AMOUNTS else f"{value}{_unit(name)}"


def _unit(name: str) -> str:
    """The unit that a field's name says: `days_reconsideration` is in days."""
    return " 日" if name.startswith("days_") else " 个月" if name.startswith("months_") else ""


def yuan(fen: int) -> str:
    """Money as people read it: 200000 fen are 2,000.00 元."""
    return f"{fen // 100:,}.{fen % 100:02d} 元"


def value_zh(fact_type: str, name: str, value: Any) -> str:
    """The value of one top-level field of a fact, as people read it."""
    schema = fact_schema(fact_type)
    fields = {} if schema is None else {field["name"]: field for field in schema["fields"]}
    if name not in fields or value is None:
        return ""
    return plain(name, resolve(not_null(fields[name]["type"])), value)
