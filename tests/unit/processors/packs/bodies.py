"""Agencies of Fengxian and the Delta, and the content of each fact as they would state it."""

from __future__ import annotations

from typing import Any

WATER, PLANNING, GREENING, MARKET = "310120-ZG04", "310120-ZG01", "310120-ZG06", "310120-ZG05"
FENGPU, NANQIAO, FENGCHENG = "310120-JD02", "310120-JD11", "310120-JD12"
DESK, COUNCIL, JUSTICE, GOVERNMENT = "310120-CG01", "310120-CG02", "310120-SF01", "310120-GV01"
SHANGHAI, JIANGSU, ZHEJIANG, ANHUI = "310000-CG01", "320000-ZJ01", "330000-ZJ01", "340000-ZJ01"
PLATFORM = "000000-PT01"

SIGNED = {"doc_no": "沪奉函〔2026〕1号", "doc_type": "OFFICIAL_DOCUMENT", "signed": True}
LAW = {"law": "上海市市容环境卫生管理条例", "article": "第一条"}
SITE = {
    "adcode6": "310120",
    "township_code9": "310120101",
    "address_text": "南桥镇 浦南运河 东段",
    "road_class": "RIVER",
}
FIRM = {"party_type": "LEGAL_PERSON", "party_token": "t-firm", "org_name": "某建筑工程有限公司"}
PERSON = {"party_type": "NATURAL_PERSON", "party_token": "t-person", "name": b"ciphertext"}
VENDOR = {"party_type": "INDIVIDUAL_BUSINESS", "party_token": "t-vendor", "org_name": "某小吃店"}
REMEDIES = {
    "reconsideration_body": "奉贤区人民政府",
    "court": "奉贤区人民法院",
    "days_reconsideration": 60,
    "months_litigation": 6,
}
ITEM = {
    "item_code": "FX-XZ-001",
    "content_zh": "违法建筑认定",
    "form": "WRITTEN_OPINION",
    "provider": PLANNING,
    "valid_from": "2026-01-01",
}
CASE_NO, REQUEST_NO = "沪奉南桥案〔2026〕1号", "沪奉南桥协〔2026〕1号"

BODIES: dict[str, dict[str, Any]] = {
    "ClueRegistered": {"found_at": 0, "domain_code": "04", "location": SITE},
    "ClueJurisdictionDisputed": {"kind": "TERRITORY", "reason": b"x"},
    "ClueTriageReceived": {"negotiation": False},
    "ClueTriaged": {"conclusion": "ASSIGNED", "assigned_agency": NANQIAO, "basis": b"x"},
    "ClueForwarded": {},
    "ClueVerificationExtended": {"reason": b"x"},
    "ClueClosed": {"reason": "FED_BACK"},
    "CaseTransferObjected": {"reason": b"x"},
    "JurisdictionDesignationRequested": {"reason": b"x"},
    "JurisdictionDesignated": {"designated_agency": NANQIAO, "basis": b"x", "doc": SIGNED},
    "AssistanceRequested": {
        "request_no": REQUEST_NO,
        "item_code": "FX-XZ-001",
        "case_no": CASE_NO,
        "trigger": "SPECIALISED",
        "questions": [{"q_no": 1, "text": b"x"}],
        "facts": b"x",
        "form": "WRITTEN_OPINION",
        "doc": SIGNED,
    },
    "AssistanceAccepted": {},
    "AssistanceDeclined": {"decline_code": "NOT_OUR_DUTY", "reason": b"x"},
    "AssistanceExtended": {"reason": b"x", "new_reply_by": "2026-10-20", "doc": SIGNED},
    "AssistanceOpinionProvided": {
        "request_no": REQUEST_NO,
        "answers": [{"q_no": 1, "conclusion": "ILLEGAL", "text": b"x"}],
        "doc": SIGNED,
    },
    "AssistanceCatalogPublished": {"label": "2026 版", "doc": SIGNED, "items": [ITEM]},
    "PermitInfoNotified": {
        "permit_no": "沪奉许〔2026〕1号",
        "action": "GRANTED",
        "holder": FIRM,
        "scope_text": "临时占路",
        "location": SITE,
        "valid_from": "2026-09-01",
        "issuer": GREENING,
        "decided_at": 0,
    },
    "SupervisionInfoNotified": {
        "inspection_no": "沪奉检〔2026〕1号",
        "object": FIRM,
        "location": SITE,
        "finding": b"x",
        "result": "VIOLATION_SUSPECTED",
    },
    "OutOfJurisdictionPermitViolationNotified": {
        "permit_no": "浙许〔2026〕1号",
        "permit_issuer_adcode": "330482",
        "permit_issuer_name": "平湖市综合行政执法局",
        "party": FIRM,
        "violation": b"x",
        "cause_code": "01001001001",
        "domain_code": "01",
        "result": "PENALTY_DECIDED",
        "location": SITE,
    },
    "NotificationAcknowledged": {},
    "CaseFiled": {
        "case_no": CASE_NO,
        "source_kind": "CLUE_TRANSFER",
        "party": FIRM,
        "cause_code": "04001001001",
        "domain_code": "04",
        "location": SITE,
        "filed_at": 0,
        "facts": b"x",
    },
    "PenaltyDecided": {
        "decision_no": "沪奉南桥罚〔2026〕1号",
        "case_no": CASE_NO,
        "issuer": NANQIAO,
        "party": FIRM,
        "facts": b"x",
        "cause_code": "04001001001",
        "domain_code": "04",
        "location": SITE,
        "violated": [LAW],
        "penalised_under": [LAW],
        "penalties": [{"kind": "FINE", "amount": 200_000}],
        "procedure": "ORDINARY",
        "officers": 2,
        "decided_at": 0,
        "notice": SIGNED,
        "remedies": REMEDIES,
        "publishable": True,
    },
    "PenaltyDigestSent": {"digest_no": "沪奉城管抄〔2026〕1号", "month": "2026-09", "department": WATER},
    "DeltaClueTransferred": {
        "domain_code": "01",
        "location": {**SITE, "adcode6": "330482", "township_code9": "330482001"},
        "party_type": "LEGAL_PERSON",
        "org_name": "某渣土运输有限公司",
        "summary_public": "渣土车跨省倾倒建筑垃圾",
        "transfer_doc": SIGNED,
    },
    "DeltaWarningIssued": {
        "problem_nature": "GENERAL",
        "domain_code": "01",
        "period": {"start": 0},
        "stats_zh": "近30日同类案件上升",
        "suggested_action_zh": "加强夜间巡查",
        "level": "YELLOW",
        "valid_until": "2026-12-31",
    },
    "DeltaWarningAcknowledged": {},
    "WorkCalendarPublished": {
        "year": 2027,
        "holidays": [{"date": "2027-01-01", "name": "元旦"}],
        "doc": SIGNED,
    },
    "AgencyRegistered": {
        "code": "310120-JD22",
        "slug": "fx-new",
        "name_zh": "某街道",
        "full_name_zh": "某街道办事处",
        "name_en": "Some Subdistrict Office",
        "standing": ["street"],
        "agency_region": "310120",
    },
    "RuleVersionPublished": {"rulebook": "0" * 64, "label": "1", "approved_by": SIGNED},
}
