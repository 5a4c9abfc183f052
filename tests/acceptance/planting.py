"""One person, planted in every personal field of every fact type that has any, through the door."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from producers.testing import Agency, evidence, submission
from schemas.contracts import PersonalField, contracts, personal_paths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.embedded.testing import StackHandle

NAME, NUMBER, PHONE = "欧阳清晓", "310120198706148278", "13917654321"
"""Nobody bears the number; its last digit is the check of GB 11643-1999."""
PHRASE = "芦潮港夜钓的独眼老人"
"""A phrase of every free text: what tells of the person though it is no name."""
TEXT = f"{NAME}（{NUMBER}，{PHONE}）即{PHRASE}，众人皆知其人，详见本段所述。"
WATER, PLANNING, DESK, GOVERNMENT = "310120-ZG04", "310120-ZG01", "310120-CG01", "310120-GV01"
TOWN, NEXT_TOWN, CITY, ZHEJIANG = "310120-JD11", "310120-JD02", "310000-CG01", "330000-ZJ01"
PERMIT = {"permit_no": "嘉善建处〔2026〕第31号", "issuer_adcode": "330421", "issuer_name": "嘉善县"}
CASE_NO = "沪奉南城案〔2026〕第45号"


def fact_types() -> set[str]:
    """Every fact type that has a personal field, by the contracts."""
    stated = {c.name for c in contracts().on_the_wire()}
    return {name for name in stated if personal_paths(name)}


def planted(body: dict[str, Any]) -> dict[str, Any]:
    """A submission with the person in each of its personal fields, those that were empty too."""
    made = deepcopy(body)
    for path in personal_paths(made["type"]):
        for holder in _holders(made["data"], path.path[:-1]):
            _plant(holder, path)
    return made


def _plant(holder: dict[str, Any], path: PersonalField) -> None:
    if path.kind == "text":
        holder[path.path[-1]] = TEXT
        return
    for firm in ("org_name", "uscc", "reg_adcode"):
        holder.pop(firm, None)
    holder.setdefault("party_role", "SUSPECTED")
    holder |= {"party_type": "NATURAL_PERSON", "name": NAME, "phone": PHONE}
    holder |= {"id_kind": "RESIDENT_ID", "id_number": NUMBER}


def _holders(value: Any, path: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    if not path:
        yield value
    elif path[0] == "[]":
        for item in value:
            yield from _holders(item, path[1:])
    elif value.get(path[0]) is not None or path[0] in {"suspected_party", "party", "holder", "object"}:
        yield from _holders(value.setdefault(path[0], {}), path[1:])


@dataclass
class Planter:
    """States planted facts as their agencies; `answers` has what became of each, in order.

    `bodies` are those that were admitted, each with its agency and the event id that it got.
    """

    stack: StackHandle
    answers: list[tuple[str, httpx.Response]] = field(default_factory=list)
    bodies: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    matters: dict[str, str] = field(default_factory=dict)

    def state(self, agency: str, name: str, matter: str = "", /, **data: Any) -> httpx.Response:
        """State the planted example of a fact about a matter that is known by a word (a new one opens it)."""
        door = Agency(self.stack.gateway_url, self.stack.tokens[agency])
        body = planted(submission(name, data=data)) | {"occurred_at": door.now()}
        body.pop("matter", None)
        if matter in self.matters:
            body["matter"] = self.matters[matter]
        answer = door.post(body)
        self.answers.append((name, answer))
        if answer.is_success:
            receipt = answer.json()
            self.bodies.append(
                (agency, body | {"event_id": receipt["event_id"], "matter": receipt["matter"]})
            )
            if matter:
                self.matters.setdefault(matter, receipt["matter"])
        return answer

    def digest(self) -> httpx.Response:
        """State the month's digest to the department, as the desk reads it from its view."""
        bearer = {"Authorization": f"Bearer {self.stack.tokens[DESK]}"}
        url = f"{self.stack.console_url}/v1/digests?month=2026-09"
        items = httpx.get(url, headers=bearer, timeout=60).json()["items"]
        (item,) = [each for each in items if each["department"]["code"] == WATER]
        self.matters["digest"] = item["matter"]
        kept = ("totals", "by_cause", "by_township", "cases", "event_count", "month")
        return self.state(
            DESK,
            "PenaltyDigestSent",
            "digest",
            **{name: item[name] for name in kept},
            department=item["department"]["code"],
        )

    @property
    def admitted(self) -> set[str]:
        """Fact types of which at least one was admitted."""
        return {name for name, answer in self.answers if answer.is_success}


def plant_everything(planter: Planter) -> None:
    """Play a clue to its penalty, a disputed one to its designation, assistance, notifications, a warning."""
    _to_the_penalty(planter)
    _through_the_desk(planter)
    _assistance(planter)
    _notifications(planter)


def _to_the_penalty(planter: Planter) -> None:
    state = planter.state
    state(WATER, "ClueRegistered", "clue")
    state(WATER, "ClueTransferred", "clue", evidence=[])
    state(WATER, "ClueSupplemented", "clue", evidence=[evidence()])
    state(TOWN, "ClueReceived", "clue")
    state(TOWN, "ClueVerificationExtended", "clue")
    state(TOWN, "ClueVerified", "clue")
    refs = {"clue_refs": [planter.matters["clue"]], "case_no": CASE_NO}
    state(TOWN, "CaseFiled", "case", **refs)
    state(TOWN, "PenaltyDecided", "case", **refs, permit=PERMIT)
    state(TOWN, "ClueDispositionFedBack", "clue")
    state(TOWN, "ClueClosed", "clue")


def _through_the_desk(planter: Planter) -> None:
    state = planter.state
    state(WATER, "ClueTransferred", "disputed")
    state(TOWN, "ClueJurisdictionDisputed", "disputed")
    state(DESK, "ClueTriageReceived", "disputed")
    state(DESK, "ClueTriaged", "disputed")
    state(DESK, "ClueForwarded", "disputed")
    state(TOWN, "CaseTransferObjected", "disputed")
    state(DESK, "JurisdictionDesignationRequested", "disputed")
    state(GOVERNMENT, "JurisdictionDesignated", "disputed")


def _assistance(planter: Planter) -> None:
    state = planter.state
    state(TOWN, "AssistanceRequested", "asked", item_code=None, case_no=CASE_NO)
    state(PLANNING, "AssistanceAccepted", "asked")
    state(PLANNING, "AssistanceExtended", "asked")
    state(PLANNING, "AssistanceOpinionProvided", "asked")
    state(TOWN, "AssistanceRequested", "declined", item_code=None, case_no=CASE_NO)
    state(PLANNING, "AssistanceDeclined", "declined")


def _notifications(planter: Planter) -> None:
    state = planter.state
    state(PLANNING, "PermitInfoNotified", "permit")
    state(DESK, "NotificationAcknowledged", "permit")
    state(WATER, "SupervisionInfoNotified", "inspection")
    state(TOWN, "OutOfJurisdictionPermitViolationNotified", "outside")
    state(CITY, "DeltaWarningIssued", "warning")
    state(ZHEJIANG, "DeltaWarningAcknowledged", "warning")
