"""The parts of a case's life 案件: filed, perhaps with another agency's help, and decided by a penalty."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from producers.simulate.district import issuer_word
from producers.simulate.hours import iso
from producers.simulate.material import citation, summary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from producers.simulate.tale import Tale
    from schemas.agencies import Agency

__all__ = ["Case", "fine_of"]

_CENTS = 100
_FIRMS = {"LEGAL_PERSON", "UNINCORPORATED"}
_SIMPLE_MOST = {True: 3000, False: 200}
"""行政处罚法 §51: up to this many yuan a penalty may be decided on the spot, for a firm or for a person."""
_HEARING_FROM = {True: 50_000, False: 5_000}
"""上海市行政处罚听证程序规定 §4: from here on the party may ask to be heard."""


@dataclass(slots=True)
class Case:
    """One case of a street."""

    tale: Tale
    street: Agency
    cause: Mapping[str, Any]
    party: dict[str, Any]
    site: dict[str, Any]
    clue: str = ""
    source: str = "INSPECTION"
    matter: str = ""
    number: str = ""
    filed_at: int = 0
    assistance: list[str] = field(default_factory=list)
    permit: dict[str, Any] | None = None

    @property
    def firm(self) -> bool:
        """Whether the party is a unit (单位), whose limits are the higher ones."""
        return self.party["party_type"] in _FIRMS

    def file(self, facts: str) -> None:
        """Let the street file the case."""
        self._open()
        self.filed_at = self.tale.now
        data = {
            "case_no": self.number,
            "source_kind": self.source,
            "clue_refs": [self.clue] if self.clue else [],
            "party": self.party,
            "cause_code": self.cause["code"],
            "domain_code": self.cause["domain"],
            "location": self.site,
            "filed_at": iso(self.tale.now),
            "offsite": self.tale.dice.chance(0.12),
            "facts": facts,
        }
        self.state("CaseFiled", data)

    def fine(self, *, simple: bool) -> int:
        """Choose an amount in yuan that officers would write: a round one."""
        low, high = self.cause["fine"]
        dice = self.tale.dice
        yuan = dice.number(low, high) * (dice.number(1, 10) if self.firm else 1)
        if simple:
            yuan = min(yuan, _SIMPLE_MOST[self.firm])
        return max(yuan // 50 * 50, 50)

    def penalise(self, yuan: int, *, simple: bool = False, **meta: Any) -> dict[str, Any]:
        """Let the street decide a penalty now; gives the body."""
        body = self.decided(yuan, simple=simple)
        return self.state("PenaltyDecided", body, role="LEGAL_OFFICE", **meta)

    def decided(self, yuan: int, *, simple: bool) -> dict[str, Any]:
        """Give the content of a decision; it opens the matter if no case was filed."""
        if not self.matter:
            self._open()
        tale, street = self.tale, self.street
        number = tale.district.number(f"{issuer_word(street.code)}罚决字", tale.now, digits=6)
        law = citation(self.cause)
        data: dict[str, Any] = {
            "decision_no": number,
            "case_no": self.number,
            "issuer": street.full_name_zh,
            "executor_unit": f"{street.name_zh}综合行政执法队",
            "party": self.party,
            "facts": summary(tale.dice, self.cause),
            "evidence_ids": [f"E-{tale.dice.sm3()[:12]}" for _ in range(tale.dice.number(1, 4))],
            "cause_code": self.cause["code"],
            "domain_code": self.cause["domain"],
            "location": self.site,
            "violated": [law],
            "penalised_under": [law],
            "penalties": self._penalties(yuan),
            "procedure": "SIMPLE" if simple else "ORDINARY",
            "officers": tale.dice.number(2, 3),
            "decided_at": iso(tale.now),
            "remedies": {
                "reconsideration_body": "上海市奉贤区人民政府",
                "court": "上海铁路运输法院",
                "days_reconsideration": 60,
                "months_litigation": 6,
            },
            "publishable": tale.dice.chance(0.9),
            "reasoned": tale.dice.chance(0.2),
            "clue_refs": [self.clue] if self.clue else [],
            "assist_refs": self.assistance,
        }
        if not simple:
            data |= self._ordinary(yuan)
        if not data["publishable"]:
            data["exemption_reason"] = "涉及未成年人或者其他依法不宜公开的情形。"
        return data if self.permit is None else data | {"permit": self.permit}

    def _ordinary(self, yuan: int) -> dict[str, Any]:
        """Give what the ordinary procedure asks for besides; review and hearing too if it is much."""
        district, street, now = self.tale.district, self.street.code, self.tale.now
        more: dict[str, Any] = {
            "filed_at": iso(self.filed_at),
            "notice": district.letter(street, "罚告字", "NOTICE", now),
            "discretion": {
                "benchmark": "本地裁量基准（模拟）",
                "grade": self.tale.dice.pick(("从轻", "一般")),
            },
        }
        if yuan >= _HEARING_FROM[self.firm]:
            more["legal_review"] = district.letter(street, "法审", "OFFICIAL_DOCUMENT", now)
            more["hearing"] = district.letter(street, "听弃", "OTHER", now)
        return more

    def _penalties(self, yuan: int) -> list[dict[str, Any]]:
        if self.tale.dice.chance(0.08):
            return [{"kind": "WARNING"}]
        fine = [fine_of(yuan)]
        return [{"kind": "WARNING"}, *fine] if self.tale.dice.chance(0.1) else fine

    def _open(self) -> None:
        district, now = self.tale.district, self.tale.now
        self.matter = district.matter("AJ", self.street.code, now)
        self.number = district.number(f"{issuer_word(self.street.code)}立字", now, digits=6)

    def state(self, fact: str, data: Mapping[str, Any], **meta: Any) -> dict[str, Any]:
        """Let the street state a fact about this case now; gives the body."""
        told = {
            "role": "FIELD_UNIT",
            "region": self.site["township_code9"],
            "story": self.clue or self.matter,
        }
        return self.tale.say(self.street.code, fact, self.matter, data, **{**told, **meta})


def fine_of(yuan: int) -> dict[str, Any]:
    """Give a fine as a `PenaltyItem`."""
    return {"kind": "FINE", "amount": yuan * _CENTS, "detail": f"罚款人民币{yuan}元"}
