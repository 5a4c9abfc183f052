"""Each limit as its law gives it: length, kind of day, article; what is our own setting is not verified.

A “day” is not one unit: 行政处罚法 §85 makes working days of 2, 3, 5 and 7, 行政强制法 §69 of all up to
ten, 国令310 defines none; so three days to approve a transfer to the police are natural ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processors.rulebook import Rulebook
from schemas.days import due, due_before

if TYPE_CHECKING:
    from processors.rulebook.shapes import DeadlineRule
    from tests.unit.processors.conftest import Kit

RULEBOOK = Rulebook.load(["national", "delta", "fengxian"])
SETTINGS = {
    "FX-01-TRANSFER": (2, "DAY", "WORKING"),
    "FX-01-SIGN": (1, "DAY", "WORKING"),
    "FX-01-FEEDBACK": (5, "DAY", "WORKING"),
    "FX-01-FEEDBACK-NO-CASE": (2, "DAY", "WORKING"),
    "FX-02-SUPPLEMENT": (3, "DAY", "WORKING"),
    "FX-02-SUPPLEMENT-ASKED": (3, "DAY", "WORKING"),
    "FX-03-TRIAGE": (2, "DAY", "WORKING"),
    "FX-05-ACK": (1, "DAY", "WORKING"),
    "FX-08-ACK": (1, "DAY", "WORKING"),
    "FX-08-DIGEST": (5, "DAY", "WORKING"),
    "FX-13-RESPOND": (2, "DAY", "WORKING"),
    "DT-6-ACK": (1, "DAY", "WORKING"),
    "PN-02": (2, "DAY", "WORKING"),
    "CR-01": (24, "HOUR", "CLOCK"),
}
"""Where the text says “in time” or nothing, and the number is ours."""

LAW = {
    "PN-01": (15, "DAY", "WORKING", "第十五条"),
    "PN-01b": (15, "DAY", "WORKING", "第十八条"),
    "JU-05": (7, "DAY", "WORKING", "第二十九条"),
    "JU-02": (7, "DAY", "WORKING", "第六条"),
    "JU-03": (7, "DAY", "WORKING", "第六条"),
    "PN-03": (90, "DAY", "NATURAL_ROLL", "第六十条"),
    "AS-01": (10, "DAY", "NATURAL_ROLL", "第二十九条"),
    "AS-02": (15, "DAY", "WORKING", "第四十五条"),
    "PN-03b": (90, "DAY", "NATURAL_ROLL", "第二十九条、第三十条"),
    "PN-04": (7, "DAY", "WORKING", "第五十六条"),
    "PN-05": (5, "DAY", "WORKING", "第二十二条"),
    "PN-06": (5, "DAY", "WORKING", "第六十四条第一项"),
    "PN-07": (7, "DAY", "WORKING", "第六十四条第二项"),
    "PN-08": (10, "DAY", "WORKING", "第二十五条"),
    "PN-09": (7, "DAY", "WORKING", "第六十一条"),
    "PN-10": (15, "DAY", "NATURAL_ROLL", "第六十七条"),
    "PN-14": (15, "DAY", "WORKING", "第三十一条"),
    "PN-15": (2, "YEAR", "NATURAL_HARD", "第三十六条"),
    "PN-15b": (5, "YEAR", "NATURAL_HARD", "第三十六条"),
    "PB-01": (7, "DAY", "WORKING", "(六)"),
    "PB-02": (20, "DAY", "WORKING", "(六)"),
    "PB-03": (7, "DAY", "WORKING", "第十条"),
    "EN-01": (30, "DAY", "NATURAL_ROLL", "第二十五条"),
    "EN-02": (24, "HOUR", "CLOCK", "第十九条"),
    "EN-04": (3, "DAY", "WORKING", "第五十一条"),
    "EN-05": (10, "DAY", "WORKING", "第五十四条"),
    "EN-06": (3, "MONTH", "NATURAL_ROLL", "第五十三条"),
    "EN-07": (5, "DAY", "WORKING", "第五十六条"),
    "EN-07b": (7, "DAY", "WORKING", "第五十七条"),
    "EN-07c": (30, "DAY", "NATURAL_ROLL", "第五十八条"),
    "EN-08": (30, "DAY", "NATURAL_ROLL", "第四十六条"),
    "EN-10": (24, "HOUR", "CLOCK", "第七条"),
    "EN-10b": (2, "HOUR", "CLOCK", "第七条"),
    "EN-11": (1, "MONTH", "NATURAL_ROLL", "第五条"),
    "EN-12": (10, "DAY", "NATURAL_HARD", "第九条"),
    "EN-13": (60, "DAY", "NATURAL_HARD", "第二十二条"),
    "CR-02": (3, "DAY", "NATURAL_ROLL", "第五条"),
    "CR-03": (24, "HOUR", "CLOCK", "第五条"),
    "CR-04": (24, "HOUR", "CLOCK", "第七条"),
    "CR-05": (24, "HOUR", "CLOCK", "第一百八十条"),
    "CR-05b": (3, "DAY", "NATURAL_ROLL", "第一百八十条"),
    "CR-06": (3, "DAY", "NATURAL_ROLL", "第八条"),
    "CR-07": (3, "DAY", "NATURAL_ROLL", "第九条"),
    "CR-08": (3, "DAY", "NATURAL_ROLL", "第九条"),
    "CR-09": (3, "DAY", "NATURAL_ROLL", "第九条"),
    "CR-10": (3, "DAY", "NATURAL_ROLL", "第十二条"),
    "S-LS-01": (3, "DAY", "WORKING", "四(二)2"),
    "S-LS-02": (2, "DAY", "WORKING", "四(二)2"),
    "S-LS-03": (1, "SAME_DAY", "SAME_DAY", "四(三)3"),
}


def rule(name: str) -> DeadlineRule:
    found = RULEBOOK.deadline(f"{name}@1")
    assert found is not None
    return found


def test_the_tables_below_name_every_limit() -> None:
    assert {r.base for pack in RULEBOOK.packs for r in pack.deadlines} == SETTINGS.keys() | LAW.keys()


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_of_ours_is_not_verified_and_says_so(name: str) -> None:
    found, limit = rule(name), rule(name).limit
    assert (limit.n, limit.unit.value, limit.day_kind.value) == SETTINGS[name]
    assert not found.citation["verified"]
    assert "平台设定" in found.basis


@pytest.mark.parametrize("name", LAW)
def test_a_limit_of_the_law_is_verified_with_its_article(name: str) -> None:
    found, limit = rule(name), rule(name).limit
    assert (limit.n, limit.unit.value, limit.day_kind.value, found.citation["article"]) == LAW[name]
    assert found.citation["verified"]


def test_whoever_runs_a_clock_in_fengxian_is_escalated_by_the_ladder() -> None:
    # 超期 1 工作日: the joint council office; 3: the district government, unless it is the one who is late.
    desks = RULEBOOK.book("310120").desks
    assert (desks["council"], desks["government"]) == ("310120-CG02", "310120-GV01")
    for found in RULEBOOK.book("310120").deadlines:
        if found.awaits or found.id == "DT-6-ACK@1":
            continue
        ladder = [(rung.after.n, rung.after.day_kind.value, rung.to) for rung in found.ladder]
        council, government = (1, "WORKING", ("desk:council",)), (3, "WORKING", ("desk:government",))
        assert ladder == ([council] if found.id == "JU-03@1" else [council, government])


@pytest.mark.parametrize(
    ("name", "start", "ends"),
    [
        # The vectors of the calendar of 2026.
        ("FX-02-SUPPLEMENT", "2026-04-29", "2026-05-07"),
        ("PN-05", "2026-04-29", "2026-05-09"),
        ("JU-02", "2026-04-29", "2026-05-12"),
        ("PN-08", "2026-04-29", "2026-05-15"),
        ("PN-01", "2026-04-29", "2026-05-22"),
        ("CR-02", "2026-04-29", "2026-05-06"),
        ("AS-01", "2026-04-29", "2026-05-09"),
        ("PN-01", "2026-09-18", "2026-10-15"),
        # SC-06: decided on 2026-11-27, served and published by 12-08; served on 12-01, paid by 12-16.
        ("PN-09", "2026-11-27", "2026-12-08"),
        ("PB-03", "2026-11-27", "2026-12-08"),
        ("PN-10", "2026-12-01", "2026-12-16"),
        # SC-11: on the same day, however late.
        ("S-LS-03", "2026-09-25", "2026-09-25"),
    ],
)
def test_a_limit_ends_on_the_day_that_the_sources_give(kit: Kit, name: str, start: str, ends: str) -> None:
    calendar = kit.in_force().calendar
    assert due(rule(name).limit, kit.at(f"{start} 21:30"), calendar).due_date.isoformat() == ends


@pytest.mark.parametrize(
    ("name", "before", "last"),
    [
        # 3日前 of 2026-06-12 is 06-09; the calendar's Dragon Boat Festival begins on 06-19.
        ("S-LS-01", "2026-06-12", "2026-06-09"),
        ("S-LS-01", "2026-10-08", "2026-09-28"),
        ("PN-07", "2026-06-12", "2026-06-03"),
        ("EN-04", "2026-06-15", "2026-06-10"),
    ],
)
def test_a_backward_limit_is_counted_back_from_the_day_that_it_precedes(
    kit: Kit, name: str, before: str, last: str
) -> None:
    found = rule(name)
    assert found.counting.before
    ends = due_before(found.limit, kit.at(f"{before} 09:00"), kit.in_force().calendar)
    assert ends.due_date.isoformat() == last


def test_ceilings_are_those_of_the_law() -> None:
    ceilings = {
        name: (found.n, found.day_kind.value)
        for name in ("PN-01", "PN-01b", "PN-03b", "EN-01")
        if (found := rule(name).counting.ceiling) is not None
    }
    assert ceilings == {
        "PN-01": (25, "WORKING"),
        "PN-01b": (30, "WORKING"),
        "PN-03b": (180, "NATURAL_ROLL"),
        "EN-01": (60, "NATURAL_ROLL"),
    }
