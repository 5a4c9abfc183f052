"""What a matter is about, in one line: numbers, kinds and dates of the fact that opened it. Pure.

Only clear, structured fields enter it: never a name of a person, never free text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from projections.words import value_zh
from schemas.contracts import OPENING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ABOUT: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "AssistanceRequested": (("", "request_no"), ("清单事项 ", "item_code"), ("案号 ", "case_no")),
    "PermitInfoNotified": (("许可 ", "permit_no"), ("", "action")),
    "SupervisionInfoNotified": (("检查 ", "inspection_no"), ("", "result")),
    "OutOfJurisdictionPermitViolationNotified": (("许可 ", "permit_no"), ("发证机关 ", "permit_issuer_name")),
    "CaseFiled": (("", "case_no"),),
    "PenaltyDecided": (("", "case_no"), ("决定书 ", "decision_no")),
    "PenaltyCounted": (("", "department"), ("", "month")),
    "DeltaClueTransferred": (("", "org_name"),),
    "DeltaPenaltyForwarded": (("", "org_name"), ("决定书 ", "decision_no"), ("", "basis")),
    "DeltaWarningIssued": (("", "problem_nature"), ("", "level"), ("有效期至 ", "valid_until")),
    "AssistanceCatalogPublished": (("", "label"),),
    "WorkCalendarPublished": (("", "year"),),
    "AgencyRegistered": (("", "name_zh"),),
    "RuleVersionPublished": (("", "label"),),
}
"""By the fact that opens a matter: what stands before a field, and the field."""


def about(fact_type: str, record: Mapping[str, Any]) -> str:
    """The line of a matter that this fact opens; empty where the fact has none."""
    parts = _ABOUT.get(fact_type, ())
    texts = ((before, value_zh(fact_type, name, record.get(name))) for before, name in parts)
    return "　".join(before + text for before, text in texts if text)


def opens(fact_type: str) -> bool:
    """Whether a fact of this type may open a matter, and so says what it is about."""
    return fact_type in OPENING
