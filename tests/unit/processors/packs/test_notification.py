"""Permits and inspections are told to 区城管执法局, violations of another place's permit to its province."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.processors.packs.bodies import DESK, FENGCHENG, GREENING, NANQIAO, SHANGHAI, WATER, ZHEJIANG
from tests.unit.processors.packs.district import refusal

if TYPE_CHECKING:
    from tests.unit.processors.conftest import Kit
    from tests.unit.processors.packs.district import District


@pytest.mark.parametrize("fact", ["PermitInfoNotified", "SupervisionInfoNotified"])
def test_a_department_notifies_the_bureau_with_a_copy_to_the_street_and_it_is_acknowledged(
    district: District, kit: Kit, fact: str
) -> None:
    matter = district.open("CG", GREENING)
    entries = district.say(matter, fact, "2026-09-25 10:00", GREENING)
    routed = kit.of(entries, "FactRouted")
    assert (routed["to"], routed["cc"], routed["meta"]["rule"]) == (DESK, [NANQIAO], "R-N1@1")
    # 09-25 to 09-27 is Mid-Autumn Festival: the next working day is 09-28.
    assert district.clock(matter, "FX-05-ACK").due_date == "2026-09-28"
    district.say(matter, "NotificationAcknowledged", "2026-09-28 10:00", DESK)
    assert (district.matter(matter).state, district.clock(matter, "FX-05-ACK").state) == (
        "acknowledged",
        "MET",
    )
    district.check()


def test_streets_notify_no_permits_and_strangers_acknowledge_nothing(district: District) -> None:
    matter = district.open("CG", NANQIAO)
    assert refusal(district.say(matter, "PermitInfoNotified", "2026-09-08 10:00", NANQIAO))["code"] == (
        "NOT_YOUR_FACT"
    )
    matter = district.open("CG", GREENING)
    district.say(matter, "PermitInfoNotified", "2026-09-08 10:00", GREENING)
    assert refusal(district.say(matter, "NotificationAcknowledged", "2026-09-08 11:00", WATER))["code"] == (
        "NOT_YOUR_MATTER"
    )


def test_a_permit_that_ends_before_it_begins_or_is_still_to_be_decided_is_refused(district: District) -> None:
    matter = district.open("CG", GREENING)
    ended = district.say(matter, "PermitInfoNotified", "2026-09-08 10:00", GREENING, valid_to="2026-08-31")
    assert refusal(ended)["code"] == "PERIOD_REVERSED"
    decided = district.kit.at("2026-09-09 10:00")
    ahead = district.say(matter, "PermitInfoNotified", "2026-09-08 11:00", GREENING, decided_at=decided)
    assert refusal(ahead)["code"] == "DATE_IN_FUTURE"


def test_a_violation_under_another_provinces_permit_is_told_to_that_province(
    district: District, kit: Kit
) -> None:
    # 行政许可法 §64; R-05.
    matter = district.open("CG", FENGCHENG)
    fact = "OutOfJurisdictionPermitViolationNotified"
    entries = district.say(matter, fact, "2026-09-08 10:00", FENGCHENG)
    routed = kit.of(entries, "FactRouted")
    assert (routed["to"], routed["cc"], routed["meta"]["rule"]) == (ZHEJIANG, [SHANGHAI], "R-05@1")
    district.say(matter, "NotificationAcknowledged", "2026-09-09 10:00", ZHEJIANG)
    assert district.matter(matter).state == "acknowledged"
    district.check()


def test_a_province_outside_the_delta_is_told_by_letter_and_the_notice_may_be_sent_again(
    district: District, kit: Kit
) -> None:
    matter = district.open("CG", FENGCHENG)
    fact = "OutOfJurisdictionPermitViolationNotified"
    denied = district.say(matter, fact, "2026-09-08 10:00", FENGCHENG, permit_issuer_adcode="420106")
    assert kit.types(denied) == [fact, "RoutingDenied"]
    assert district.matter(matter).state == "undelivered"
    district.say(matter, fact, "2026-09-08 11:00", FENGCHENG)
    assert district.matter(matter).holder == ZHEJIANG
