"""Who holds a matter, who may read it and what it is about, whatever its procedure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from projections.matters.about import about, opens
from projections.matters.card import agencies
from schemas.agencies import PLATFORM
from schemas.contracts import FACT_CONTEXTS, contracts
from tests.unit.projections.ledger_examples import Story, example

if TYPE_CHECKING:
    from projections.matters.card import Card

WATER, TOWN, OTHER, DESK = "310120-ZG04", "310120-JD11", "310120-JD12", "310120-CG01"
SHANGHAI, ZHEJIANG, JIANGSU, ANHUI = "310000-CG01", "330000-ZJ01", "320000-ZJ01", "340000-ZJ01"
OPENING = sorted(c.name for c in contracts().on_the_wire() if c.context in FACT_CONTEXTS and opens(c.name))


def parts(card: Card) -> dict[str, str]:
    return {row["agency"]: row["part"] for row in agencies(card)}


def test_a_request_for_assistance_is_held_by_the_provider_and_read_by_who_asked() -> None:
    story = Story("XZ-310120-JD11-20260929-000001-8", "assistance@1")
    card = story.tell(
        "AssistanceRequested", "2026-09-29 10:00", state="requested", agency=TOWN, holder=WATER,
        addressed_to=(WATER,),
    )  # fmt: skip
    assert (card.kind, card.handler, card.done) == ("XZ", WATER, False)
    assert parts(card) == {TOWN: "ORIGINATOR", WATER: "HANDLER"}
    assert example("AssistanceRequested")["request_no"] in (card.about or "")
    card = story.tell(
        "AssistanceOpinionProvided", "2026-10-08 10:00", state="answered", agency=WATER, holder=WATER,
        addressed_to=(TOWN,),
    )  # fmt: skip
    assert card.done


def test_a_disputed_clue_goes_to_the_triage_desk_and_on_and_whoever_held_it_reads_on() -> None:
    story = Story("XS-310120-ZG04-20260908-000123-2", "clue-transfer@1")
    clue: dict[str, Any] = {"agency": WATER, "state": "transferred", "holder": TOWN, "addressed_to": (TOWN,)}
    story.tell("ClueTransferred", "2026-09-08 10:00", **clue)
    story.tell(
        "ClueJurisdictionDisputed", "2026-09-09 10:00", agency=TOWN, state="disputed", holder=DESK,
        addressed_to=(DESK,),
    )  # fmt: skip
    story.tell("ClueTriageReceived", "2026-09-09 11:00", agency=DESK, state="in-triage", holder=DESK)
    story.tell("ClueTriaged", "2026-09-10 10:00", agency=DESK, state="triaged", holder=DESK)
    card = story.tell(
        "ClueForwarded",
        "2026-09-10 11:00",
        agency=DESK,
        state="forwarded",
        holder=OTHER,
        addressed_to=(OTHER,),
    )
    assert (card.state, card.handler, card.parties) == ("forwarded", OTHER, [TOWN, DESK])
    assert parts(card) == {WATER: "ORIGINATOR", TOWN: "PARTY", DESK: "PARTY", OTHER: "HANDLER"}


def test_a_warning_is_nobodys_and_each_province_has_it_until_it_acknowledged() -> None:
    story = Story("YJ-310000-CG01-20261012-000001-M", "delta-warning@1")
    others = (JIANGSU, ZHEJIANG, ANHUI)
    sealed: dict[str, Any] = {"state": "issued", "holder": "", "agency": SHANGHAI, "addressed_to": others}
    card = story.tell("DeltaWarningIssued", "2026-10-12 10:00", **sealed)
    assert (card.handler, card.receivers, card.acknowledged) == ("", list(others), [])
    assert parts(card) == {SHANGHAI: "ORIGINATOR"} | dict.fromkeys(others, "ADDRESSED")
    card = story.tell(
        "DeltaWarningAcknowledged",
        "2026-10-13 09:00",
        state="issued",
        agency=ZHEJIANG,
        addressed_to=(SHANGHAI,),
    )
    assert card.acknowledged == [ZHEJIANG]
    assert parts(card)[SHANGHAI] == "ORIGINATOR"


def test_a_digest_is_stated_by_one_agency_then_held_by_the_department() -> None:
    story = Story("HZ-310120-CG01-20261001-000001-M", "penalty-digest@1")
    card = story.tell(
        "PenaltyCounted", "2026-10-12 10:00", {"department": WATER, "month": "2026-10"}, state="collecting",
        agency=PLATFORM, holder=DESK, addressed_to=(DESK,),
    )  # fmt: skip
    assert (card.originator, card.handler, card.about) == (PLATFORM, DESK, "区水务局　2026-10")
    assert parts(card) == {DESK: "HANDLER"}
    card = story.tell(
        "PenaltyDigestSent",
        "2026-11-03 10:00",
        state="sent",
        agency=DESK,
        holder=WATER,
        addressed_to=(WATER,),
    )
    assert parts(card) == {DESK: "PARTY", WATER: "HANDLER"}


def test_a_case_is_held_by_who_filed_it_and_is_done_with_the_decision() -> None:
    story = Story("AJ-310120-JD11-20260929-000045-1", "case@1")
    card = story.tell("CaseFiled", "2026-09-29 10:00", state="filed", agency=TOWN, holder=TOWN)
    assert (card.handler, card.done) == (TOWN, False)
    assert card.domain == example("CaseFiled")["domain_code"]
    assert card.place == example("CaseFiled")["location"]["address_text"]
    card = story.tell("PenaltyDecided", "2026-10-12 10:00", state="decided", agency=TOWN, holder=TOWN)
    assert card.done
    assert example("PenaltyDecided")["decision_no"] in (card.about or "")


def test_an_escalation_is_read_by_whom_it_was_told() -> None:
    story = Story("XZ-310120-JD11-20260929-000001-8", "assistance@1")
    story.tell("AssistanceRequested", "2026-09-29 10:00", state="requested", agency=TOWN, holder=WATER)
    card = story.tell(
        "EscalationRaised", "2026-10-12 00:00", state="requested", agency=PLATFORM, holder=WATER,
        addressed_to=("310120-CG02",), copied_to=(WATER,),
    )  # fmt: skip
    assert parts(card)["310120-CG02"] == "COPY"


def test_an_erased_persons_matter_is_read_by_nobody() -> None:
    story = Story("DX-000000-PT01-00AB12CD34-Z", "subject@1")
    card = story.tell("PersonalDataShredded", "2026-11-02 10:00", state="shredded", agency=PLATFORM)
    assert (card.kind, parts(card)) == ("DX", {})


@pytest.mark.parametrize("fact", OPENING)
def test_what_a_matter_is_about_holds_no_personal_field_of_the_fact_that_opened_it(fact: str) -> None:
    assert "ciphertext" not in about(fact, example(fact))
    assert "b'" not in about(fact, example(fact))
