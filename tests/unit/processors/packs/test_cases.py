"""Cases and penalties: what the facts show of the gates of the law (处罚法 §42, §44, §51, §54, §60, §62)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.processors.packs.bodies import CASE_NO, FENGCHENG, FIRM, NANQIAO, PERSON, SIGNED, WATER
from tests.unit.processors.packs.district import refusal

if TYPE_CHECKING:
    from processors.model import Entry
    from tests.unit.processors.packs.district import District

YUAN = 100


@pytest.fixture
def case(district: District) -> str:
    matter = district.open("AJ", NANQIAO)
    at = district.kit.at("2026-09-29 15:00")
    district.say(matter, "CaseFiled", "2026-09-29 15:00", NANQIAO, filed_at=at)
    return matter


def decide(district: District, case: str, agency: str = NANQIAO, **body: Any) -> list[Entry]:
    at = district.kit.at("2026-10-09 10:00")
    return district.say(case, "PenaltyDecided", "2026-10-09 10:00", agency, **{"decided_at": at, **body})


def fine(yuan: int, kind: str = "FINE") -> list[dict[str, Any]]:
    return [{"kind": kind, "amount": yuan * YUAN}]


def test_a_case_is_decided_within_ninety_days_of_its_filing_whenever_that_was_told(
    district: District,
) -> None:
    # 2026-09-29 and 90 natural days: 12-28, a Monday.
    matter = district.open("AJ", NANQIAO)
    filed = district.kit.at("2026-09-29 15:00")
    district.say(matter, "CaseFiled", "2026-10-08 09:00", NANQIAO, filed_at=filed)
    clock = district.clock(matter, "PN-03")
    assert (clock.due_date, clock.day_kind, clock.responsible) == ("2026-12-28", "NATURAL_ROLL", NANQIAO)
    assert district.matter(matter).holder == NANQIAO


def test_the_last_of_the_ninety_days_rolls_over_a_holiday(district: District) -> None:
    # 2026-07-03 and 90 natural days is 10-01: National Day until 10-07.
    matter = district.open("AJ", NANQIAO, "2026-07-03")
    at = district.kit.at("2026-07-03 10:00")
    district.say(matter, "CaseFiled", "2026-07-03 10:00", NANQIAO, filed_at=at)
    assert district.clock(matter, "PN-03").due_date == "2026-10-08"


def test_a_penalty_ends_the_case(district: District, case: str) -> None:
    decide(district, case)
    assert (district.matter(case).state, district.clock(case, "PN-03").state) == ("decided", "MET")
    assert refusal(decide(district, case, decision_no="another"))["code"] == "MATTER_EXISTS"
    district.check()


def test_one_officer_is_not_enough(district: District, case: str) -> None:
    refused = refusal(decide(district, case, officers=1))
    assert (refused["code"], refused["field"]) == ("NOT_BY_OFFICERS", "/officers")
    assert refused["source"] == "中华人民共和国行政处罚法 第四十二条"


def test_a_decision_names_the_case_that_was_filed(district: District, case: str) -> None:
    refused = refusal(decide(district, case, case_no="another"))
    assert refused["field"] == "/case_no"
    assert CASE_NO in refused["detail_zh"]


def test_an_ordinary_penalty_needs_the_notice_before_it(district: District, case: str) -> None:
    assert refusal(decide(district, case, notice=None))["field"] == "/notice"


@pytest.mark.parametrize(
    ("party", "penalty"),
    [
        (PERSON, fine(5_000)),
        (PERSON, fine(5_000, "CONFISCATION")),
        (FIRM, fine(50_000)),
    ],
)
def test_a_penalty_at_the_threshold_of_a_hearing_is_reviewed_first(
    district: District, case: str, party: dict[str, Any], penalty: list[dict[str, Any]]
) -> None:
    assert refusal(decide(district, case, party=party, penalties=penalty))["field"] == "/legal_review"
    decide(district, case, party=party, penalties=penalty, legal_review=SIGNED)
    assert district.matter(case).state == "decided"


@pytest.mark.parametrize(("party", "yuan"), [(PERSON, 4_999), (FIRM, 49_999)])
def test_a_penalty_below_the_threshold_needs_no_review(
    district: District, case: str, party: dict[str, Any], yuan: int
) -> None:
    decide(district, case, party=party, penalties=fine(yuan))
    assert district.matter(case).state == "decided"


def test_fines_and_confiscations_reach_the_threshold_each_by_itself(district: District, case: str) -> None:
    decide(district, case, party=PERSON, penalties=[*fine(4_000), *fine(4_000, "CONFISCATION")])
    assert district.matter(case).state == "decided"


@pytest.mark.parametrize(("party", "limit"), [(PERSON, 200), (FIRM, 3_000)])
def test_the_simple_procedure_decides_on_the_spot_up_to_its_limit(
    district: District, party: dict[str, Any], limit: int
) -> None:
    spot: dict[str, Any] = {"procedure": "SIMPLE", "party": party, "notice": None}
    above = district.open("AJ", NANQIAO)
    refused = refusal(decide(district, above, penalties=fine(limit + 1), **spot))
    assert (refused["code"], refused["source"]) == (
        "SIMPLE_PENALTY_TOO_HIGH",
        "中华人民共和国行政处罚法 第五十一条",
    )
    at_it = district.open("AJ", NANQIAO)
    decide(district, at_it, penalties=fine(limit), **spot)
    assert (district.matter(at_it).state, district.matter(at_it).holder) == ("decided", NANQIAO)


def test_the_simple_procedure_suspends_no_licence(district: District) -> None:
    case = district.open("AJ", NANQIAO)
    penalties = [{"kind": "LICENCE_SUSPENSION"}]
    refused = refusal(decide(district, case, procedure="SIMPLE", penalties=penalties))
    assert refused["code"] == "SIMPLE_PENALTY_TOO_HIGH"


def test_an_ordinary_penalty_needs_a_case_that_was_filed(district: District) -> None:
    refused = refusal(decide(district, district.open("AJ", NANQIAO)))
    assert refused["code"] == "NO_SUCH_MATTER"
    assert "CaseFiled" in refused["detail_zh"]


def test_nobody_decides_anothers_case_and_departments_file_none(district: District, case: str) -> None:
    assert refusal(decide(district, case, FENGCHENG))["code"] == "NOT_YOUR_MATTER"
    filed = district.say(district.open("AJ", WATER), "CaseFiled", "2026-09-29 15:00", WATER)
    assert refusal(filed)["code"] == "NOT_YOUR_FACT"


def test_what_is_said_to_lie_in_the_future_or_before_the_filing_is_refused(
    district: District, case: str
) -> None:
    late = district.kit.at("2026-10-10 10:00")
    assert refusal(decide(district, case, decided_at=late))["code"] == "DATE_IN_FUTURE"
    assert refusal(decide(district, case, filed_at=late))["code"] == "PERIOD_REVERSED"
