"""No clue is handed on twice, whatever is sent, and after a designation it stays where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.processors.packs.bodies import DESK, FENGCHENG, FENGPU, GOVERNMENT, NANQIAO, WATER
from tests.unit.processors.packs.district import District

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.unit.processors.conftest import Kit

MOVING = (
    "ClueReceived",
    "ClueJurisdictionDisputed",
    "ClueTriageReceived",
    "ClueTriaged",
    "ClueForwarded",
    "CaseTransferObjected",
    "JurisdictionDesignationRequested",
    "JurisdictionDesignated",
)
OTHER = ("ClueReturnedForSupplement", "ClueSupplemented", "ClueVerified", "ClueTransferred", "ClueClosed")
AGENCIES = (WATER, FENGPU, NANQIAO, FENGCHENG, DESK, GOVERNMENT)
USUAL = {
    "ClueTriageReceived": DESK,
    "ClueTriaged": DESK,
    "ClueForwarded": DESK,
    "JurisdictionDesignated": GOVERNMENT,
}


@dataclass(frozen=True)
class Act:
    """One fact: stated by whom it is usually for (the holder, the desk, the government), or by anybody."""

    fact: str
    agency: str
    body: Mapping[str, Any]


def bodies(fact: str) -> st.SearchStrategy[dict[str, Any]]:
    agency = st.sampled_from((NANQIAO, FENGCHENG, FENGPU, "310120-XX99"))
    if fact == "ClueTriaged":
        return st.builds(lambda a: {"assigned_agency": a}, agency)
    if fact == "JurisdictionDesignated":
        return st.builds(lambda a: {"designated_agency": a}, agency)
    if fact == "ClueTriageReceived":
        return st.builds(lambda n: {"negotiation": n}, st.booleans())
    return st.just({})


acts = st.sampled_from((*MOVING, *MOVING, *OTHER)).flatmap(
    lambda fact: st.builds(
        Act,
        fact=st.just(fact),
        agency=st.one_of(st.just(""), st.just(""), st.just(""), st.sampled_from(AGENCIES)),
        body=bodies(fact),
    )
)
courses = st.tuples(st.sampled_from(("CLEAR", "DISPUTED")), st.booleans(), st.lists(acts, max_size=30))
steady = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def play(kit: Kit, claim: str, course: list[Act], *, complete: bool) -> tuple[District, str]:
    district = District(kit, kit.in_force())
    clue = district.clue(jurisdiction_claim=claim, **({} if complete else {"evidence": None}))
    for minute, act in enumerate(course):
        who = act.agency or USUAL.get(act.fact, "") or district.matter(clue).holder or WATER
        district.say(clue, act.fact, f"2026-09-08 {11 + minute // 60}:{minute % 60:02}", who, **act.body)
    return district, clue


@given(course=courses)
@steady
def test_no_clue_is_handed_on_twice_whatever_is_sent(kit: Kit, course: tuple[str, bool, list[Act]]) -> None:
    claim, complete, told = course
    district, clue = play(kit, claim, told, complete=complete)
    holders, overs, designated = [""], 0, 0
    for entry in district.world(clue).entries:
        if entry.seal.seq == 0:
            continue
        fact, moved = entry.seal.fact_type, entry.seal.holder != holders[-1]
        overs += fact == "ClueForwarded" and moved
        if designated:
            assert not moved
        designated += fact == "JurisdictionDesignated" and entry.seal.state == "designated"
        # The desk, the common superior and whom they name: nobody else gets a clue from anybody.
        if moved and fact in {"ClueJurisdictionDisputed", "JurisdictionDesignationRequested"}:
            assert entry.seal.holder in {DESK, GOVERNMENT}
        elif moved:
            assert fact in {"ClueTransferred", "ClueForwarded", "JurisdictionDesignated"}
        holders.append(entry.seal.holder)
    assert overs <= 1
    assert designated <= 1
    district.check()


def test_the_courses_above_reach_a_hand_over_and_a_designation(kit: Kit) -> None:
    # A property that is never put to the test proves nothing.
    facts = (
        "ClueTriageReceived",
        "ClueTriaged",
        "ClueForwarded",
        "CaseTransferObjected",
        "JurisdictionDesignationRequested",
        "JurisdictionDesignated",
        "ClueJurisdictionDisputed",
        "ClueForwarded",
    )
    district, clue = play(kit, "DISPUTED", [Act(fact, "", {}) for fact in facts], complete=True)
    assert (district.matter(clue).state, district.matter(clue).holder) == ("designated", NANQIAO)
    assert district.matter(clue).tally["ClueForwarded"] == 1
