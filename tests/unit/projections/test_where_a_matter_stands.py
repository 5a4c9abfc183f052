"""The row of a matter, folded from its seals."""

from __future__ import annotations

from typing import Any

from projections.matters.card import Card, agencies, evolve
from projections.testing import CLUE, LedgerBuilder, at, meta, short_meta
from projections.told import Told, tell
from schemas.agencies import PLATFORM

WATER, TOWN, OTHER, LEAD = "310120-ZG04", "310120-JD11", "310120-JD12", "310120-CG01"
MATTER = "XS-310120-ZG04-20260908-000123-2"


class Story:
    """Facts of one matter, one after the other."""

    def __init__(self) -> None:
        self.builder = LedgerBuilder()
        self.card: Card | None = None

    def tell(self, fact: str, body: dict[str, Any], when: str, **seal: Any) -> Card:
        record = self.builder.append(fact, body, at(when), **seal)
        for told in tell([record]):
            self.card = evolve(self.card, told)
        assert self.card is not None
        return self.card

    def transferred(self, when: str = "2026-09-08 10:00") -> Card:
        body = {"meta": meta(self.builder, MATTER, WATER, at(when))} | CLUE
        return self.tell(
            "ClueTransferred",
            body,
            when,
            holder=TOWN,
            state="transferred",
            addressed_to=(TOWN,),
            copied_to=(LEAD,),
        )

    def returned(self) -> Card:
        body = {
            "meta": meta(self.builder, MATTER, PLATFORM, at("2026-09-08 10:00")),
            "missing": [{"element": "management_notice_records", "zh": "管理告知记录"}],
            "supplement_due": "2026-09-11",
        }
        return self.tell(
            "ClueReturnedForSupplement",
            body,
            "2026-09-08 10:00",
            holder=TOWN,
            state="returned",
            addressed_to=(WATER,),
        )

    def held(self) -> Card:
        body = {
            "meta": short_meta(self.builder, MATTER, "cause"),
            "held_event": "e",
            "agency": OTHER,
            "kind": "fact",
            "reason_code": "UNKNOWN_SCHEMA",
            "detail": "d",
            "value": b"v",
            "stamp_key": "door-1",
        }
        return self.tell("FactHeld", body, "2026-09-08 12:00", kind="HELD", state="transferred", holder=TOWN)


def test_a_transferred_clue_is_the_towns_and_everybody_told_may_read_it() -> None:
    card = Story().transferred()
    assert (card.state, card.originator, card.handler, card.seq) == ("transferred", WATER, TOWN, 1)
    assert {(a["agency"], a["part"]) for a in agencies(card)} == {
        (WATER, "ORIGINATOR"),
        (TOWN, "HANDLER"),
        (LEAD, "COPY"),
    }


def test_a_returned_clue_names_what_is_missing_until_it_is_supplemented() -> None:
    story = Story()
    story.transferred()
    card = story.returned()
    assert [m["zh"] for m in card.missing] == ["管理告知记录"]
    assert (card.supplement_due, card.handler) == ("2026-09-11", TOWN)
    body = {
        "meta": meta(story.builder, MATTER, WATER, at("2026-09-09 10:05")),
        **dict.fromkeys(
            (
                "violation_time",
                "suspected_party",
                "fact",
                "management_notice_records",
                "absence_reason",
                "evidence",
                "note",
            )
        ),
    }
    card = story.tell("ClueSupplemented", body, "2026-09-09 10:05", holder=TOWN, state="transferred")
    assert (card.missing, card.supplement_due, card.state) == ([], None, "transferred")


def test_while_a_clue_is_returned_to_its_sender_the_town_remains_the_handling_agency() -> None:
    story = Story()
    story.transferred()
    card = story.returned()
    card = story.tell(
        "FactRouted",
        _routed(story, WATER),
        "2026-09-08 10:00",
        holder=WATER,
        state="returned",
        addressed_to=(WATER,),
    )
    assert (card.holder, card.handler) == (WATER, TOWN)


def test_a_former_handler_keeps_reading_and_the_new_one_has_had_it_since_the_hand_over() -> None:
    story = Story()
    story.transferred()
    card = story.tell(
        "FactRouted",
        _routed(story, OTHER),
        "2026-09-10 09:00",
        holder=OTHER,
        state="forwarded",
        addressed_to=(OTHER,),
    )
    assert {a["agency"]: a["part"] for a in agencies(card)} == {
        WATER: "ORIGINATOR",
        TOWN: "PARTY",
        OTHER: "HANDLER",
        LEAD: "COPY",
    }
    assert card.since > card.opened_at


def test_a_held_matter_waits_until_nothing_of_it_is_parked() -> None:
    story = Story()
    story.transferred()
    card = story.held()
    assert (card.held, card.held_reason, card.seq) == (True, "UNKNOWN_SCHEMA", 1)
    assert OTHER not in {a["agency"] for a in agencies(card)}
    for remaining, held in ((1, True), (0, False)):
        body = {
            "meta": short_meta(story.builder, MATTER, "operator"),
            "action": "REPLAY",
            "offset": None,
            "who": "o",
            "why": "w",
            "remaining": remaining,
        }
        card = story.tell("Mend", body, "2026-09-08 13:00", kind="MEND")
        assert card.held is held


def test_a_matter_of_which_only_a_held_fact_is_known_has_no_row() -> None:
    story = Story()
    story.builder.append("FactHeld", _held_alone(story), at("2026-09-08 12:00"), kind="HELD")
    (told,) = tell(story.builder.records.popitem()[1])
    assert evolve(None, told) is None


def test_refusals_are_not_told_to_the_views() -> None:
    story = Story()
    record = story.builder.append("FactHeld", _held_alone(story), at("2026-09-08 12:00"), kind="REFUSED")
    told: list[Told] = tell([record])
    assert told == []


def _held_alone(story: Story) -> dict[str, Any]:
    return {
        "meta": short_meta(story.builder, MATTER, "cause"),
        "held_event": "e",
        "agency": OTHER,
        "kind": "fact",
        "reason_code": "UNKNOWN_SCHEMA",
        "detail": "d",
        "value": b"v",
        "stamp_key": "door-1",
    }


def _routed(story: Story, to: str) -> dict[str, Any]:
    return {
        "meta": short_meta(story.builder, MATTER, "cause"),
        "to": to,
        "cc": [],
        "why_zh": "z",
        "why_en": "e",
        "differs": False,
        "runners_up": [],
        "verified": True,
    }
