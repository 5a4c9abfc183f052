"""The monthly digest (奉贤 四(三)2): counted by effects, sent by 区城管执法局, its totals checked.

September 2026 is due on 10-13: 10-08, 10-09, the worked Saturday 10-10, 10-12, 10-13. October on 11-06.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from schemas.codec import CODEC
from tests.unit.processors.packs.bodies import DESK, NANQIAO, PERSON, PLANNING, SITE, VENDOR, WATER
from tests.unit.processors.packs.district import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.model import Entry
    from tests.unit.processors.conftest import Kit
    from tests.unit.processors.packs.district import District

FENGCHENG_SITE = {**SITE, "township_code9": "310120102"}


def penalise(district: District, when: str, fen: int = 200_000, **body: Any) -> list[Mapping[str, Any]]:
    """Decide a penalty on the spot; gives what was counted."""
    case = district.open("AJ", NANQIAO)
    said = district.say(
        case,
        "PenaltyDecided",
        when,
        NANQIAO,
        procedure="SIMPLE",
        penalties=[{"kind": "FINE", "amount": fen}],
        decided_at=district.kit.at(when),
        **body,
    )
    return [e.record for e in said if e.seal.fact_type == "PenaltyCounted"]


def digest_of(counted: list[Mapping[str, Any]], **other: Any) -> dict[str, Any]:
    """Make up a digest by hand from what was counted."""

    def subtotals(name: str) -> list[dict[str, Any]]:
        keys = sorted({c[name] for c in counted})
        of = {key: [c["amount"] for c in counted if c[name] == key] for key in keys}
        return [{"key": key, "count": len(of[key]), "amount": sum(of[key])} for key in keys]

    fields = ("case_no", "decision_no", "cause_code", "penalty_kinds", "amount", "decided_at")
    return {
        "month": counted[0]["month"],
        "department": counted[0]["department"],
        "totals": {"key": "all", "count": len(counted), "amount": sum(c["amount"] for c in counted)},
        "by_cause": subtotals("cause_code"),
        "by_township": subtotals("township_code9"),
        "cases": [{name: c[name] for name in fields} for c in counted],
        "event_count": len(counted),
        **other,
    }


@pytest.fixture
def counted(district: District) -> list[Mapping[str, Any]]:
    """Three penalties of September for 区水务局: two causes, two towns."""
    return [
        *penalise(district, "2026-09-10 10:00", 200_000),
        *penalise(district, "2026-09-29 10:00", 100_000, cause_code="04001002001", location=FENGCHENG_SITE),
        *penalise(district, "2026-09-30 23:59", 50_000),
    ]


def send(district: District, counted: list[Mapping[str, Any]], when: str, **other: Any) -> list[Entry]:
    return district.say(
        counted[0]["meta"]["matter"], "PenaltyDigestSent", when, DESK, **digest_of(counted, **other)
    )


def test_the_penalties_of_a_month_gather_in_one_matter_of_the_bureau_due_on_the_fifth_working_day(
    district: District, counted: list[Mapping[str, Any]]
) -> None:
    (digest,) = {c["meta"]["matter"] for c in counted}
    matter = district.matter(digest)
    assert (matter.state, matter.holder) == ("collecting", DESK)
    assert {(c["department"], c["month"]) for c in counted} == {(WATER, "2026-09")}
    clock = district.clock(digest, "FX-08-DIGEST")
    assert (clock.due_date, clock.responsible) == ("2026-10-13", DESK)
    assert len(matter.clocks) == 1
    district.check()


def test_october_is_due_on_11_06(district: District) -> None:
    (one,) = penalise(district, "2026-10-20 10:00")
    assert district.clock(one["meta"]["matter"], "FX-08-DIGEST").due_date == "2026-11-06"


def test_a_month_ends_at_midnight_in_beijing(district: District) -> None:
    (before,) = penalise(district, "2026-09-30 23:59")
    (after,) = penalise(district, "2026-10-01 00:00")
    assert (before["month"], after["month"]) == ("2026-09", "2026-10")
    assert before["meta"]["matter"] != after["meta"]["matter"]


def test_a_penalty_of_two_departments_is_counted_for_each(district: District) -> None:
    # 08 城乡规划和物业: planning and housing.
    counted = penalise(district, "2026-09-10 10:00", domain_code="08", cause_code="08001001001")
    assert {c["department"] for c in counted} == {PLANNING, "310120-ZG07"}


def test_a_domain_without_a_department_is_counted_for_nobody(district: District) -> None:
    assert penalise(district, "2026-09-10 10:00", domain_code="09", cause_code="09001001001") == []


@pytest.mark.parametrize("party", [PERSON, VENDOR])
def test_a_person_and_an_individual_business_are_counted_as_a_token(
    district: District, party: dict[str, Any]
) -> None:
    (one,) = penalise(district, "2026-09-10 10:00", 10_000, party={**party, "uscc": "92310120MADEM002X3"})
    assert (one["party_token"], one["uscc"]) == (party["party_token"], None)


def test_the_digest_goes_to_the_department_which_acknowledges_it(
    district: District, kit: Kit, counted: list[Mapping[str, Any]]
) -> None:
    digest = counted[0]["meta"]["matter"]
    sent = send(district, counted, "2026-10-12 10:00")
    routed = kit.of(sent, "FactRouted")
    assert (routed["to"], routed["meta"]["rule"]) == (WATER, "R-15@1")
    assert kit.of(sent, "DeadlineMet")["rule"] == "FX-08-DIGEST@1"
    assert district.clock(digest, "FX-08-ACK").due_date == "2026-10-13"
    district.say(digest, "NotificationAcknowledged", "2026-10-13 09:00", WATER)
    assert district.matter(digest).state == "acknowledged"
    assert not [c for c in district.matter(digest).clocks.values() if c.open]
    district.check()


def test_a_digest_before_the_months_end_is_too_early(
    district: District, counted: list[Mapping[str, Any]]
) -> None:
    assert refusal(send(district, counted, "2026-09-30 23:59"))["code"] == "DIGEST_TOO_EARLY"
    send(district, counted, "2026-10-01 00:00")
    assert district.matter(counted[0]["meta"]["matter"]).state == "sent"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("/totals", {"totals": {"key": "all", "count": 3, "amount": 350_100}}),
        ("/totals", {"totals": {"key": "all", "count": 2, "amount": 350_000}}),
        ("/totals", {"event_count": 4}),
        ("/by_cause", {"by_cause": []}),
        ("/by_township", {"by_township": [{"key": "310120101", "count": 3, "amount": 350_000}]}),
        ("/cases", {"cases": []}),
        ("/month", {"month": "2026-08"}),
        ("/month", {"department": PLANNING}),
    ],
)
def test_a_digest_whose_totals_differ_is_refused_and_told_what_was_counted(
    district: District, counted: list[Mapping[str, Any]], field: str, wrong: dict[str, Any]
) -> None:
    refused = refusal(send(district, counted, "2026-10-12 10:00", **wrong))
    assert (refused["code"], refused["field"]) == ("DIGEST_DIFFERS", field)
    if field == "/totals":
        assert "3 件，350000 分" in refused["detail_zh"]
        assert "3 penalties, 350000 fen" in refused["detail_en"]


def test_only_the_urban_management_bureau_sends_the_digest(
    district: District, counted: list[Mapping[str, Any]]
) -> None:
    digest = counted[0]["meta"]["matter"]
    for agency in (WATER, NANQIAO, "310120-CG03", "310000-CG01"):
        refused = refusal(
            district.say(digest, "PenaltyDigestSent", "2026-10-12 10:00", agency, **digest_of(counted))
        )
        assert refused["code"] in {"NOT_YOUR_MATTER", "NOT_YOUR_FACT"}


def test_nobody_but_the_backbone_counts(district: District, kit: Kit) -> None:
    (one,) = penalise(district, "2026-09-10 10:00")
    body = {name: value for name, value in one.items() if name != "meta"}
    matter = one["meta"]["matter"]
    forged = district.world(matter).arrived(
        CODEC.encode("PenaltyCounted", {"meta": {**one["meta"], "event_id": one["meta"]["cause"]}, **body}),
        kit.at("2026-09-11 10:00"),
        NANQIAO,
        one["meta"]["cause"],
    )
    (refused,) = district.world(matter).take(forged)
    assert refused.record["code"] == "PLATFORM_FACT"
    assert district.matter(matter).totals is not None
    assert district.matter(matter).tally["PenaltyCounted"] == 1


def test_a_penalty_that_is_told_late_opens_the_digest_again(
    district: District, kit: Kit, counted: list[Mapping[str, Any]]
) -> None:
    digest = counted[0]["meta"]["matter"]
    send(district, counted, "2026-10-09 10:00")
    # It was decided, and received, in September; its effect comes after the digest was sent.
    late = {**counted[-1], "meta": {**counted[-1]["meta"], "event_id": late_id(counted[-1])}}
    told = district.deliver("PenaltyCounted", late, "2026-10-09 11:00")
    assert kit.of(told, "FactRouted")["to"] == DESK
    assert (district.matter(digest).state, district.matter(digest).holder) == ("collecting", DESK)
    assert district.clock(digest, "FX-08-ACK").state == "CANCELLED"
    assert district.clock(digest, "FX-08-DIGEST").due_date == "2026-10-13"
    send(district, [*counted, late], "2026-10-10 10:00")
    assert district.matter(digest).state == "sent"
    district.check()


def late_id(record: Mapping[str, Any]) -> str:
    """Give an id that differs from the record's in its last character."""
    text: str = record["meta"]["event_id"]
    return text[:-1] + ("0" if text[-1] != "0" else "1")
