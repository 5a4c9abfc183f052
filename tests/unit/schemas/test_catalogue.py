"""The catalogue of assistance: who assists, until when, and never longer than the law's ten days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from schemas.agencies import AGENCIES
from schemas.calendar import CALENDAR
from schemas.catalogue import Catalogue, catalogue
from schemas.days import DayKind, Limit, Unit, due, instant_of
from schemas.errors import Code, Refused

WATER = "310120-ZG04"


def item(code: str = "SW-01", **changed: Any) -> dict[str, Any]:
    return {
        "item_code": code,
        "content_zh": "河道管理范围认定",
        "form": "WRITTEN_OPINION",
        "n": 10,
        "unit": "DAY",
        "day_kind": "NATURAL_ROLL",
        "provider": WATER,
        "applicable_causes": [],
        "required_inputs": [],
        "valid_from": "2026-09-01",
        "valid_to": None,
        **changed,
    }


def published(*items: dict[str, Any]) -> Catalogue:
    return catalogue({"label": "2026年版", "items": list(items)}, 3, AGENCIES)


def refused(*items: dict[str, Any]) -> Refused:
    with pytest.raises(Refused) as refusal:
        published(*items)
    assert refusal.value.detail_zh
    assert refusal.value.detail_en
    return refusal.value


class TestAnItem:
    book = published(item(valid_to="2026-12-31"), item("GH-02", provider="310120-ZG01"))

    def test_is_found_by_its_code(self) -> None:
        found = self.book.item("GH-02", date(2026, 10, 1))
        assert found is not None
        assert found["provider"] == "310120-ZG01"
        assert self.book.version == 3

    @pytest.mark.parametrize(
        ("day", "valid"),
        [
            (date(2026, 8, 31), False),
            (date(2026, 9, 1), True),
            (date(2026, 12, 31), True),
            (date(2027, 1, 1), False),
        ],
    )
    def test_is_valid_from_its_first_day_to_its_last(self, day: date, *, valid: bool) -> None:
        assert (self.book.item("SW-01", day) is not None) is valid

    def test_that_is_not_there_is_none(self) -> None:
        assert self.book.item("XX-99", date(2026, 10, 1)) is None
        assert self.book.limit("XX-99", date(2026, 10, 1)) is None

    def test_sets_its_limit_or_leaves_it_to_the_law(self) -> None:
        day = date(2026, 10, 1)
        assert self.book.limit("SW-01", day) == Limit(10, Unit.DAY, DayKind.NATURAL_ROLL)
        open_item = published(item(n=0, unit="UNKNOWN", day_kind="UNKNOWN"))
        assert open_item.item("SW-01", day) is not None
        assert open_item.limit("SW-01", day) is None


@pytest.mark.parametrize(
    ("n", "unit", "day_kind"),
    [
        (10, "DAY", "NATURAL_ROLL"),
        (10, "DAY", "NATURAL_HARD"),
        (6, "DAY", "WORKING"),
        (240, "HOUR", "CLOCK"),
        (0, "SAME_DAY", "SAME_DAY"),
    ],
)
def test_a_limit_within_ten_natural_days_is_taken(n: int, unit: str, day_kind: str) -> None:
    assert published(item(n=n, unit=unit, day_kind=day_kind)).items[0]["n"] == n


@pytest.mark.parametrize(
    ("n", "unit", "day_kind"),
    [
        (11, "DAY", "NATURAL_ROLL"),
        (11, "DAY", "NATURAL_HARD"),
        (7, "DAY", "WORKING"),
        (241, "HOUR", "CLOCK"),
        (1, "MONTH", "NATURAL_ROLL"),
        (1, "YEAR", "NATURAL_HARD"),
    ],
)
def test_a_longer_limit_is_refused_with_its_law(n: int, unit: str, day_kind: str) -> None:
    found = refused(item("A-1"), item(n=n, unit=unit, day_kind=day_kind))
    assert (found.code, found.field) == (Code.LIMIT_TOO_LONG, "/items/1/n")
    assert found.source == "上海市城市管理行政执法条例 第二十九条"


def test_six_working_days_are_surely_within_ten_natural_ones_and_seven_are_not() -> None:
    """Seen on every weekday of a November, which has no holiday."""
    late = []
    for day in (date(2026, 11, 2) + timedelta(days=n) for n in range(7)):
        start, tenth = instant_of(day, 10), day + timedelta(days=10)
        assert due(Limit(6, Unit.DAY, DayKind.WORKING), start, CALENDAR).due_date <= tenth
        late.append(due(Limit(7, Unit.DAY, DayKind.WORKING), start, CALENDAR).due_date > tenth)
    assert any(late)


@pytest.mark.parametrize(
    ("items", "code", "field"),
    [
        ([item(), item()], Code.BAD_REFERENCE, "/items/0/item_code"),
        ([item(provider="310120-ZG99")], Code.UNKNOWN_AGENCY, "/items/0/provider"),
        ([item(valid_to="2026-08-31")], Code.BAD_REFERENCE, "/items/0/valid_to"),
        ([item(n=0)], Code.BAD_REFERENCE, "/items/0/n"),
        ([item(unit="HOUR")], Code.BAD_REFERENCE, "/items/0/n"),
        ([item(unit="UNKNOWN")], Code.BAD_REFERENCE, "/items/0/n"),
        ([item(day_kind="UNKNOWN")], Code.BAD_REFERENCE, "/items/0/n"),
    ],
)
def test_an_item_that_cannot_be_is_refused_by_field(
    items: list[dict[str, Any]], code: Code, field: str
) -> None:
    found = refused(*items)
    assert (found.code, found.field) == (code, field)


def test_the_register_in_force_says_who_may_provide() -> None:
    later = AGENCIES.with_agency(
        {
            "code": "310120-ZG99",
            "slug": "fx-new",
            "name_zh": "新局",
            "full_name_zh": "新局",
            "name_en": "New Bureau",
            "standing": ["department"],
            "agency_region": "310120",
            "township_code9": None,
            "procedure_rule_set": None,
            "note": None,
        }
    )
    assert catalogue({"items": [item(provider="310120-ZG99")]}, 1, later).items
