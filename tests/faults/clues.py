"""What agencies say in the life of a clue, as they post it to a door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from producers.testing import firm, submission
from schemas.identifiers import make_event_id, new_event_id

SHANGHAI = ZoneInfo("Asia/Shanghai")
DEPARTMENTS = ("310120-ZG02", "310120-ZG03", "310120-ZG04", "310120-ZG06", "310120-ZG07")
TOWNS = {
    "310120001": "310120-JD01",
    "310120101": "310120-JD11",
    "310120102": "310120-JD12",
    "310120104": "310120-JD13",
    "310120106": "310120-JD14",
}
"""Township codes, and the office that enforces there: the receiver by 沪奉府办发〔2024〕17号 四(四)2."""

SM3 = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
PHOTO = {"evidence_id": "E-1", "kind": "AUDIOVISUAL", "subtype": "PHOTO", "sm3": SM3}
CASE_NO = "沪奉南城案〔2026〕第45号"
OUTSIDER = firm("91330421MADEM00467", "合成测试建材（嘉善）有限公司", reg_adcode="330421")
"""A firm that is registered in Zhejiang (嘉善县 330421)."""
NOTICE = {"doc_no": "沪奉水务告〔2026〕第31号", "doc_type": "NOTICE", "signed": True}


@dataclass(frozen=True)
class Statement:
    """One fact and who states it."""

    agency: str
    body: dict[str, Any]

    @property
    def event_id(self) -> str:
        return str(self.body["event_id"])


@dataclass(frozen=True)
class Clue:
    """A clue that one department hands to one town; `complete` is false if it lacks the notice records."""

    department: str
    township: str
    complete: bool = True

    @property
    def town(self) -> str:
        return TOWNS[self.township]

    def opening(self, now: datetime, matter: str | None = None) -> Statement:
        data = {
            "transfer_doc": {
                "doc_no": "沪奉水务移〔2026〕第12号",
                "doc_type": "TRANSFER_LETTER",
                "signed": True,
            },
            "domain_code": "04",
            "violation_time": {"start": _text(now - timedelta(hours=13)), "precision": "MINUTE"},
            "suspected_party": {
                "party_type": "NATURAL_PERSON",
                "name": "张三",
                "id_kind": "RESIDENT_ID",
                "id_number": "11010519491231002X",
                "party_role": "SUSPECTED",
            },
            "fact": {
                "summary": "当事人驾驶货车向河道内倾倒建筑垃圾约两立方米。",
                "domain_code": "04",
                "continuing": False,
            },
            "location": self._place(),
            "evidence": [
                PHOTO
                | {"collected_at": _text(now - timedelta(hours=12)), "collector_agency": self.department}
            ],
            "jurisdiction_claim": "CLEAR",
            "urgency": "P2",
            "reply_requested": True,
            "origin_channel": "PATROL",
        }
        if self.complete:
            data["management_notice_records"] = [NOTICE]
        body = {"addressed_to": [self.town], "role": "FIELD_UNIT"} | ({"matter": matter} if matter else {})
        return self._state(self.department, "ClueTransferred", now, data, body)

    def later(self, matter: str, now: datetime) -> list[Statement]:
        """Give all that follows the opening, in its order; every one of them is to be admitted."""
        about = {"matter": matter}
        received: dict[str, Any] = {"received_by": "镇调度台", "note": "已登记。"}
        supplemented: dict[str, Any] = {"management_notice_records": [NOTICE], "note": "补交管理告知书一份。"}
        verified: dict[str, Any] = {
            "conclusion": "CASE_FILED",
            "summary": "倾倒属实，拟立案。",
            "verified_at": _text(now),
            "evidence": [],
        }
        fed_back: dict[str, Any] = {
            "result": "PENALTY_DECIDED",
            "summary": "当事人已清理河道，依法作出罚款决定。",
        }
        steps = [(self.town, "ClueReceived", received)]
        if not self.complete:
            steps.append((self.department, "ClueSupplemented", supplemented))
        steps += [(self.town, "ClueVerified", verified), (self.town, "ClueDispositionFedBack", fed_back)]
        return [self._state(agency, fact, now, data, about) for agency, fact, data in steps]

    def case(self, clue: str, now: datetime) -> Statement:
        """Give the town's filing of a case, whose matter the door numbers; it owes the clue a word."""
        data = submission("CaseFiled")["data"] | {
            "case_no": CASE_NO,
            "clue_refs": [clue],
            "party": OUTSIDER,
            "location": self._place(),
            "filed_at": _text(now),
        }
        return self._state(self.town, "CaseFiled", now, data, {})

    def penalty(self, case: str, clue: str, now: datetime) -> Statement:
        """Give its decision, which owes the clue a word, the digest a count, and Zhejiang a record."""
        data = submission("PenaltyDecided")["data"] | {
            "case_no": CASE_NO,
            "clue_refs": [clue],
            "party": OUTSIDER,
            "location": self._place(),
            "filed_at": _text(now),
            "decided_at": _text(now),
        }
        return self._state(self.town, "PenaltyDecided", now, data, {"matter": case})

    def _place(self) -> dict[str, Any]:
        return {
            "adcode6": "310120",
            "township_code9": self.township,
            "address_text": "环城东路桥下河道北岸",
            "road_class": "RIVER",
        }

    def _state(
        self, agency: str, fact: str, now: datetime, data: dict[str, Any], body: dict[str, Any]
    ) -> Statement:
        event_id = new_event_id(round(now.timestamp() * 1_000_000))
        meta = {"type": fact, "event_id": event_id, "occurred_at": _text(now), "region": self.township}
        return Statement(agency, {**meta, **body, "data": data})


def at(text: str) -> datetime:
    """Give a local time: at("2026-09-08 10:00")."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def micros(instant: datetime) -> int:
    return round(instant.timestamp() * 1_000_000)


def unused_event_id(now: datetime, number: int) -> str:
    """Give the same id for the same instant and number."""
    return make_event_id(micros(now), number.to_bytes(10, "big"))


def _text(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).isoformat(timespec="milliseconds")
