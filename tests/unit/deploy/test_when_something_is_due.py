"""`liandong deadline` gives the dates of the published scenarios, and every day on the way.

Expected dates are those of the scenarios and of the test vectors of the working calendar 2026.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from deploy.commands.deadline import deadline
from deploy.embedded.obstacles import Obstacle

if TYPE_CHECKING:
    from pathlib import Path


def asked(*words: str) -> dict[str, Any]:
    answer = CliRunner().invoke(deadline, [*words, "--json"], catch_exceptions=False)
    told: dict[str, Any] = json.loads(answer.stdout)
    return told


def refused(*words: str) -> str:
    with pytest.raises(Obstacle) as obstacle:
        asked(*words)
    return str(obstacle.value)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["FX-01-SIGN", "2026-09-08T10:00"], "2026-09-09"),  # SC-01
        (["PN-01", "2026-09-08T10:00"], "2026-09-29"),
        (["PN-01@1", "2026-09-08T10:00", "--extend"], "2026-10-19"),
        (["PN-03", "2026-09-29"], "2026-12-28"),
        (["FX-08-DIGEST", "2026-09-30"], "2026-10-13"),
        (["FX-08-DIGEST", "2026-10-12"], "2026-11-06"),
        (["FX-02-SUPPLEMENT", "2026-09-08"], "2026-09-11"),  # SC-02
        (["FX-03-TRIAGE", "2026-09-08"], "2026-09-10"),  # SC-03
        (["JU-02", "2026-09-08"], "2026-09-17"),
        (["AS-01", "2026-09-22"], "2026-10-08"),  # SC-04
        (["PN-01b", "2026-09-22"], "2026-10-20"),
        (["PN-09", "2026-11-27"], "2026-12-08"),  # SC-06
        (["PN-10", "2026-12-01"], "2026-12-16"),
    ],
)
def test_the_scenarios_fall_due_as_published(words: list[str], expected: str) -> None:
    assert asked(*words)["due_date"] == expected


@pytest.mark.parametrize(
    ("rule", "n", "start", "expected"),
    [
        ("FX-02-SUPPLEMENT", 3, "2026-04-29", "2026-05-07"),
        ("PN-05", 5, "2026-04-29", "2026-05-09"),  # a Saturday that is worked
        ("PN-09", 7, "2026-04-29", "2026-05-12"),
        ("PN-08", 10, "2026-04-29", "2026-05-15"),
        ("PN-01", 15, "2026-04-29", "2026-05-22"),
        ("AS-01", 10, "2026-04-29", "2026-05-09"),
        ("FX-02-SUPPLEMENT", 3, "2026-09-18", "2026-09-22"),
        ("PN-05", 5, "2026-09-18", "2026-09-24"),
        ("PN-09", 7, "2026-09-18", "2026-09-29"),
        ("PN-08", 10, "2026-09-18", "2026-10-09"),
        ("PN-01", 15, "2026-09-18", "2026-10-15"),
        ("AS-01", 10, "2026-09-18", "2026-09-28"),
    ],
)
def test_the_vectors_of_the_working_calendar_hold(rule: str, n: int, start: str, expected: str) -> None:
    told = asked(rule, start)
    assert (told["limit"]["n"], told["due_date"]) == (n, expected)


def test_every_day_is_told_with_its_reason_and_only_the_counted_are_numbered() -> None:
    told = asked("PN-01", "2026-09-08T10:00")
    days = {each["date"]: each for each in told["days"]}
    assert [days[d]["counted"] for d in ("2026-09-08", "2026-09-20", "2026-09-25", "2026-09-26")] == [
        False,
        True,
        False,
        False,
    ]
    assert "国庆节调休" in days["2026-09-20"]["why"]
    assert "中秋" in days["2026-09-25"]["why"]
    assert [each["n"] for each in told["days"] if each["counted"]] == list(range(1, 16))
    assert told["days"][-1]["date"] == told["due_date"]


def test_the_due_instant_is_the_first_one_too_late_in_beijing() -> None:
    told = asked("PN-01", "2026-09-08T10:00")
    assert told["due"] == "2026-09-30T00:00:00+08:00"
    assert told["calendar"]["version"] == 1
    assert (told["law"]["law"], told["law"]["article"]) == ("住房和城乡建设行政处罚程序规定", "第十五条")
    assert told["verified"] is True
    assert told["provisional"] is False


def test_an_unread_article_is_said_to_be_unverified() -> None:
    assert asked("FX-01-SIGN", "2026-09-08")["verified"] is False


@pytest.mark.parametrize(
    ("rule", "start", "warning"),
    [
        ("PN-01", "2026-09-08T10:00", "2026-09-28T09:00:00+08:00"),
        ("AS-01", "2026-09-22", "2026-09-30T09:00:00+08:00"),
    ],
)
def test_the_last_warning_comes_at_nine_of_the_working_day_before(
    rule: str, start: str, warning: str
) -> None:
    alarms = {each["kind"]: each["at"] for each in asked(rule, start)["alarms"]}
    assert alarms["WARN_LAST_DAY"] == warning


def test_a_pause_takes_the_days_that_it_touches_out_of_the_count() -> None:
    told = asked("PN-01", "2026-09-08T10:00", "--pause", "2026-09-08T10:00", "2026-09-10T11:00")
    assert told["due_date"] == "2026-10-08"
    assert told["days"][1]["why"] == "暂停期间，不计"
    assert asked("PN-01", "2026-09-08", "--pause", "2026-09-08", "2026-09-10")["due_date"] == "2026-10-08"


def test_an_instant_without_a_zone_is_one_of_beijing() -> None:
    evening = asked("PN-01", "2026-09-08T20:00:00+00:00")
    assert evening["start"] == "2026-09-09T04:00:00+08:00"
    assert asked("PN-01", "2026-09-08T20:00")["start"] == "2026-09-08T20:00:00+08:00"
    assert evening["due_date"] == "2026-09-30"


def test_a_backward_limit_takes_the_day_that_it_precedes() -> None:
    told = asked("S-LS-01", "2026-06-12")
    assert (told["backward"], told["due_date"]) == (True, "2026-06-09")
    assert [each["date"] for each in told["days"]] == ["2026-06-12", "2026-06-11", "2026-06-10", "2026-06-09"]


def test_a_limit_that_reaches_into_2027_is_provisional_until_that_year_is_published(tmp_path: Path) -> None:
    assert asked("PN-01", "2026-12-20")["provisional"] is True
    assert asked("PN-01", "2026-12-01")["provisional"] is False
    # Thirty working days from 21 November 2026 end in the year that has no calendar yet.
    assert asked("PN-01", "2026-11-21", "--extend")["provisional"] is False
    published = tmp_path / "2027.json"
    holidays = [{"date": "2027-01-01", "name": "元旦"}, {"date": "2027-01-04", "name": "元旦"}]
    published.write_text(json.dumps({"year": 2027, "holidays": holidays}), encoding="utf-8")
    before, after = asked("PN-01", "2026-12-20"), asked("PN-01", "2026-12-20", "--calendar", str(published))
    assert (before["due_date"], after["due_date"]) == ("2027-01-11", "2027-01-12")
    assert after["provisional"] is False
    assert after["calendar"]["version"] == before["calendar"]["version"] + 1


def test_an_extension_to_a_day_needs_that_day_and_a_later_one() -> None:
    assert asked("AS-01", "2026-09-22", "--until", "2026-10-20")["due_date"] == "2026-10-20"
    assert "--until" in refused("AS-01", "2026-09-22", "--extend")
    assert "2026-10-08" in refused("AS-01", "2026-09-22", "--until", "2026-10-08")


def test_an_unknown_rule_is_answered_with_the_nearest() -> None:
    assert "PN-01@1" in refused("PN-001", "2026-09-08")
    assert "PN-01@1" in refused("线索核查", "2026-09-08")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["PN-01", "2026-13-01"], "2026-09-08"),
        (["PN-01", "tomorrow"], "2026-09-08"),
        (["PN-01", "20260908"], "2026-09-08"),
        (["PN-01", "1066-10-14"], "1900"),
        (["PN-01", "2026-09-08", "--pause", "2026-09-12", "2026-09-10"], "before it begins"),
        (["PN-01", "2026-09-08", "--pause", "2026-09-01", "2026-09-02"], "before the clock starts"),
        (["PN-01", "2026-09-08", "--pause", "2026-09-09", "2199-01-01"], "hundred years"),
        (["PN-03", "2026-09-08", "--extend"], "no extension"),
        (["PN-01", "2026-09-08", "--until", "2026-10-30"], "leave --until out"),
        (["S-LS-01", "2026-06-12", "--extend"], "backward"),
        (["S-LS-01", "2026-06-12", "--pause", "2026-06-01", "2026-06-02"], "backward"),
    ],
)
def test_a_question_without_an_answer_is_told_what_to_ask_instead(words: list[str], hint: str) -> None:
    assert hint in refused(*words)


def test_a_calendar_that_cannot_be_is_refused(tmp_path: Path) -> None:
    published = tmp_path / "2027.yaml"
    published.write_text("year: 2027\nholidays: [{date: 2026-01-01, name: 元旦}]\n", encoding="utf-8")
    assert "2027.yaml" in refused("PN-01", "2026-09-08", "--calendar", str(published))
    published.write_text("nothing", encoding="utf-8")
    assert "published year" in refused("PN-01", "2026-09-08", "--calendar", str(published))


def test_people_read_the_days_the_law_and_whom_it_concerns() -> None:
    shown = CliRunner().invoke(deadline, ["PN-01", "2026-09-08T10:00"], catch_exceptions=False).stdout
    for words in (
        "15 个工作日",
        "2026-09-29 24:00",
        "周日上班（国庆节调休）",
        "第十五条",
        "责任机关",
        "version 1",
    ):
        assert words in shown


def test_a_rule_that_awaits_later_facts_says_that_it_runs_no_clock_yet() -> None:
    shown = CliRunner().invoke(deadline, ["PN-09", "2026-11-27"], catch_exceptions=False).stdout
    assert "尚不计时" in shown
    assert asked("PN-09", "2026-11-27")["awaits"] == ["PenaltyServed"]
