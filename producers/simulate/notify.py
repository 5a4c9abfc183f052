"""What departments make known 抄告: permits, inspections, and what holders of outside permits did here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from producers.simulate.district import BUREAU, cause_of, departments, issuer_word
from producers.simulate.hours import HOUR, day_of, iso, plus_days, text_day
from producers.simulate.parties import firm, regular
from producers.simulate.places import busy_street, location
from schemas.agencies import AGENCIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from producers.simulate.case import Case
    from producers.simulate.tale import Tale

__all__ = ["OUTSIDE", "acknowledge", "inspection", "outside_permit", "permit"]

OUTSIDE: Final = {
    "330421": "嘉善县综合行政执法局",
    "320509": "苏州市吴江区城市管理局",
    "340200": "芜湖市城市管理局",
}
"""Who gives permits where firms from outside are registered; the names stand for the agencies there."""
_SCOPES = {
    "01": "建筑垃圾处置核准：南桥至庄行，每日22时至次日5时运输。",
    "02": "临时占用城市道路许可：施工围挡。",
    "03": "临时使用绿地许可。",
    "04": "河道管理范围内建设项目许可。",
    "05": "夜间施工证明。",
    "06": "食品经营许可（小型餐饮）。",
    "07": "临时占用无障碍设施许可。",
    "08": "建设工程规划许可。",
    "09": "建筑垃圾消纳场所设置核准。",
}
_ACTIONS = {"GRANTED": 70.0, "CHANGED": 10.0, "RENEWED": 12.0, "CANCELLED": 5.0, "REVOKED": 3.0}
_RESULTS = {"NO_PROBLEM": 35.0, "RECTIFIED": 25.0, "RECTIFICATION_ORDERED": 30.0, "VIOLATION_SUSPECTED": 10.0}


def permit(tale: Tale) -> str:
    """Let a department make a permit known; gives the matter."""
    dice = tale.dice
    cause = cause_of(dice)
    domain = cause["domain"]
    department = dice.pick(departments(domain) or departments("01")).code
    street = busy_street(dice)
    decided = tale.now - dice.number(1, 3) * 24 * HOUR
    action = dice.weighted(_ACTIONS)
    data: dict[str, Any] = {
        "permit_no": tale.district.number(f"{issuer_word(department)}许", tale.now),
        "action": action,
        "holder": firm(regular(dice, 700), "310120", domain),
        "scope_text": _SCOPES[domain],
        "location": location(dice, street, cause["place"]),
        "valid_from": text_day(day_of(decided)),
        "conditions": ["现场公示许可牌", "期满恢复原状"][: dice.number(0, 2)],
        "issuer": AGENCIES.name_zh(department),
        "decided_at": iso(decided),
        "relevance_causes": [cause["code"]],
    }
    if action not in {"CANCELLED", "REVOKED"}:
        data["valid_to"] = text_day(plus_days(day_of(decided), dice.number(30, 365)))
    return _open(tale, department, "PermitInfoNotified", data)


def inspection(tale: Tale) -> str:
    """Let a department make an inspection known; gives the matter."""
    dice = tale.dice
    cause = cause_of(dice)
    domain = cause["domain"]
    department = dice.pick(departments(domain) or departments("01")).code
    street = busy_street(dice)
    result = dice.weighted(_RESULTS)
    data: dict[str, Any] = {
        "inspection_no": tale.district.number(f"{issuer_word(department)}检", tale.now),
        "object": firm(regular(dice, 700), "310120", domain),
        "location": location(dice, street, cause["place"]),
        "finding": f"检查“{cause['zh']}”相关情况：现场管理基本规范，个别问题已当场指出。",
        "result": result,
    }
    if result == "RECTIFICATION_ORDERED":
        data["rectification_order"] = tale.district.letter(department, "改", "RECTIFICATION_ORDER", tale.now)
        data["due_on"] = text_day(plus_days(day_of(tale.now), dice.number(5, 20)))
    return _open(tale, department, "SupervisionInfoNotified", data)


def acknowledge(tale: Tale, matter: str, agency: str = BUREAU, **meta: Any) -> None:
    """Let an agency say that it has read a notification or a digest."""
    tale.say(agency, "NotificationAcknowledged", matter, {"note": "已收悉。"}, role="DISPATCH_DESK", **meta)


def outside_permit(tale: Tale, case: Case, decision: Mapping[str, Any]) -> None:
    """Let a street tell what the holder of a permit from another province did here."""
    held = case.permit or {}
    told = {
        "permit_no": held["permit_no"],
        "permit_issuer_adcode": held["issuer_adcode"],
        "permit_issuer_name": held["issuer_name"],
        "party": case.party,
        "violation": decision["facts"],
        "cause_code": case.cause["code"],
        "domain_code": case.cause["domain"],
        "result": "PENALTY_DECIDED",
        "decision_no": decision["decision_no"],
        "location": case.site,
    }
    matter = tale.district.matter("CG", case.street.code, tale.now)
    tale.say(
        case.street.code,
        "OutOfJurisdictionPermitViolationNotified",
        matter,
        told,
        role="LEGAL_OFFICE",
        scope="DELTA",
        region=case.site["township_code9"],
        story=case.matter,
    )


def _open(tale: Tale, department: str, fact: str, data: Mapping[str, Any]) -> str:
    matter = tale.district.matter("CG", department, tale.now)
    region = data["location"]["township_code9"]
    tale.say(department, fact, matter, data, to=[BUREAU], role="LEGAL_OFFICE", region=region)
    return matter
