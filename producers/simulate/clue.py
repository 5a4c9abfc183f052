"""The parts of a clue's life 线索: handed over, signed for, supplemented, verified, fed back, closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from producers.simulate.district import BUREAU, cause_of, sender_of
from producers.simulate.hours import HOUR, iso
from producers.simulate.material import attachment, evidence, period, summary, violation
from producers.simulate.parties import found
from producers.simulate.places import busy_street, location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from producers.simulate.tale import Tale
    from schemas.agencies import Agency

__all__ = ["Clue", "find"]

ELEMENTS = ("violation_time", "suspected_party", "fact", "management_notice_records", "evidence")
"""The five elements 五要素 that a clue should bring."""
_CHANNELS = {
    "PATROL": 34.0,
    "COMPLAINT": 26.0,
    "SMART_DETECTION": 12.0,
    "VIDEO_MONITORING": 10.0,
    "PERMIT_SUPERVISION": 8.0,
    "RANDOM_INSPECTION": 5.0,
    "SUPERIOR_ASSIGNED": 4.0,
    "MEDIA": 1.0,
}
_SUPPLEMENT = "补交退回时所列材料。"


@dataclass(slots=True)
class Clue:
    """One clue: what was found where by which department, and who holds it in the end."""

    tale: Tale
    cause: Mapping[str, Any]
    department: str
    street: Agency
    site: dict[str, Any]
    party: dict[str, Any]
    matter: str = ""
    withheld: dict[str, Any] = field(default_factory=dict)
    channel: str = "PATROL"

    @property
    def region(self) -> str:
        """The town in which it happened."""
        return str(self.site["township_code9"])

    def register(self) -> None:
        """Let the department note the clue before it hands it over."""
        tale = self.tale
        self.matter = tale.district.matter("XS", self.department, tale.now)
        data = {
            "found_at": iso(tale.now - tale.dice.number(1, 20) * HOUR),
            "origin_channel": self.channel,
            "domain_code": self.cause["domain"],
            "location": self.site,
            "summary": summary(tale.dice, self.cause),
            "urgency": "P2",
        }
        tale.say(self.department, "ClueRegistered", self.matter, data, region=self.region)

    def content(self, claim: str = "CLEAR") -> dict[str, Any]:
        """Give what the department hands over, with all five elements."""
        tale, dice = self.tale, self.tale.dice
        times = period(dice, tale.now)
        return {
            "transfer_doc": tale.district.letter(self.department, "移", "TRANSFER_LETTER", tale.now),
            "domain_code": self.cause["domain"],
            "violation_time": times,
            "suspected_party": self.party,
            "fact": violation(dice, self.cause),
            "location": self.site,
            "management_notice_records": [
                tale.district.letter(self.department, "告", "NOTICE", tale.now - HOUR)
            ],
            "evidence": evidence(tale, self.department, tale.now - 2 * HOUR),
            "jurisdiction_claim": claim,
            "urgency": dice.weighted({"P2": 85.0, "P1": 12.0, "P0": 3.0}),
            "reply_requested": dice.chance(0.92),
            "origin_channel": self.channel,
        }

    def hand_over(self, data: dict[str, Any], to: str = "", **meta: Any) -> dict[str, Any]:
        """Let the department hand the clue over; gives the body."""
        tale = self.tale
        if not self.matter:
            self.matter = tale.district.matter("XS", self.department, tale.now)
        if tale.dice.chance(0.3):
            meta["attachments"] = [attachment(tale.dice)]
        receiver = to or self.street.code
        return tale.say(
            self.department, "ClueTransferred", self.matter, data, to=[receiver], region=self.region, **meta
        )

    def sign(self, **meta: Any) -> dict[str, Any]:
        """Let the street sign for it."""
        data = {"received_by": "街镇调度台", "note": "已登记，待派员核查。"}
        return self.state(self.street.code, "ClueReceived", data, role="DISPATCH_DESK", **meta)

    def supplement(self, *names: str) -> None:
        """Let the department supply what was withheld: these elements, or all."""
        tale = self.tale
        data = {name: self.withheld.pop(name) for name in names or tuple(self.withheld)}
        self.state(self.department, "ClueSupplemented", data | {"note": _SUPPLEMENT}, to=[self.street.code])
        tale.moment()

    def verify(self, conclusion: str) -> None:
        """Let the street say what it found."""
        tale = self.tale
        words = {
            "CASE_FILED": "经现场核查，情况属实，予以立案。",
            "NOT_FILED": "经核查情节轻微，当事人已当场改正，不予立案。",
            "NOTHING_FOUND": "到场时未发现所述情形，周边走访亦未获线索。",
            "TRANSFERRED_ELSEWHERE": "经核查不属本机关职权，建议移送主管部门。",
        }
        data = {
            "conclusion": conclusion,
            "summary": words[conclusion],
            "verified_at": iso(tale.now),
            "evidence": evidence(tale, self.street.code, tale.now - 3 * HOUR),
        }
        self.state(self.street.code, "ClueVerified", data, role="LEGAL_OFFICE", to=[self.department])

    def feed_back(self, result: str, case_no: str | None = None) -> None:
        """Let the street tell the department what came of it."""
        words = {
            "PENALTY_DECIDED": "已依法作出行政处罚决定，当事人已改正。",
            "NO_PENALTY": "情节轻微并及时改正，没有造成危害后果，不予处罚。",
            "RECTIFIED": "已责令改正，复查时现场已恢复。",
            "NOT_FILED": "未达到立案条件，已当场教育。",
            "TRANSFERRED": "已转交主管部门处理。",
        }
        data: dict[str, Any] = {"result": result, "summary": words[result]}
        if case_no:
            data["case_no"] = case_no
        self.state(
            self.street.code, "ClueDispositionFedBack", data, role="LEGAL_OFFICE", to=[self.department]
        )

    def close(self, reason: str = "FED_BACK") -> None:
        """Let the street close the clue."""
        self.state(self.street.code, "ClueClosed", {"reason": reason}, role="LEGAL_OFFICE")

    def state(self, agency: str, fact: str, data: Mapping[str, Any], **meta: Any) -> dict[str, Any]:
        """Let an agency state a fact about this clue now; gives the body."""
        return self.tale.say(agency, fact, self.matter, data, **{"region": self.region, **meta})

    def triage(self, assigned: Agency) -> None:
        """Let the bureau take over a disputed clue, triage it and hand it to a street, for good."""
        tale = self.tale
        negotiated = tale.dice.chance(0.25)
        tale.wait(0)
        self.state(BUREAU, "ClueTriageReceived", {"negotiation": negotiated}, role="DISPATCH_DESK")
        tale.wait(tale.dice.number(3, 6) if negotiated else tale.dice.number(0, 1))
        basis = f"经查阅区划与现场勘验，违法行为发生地在{assigned.name_zh}辖区内。"
        decided = {
            "conclusion": "ASSIGNED",
            "assigned_agency": assigned.code,
            "basis": basis,
            "negotiated": negotiated,
            "site_check_evidence": evidence(tale, BUREAU, tale.now - HOUR),
        }
        self.state(BUREAU, "ClueTriaged", decided, role="LEGAL_OFFICE")
        tale.moment(5, 40)
        forwarded = {"assigned_agency": assigned.code, "basis": basis}
        self.state(BUREAU, "ClueForwarded", forwarded, role="DISPATCH_DESK", to=[assigned.code])
        self.street = assigned


def find(tale: Tale) -> Clue:
    """Let a department find something somewhere."""
    dice = tale.dice
    cause = cause_of(dice)
    street = busy_street(dice)
    return Clue(
        tale,
        cause,
        sender_of(dice, cause["domain"]),
        street,
        location(dice, street, cause["place"]),
        found(dice, cause["domain"]),
        channel=dice.weighted(_CHANNELS),
    )
