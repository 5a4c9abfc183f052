"""A request for assistance 执法协助: asked for in writing, accepted or declined, answered, perhaps late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from producers.simulate.data import load
from producers.simulate.district import BUREAU
from producers.simulate.hours import HOUR, day_of, plus_days, text_day
from producers.simulate.material import evidence, summary
from schemas.identifiers import reference_matter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from producers.simulate.case import Case
    from producers.simulate.tale import Tale

__all__ = ["Request", "catalogue", "item_for"]

_ANSWERS = {"ILLEGAL": 70.0, "COMPLIANT": 18.0, "OTHER": 12.0}
_WORDS = {
    "ILLEGAL": "经核查档案，未见相应许可，属于违法行为。",
    "COMPLIANT": "经核查，当事人已取得许可且在有效期内。",
    "OTHER": "现有材料不能作出结论，建议委托专业机构检测。",
}
_TRIGGERS = {"SPECIALISED": 55.0, "COMPLEX": 25.0, "MAJOR": 10.0, "DISPUTED": 10.0}


def catalogue(tale: Tale) -> None:
    """Let the bureau publish its catalogue of assistance; it replaces the one before."""
    content = load("catalogue.yaml")
    data = {
        "label": content["label"],
        "doc": tale.district.letter(BUREAU, "清单", "OFFICIAL_DOCUMENT", tale.now),
        "items": [
            {
                **{name: each[name] for name in ("item_code", "content_zh", "form", "provider")},
                "required_inputs": each["required_inputs"],
                **each["limit"],
                "valid_from": text_day(day_of(tale.now)),
            }
            for each in content["items"]
        ],
    }
    tale.say(BUREAU, "AssistanceCatalogPublished", reference_matter("CATALOGUE"), data, role="HEAD")


def item_for(domain: str) -> Mapping[str, Any] | None:
    """Give an item of the catalogue that helps in cases of a domain, None if there is none."""
    items: list[dict[str, Any]] = load("catalogue.yaml")["items"]
    return next((each for each in items if domain in each["domains"]), None)


@dataclass(slots=True)
class Request:
    """One request, of the street that has the case, to the provider that the catalogue names."""

    case: Case
    item: Mapping[str, Any]
    matter: str = ""
    number: str = ""

    @property
    def provider(self) -> str:
        """The department that is asked."""
        return str(self.item["provider"])

    @property
    def _tale(self) -> Tale:
        return self.case.tale

    def ask(self, *, item_code: str = "", **meta: Any) -> None:
        """Let the street ask; another `item_code` than the item's is a slip."""
        tale, street = self._tale, self.case.street.code
        self.matter = tale.district.matter("XZ", street, tale.now)
        doc = tale.district.letter(street, "协", "OFFICIAL_DOCUMENT", tale.now)
        self.number = doc["doc_no"]
        data = {
            "request_no": self.number,
            "item_code": item_code or self.item["item_code"],
            "case_no": self.case.number,
            "trigger": tale.dice.weighted(_TRIGGERS),
            "questions": [{"q_no": 1, "text": self.item["question"], "answer_type": "CONCLUSION"}],
            "facts": summary(tale.dice, self.case.cause),
            "materials": evidence(tale, street, tale.now - 4 * HOUR),
            "form": self.item["form"],
            "doc": doc,
        }
        self._state(street, "AssistanceRequested", data, to=[self.provider], role="LEGAL_OFFICE", **meta)
        self.case.assistance.append(self.matter)

    def accept(self) -> None:
        """Let the provider take it on."""
        self._state(self.provider, "AssistanceAccepted", {"contact_desk": "法规科"}, role="LEGAL_OFFICE")

    def decline(self, competent: str | None, **meta: Any) -> None:
        """Let the provider decline as not its duty; the law wants it to say whose it is."""
        data: dict[str, Any] = {"decline_code": "NOT_OUR_DUTY", "reason": "所询事项不属本机关职权范围。"}
        if competent:
            data["competent_agency"] = competent
        self._state(self.provider, "AssistanceDeclined", data, role="LEGAL_OFFICE", **meta)

    def extend(self, days: int) -> None:
        """Let the provider ask for more time, in writing and with a day."""
        tale = self._tale
        data = {
            "reason": "需调取历史档案并现场测绘，不能在规定期限内完成。",
            "new_reply_by": text_day(plus_days(day_of(tale.now), days)),
            "doc": tale.district.letter(self.provider, "协延", "OFFICIAL_DOCUMENT", tale.now),
        }
        self._state(self.provider, "AssistanceExtended", data, role="LEGAL_OFFICE")

    def answer(self) -> str:
        """Let the provider give its opinion; gives the conclusion."""
        tale = self._tale
        conclusion = tale.dice.weighted(_ANSWERS)
        data = {
            "request_no": self.number,
            "answers": [{"q_no": 1, "conclusion": conclusion, "text": _WORDS[conclusion]}],
            "doc": tale.district.letter(self.provider, "协复", "OFFICIAL_DOCUMENT", tale.now),
        }
        self._state(self.provider, "AssistanceOpinionProvided", data, role="LEGAL_OFFICE")
        return conclusion

    def _state(self, agency: str, fact: str, data: Mapping[str, Any], **meta: Any) -> None:
        told = {"region": self.case.site["township_code9"], "story": self.case.clue or self.case.matter}
        self._tale.say(agency, fact, self.matter, data, **{**told, **meta})
