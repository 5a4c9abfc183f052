"""What a receipt tells of the records that a fact led to."""

from __future__ import annotations

from typing import Any

import msgspec

from producers.gateway.summary import part, receipt

AT = 1_788_832_800_000_000  # 2026-09-08T10:00:00+08:00
META = {
    "rule": "AS-01@1",
    "citation": {
        "law": "上海市城市管理行政执法条例",
        "article": "第二十九条",
        "quote": None,
        "verified": True,
    },
}
CLOCK = {"meta": META, "clock": "c-1", "rule": "AS-01@1", "name_zh": "执法协助答复"}
DUE = {"due": 1_791_475_200_000_000, "due_date": "2026-10-08"}  # 2026-10-09T00:00:00+08:00


def told(*parts: tuple[str, dict[str, Any]], to: tuple[str, ...] = ()) -> dict[str, Any]:
    """The receipt of an admitted fact that led to these records."""
    row: dict[str, Any] = {
        "event_id": "e",
        "outcome": "admitted",
        "fact_type": "AssistanceRequested",
        "matter": "XZ-310120-JD11-20260908-000007-H",
        "received_at": AT,
        "seq": 1,
        "hash": b"\x01" * 32,
    }
    made = [part(fact, record, to) for fact, record in parts]
    return receipt(row | {"parts": [each for each in made if each is not None]})


def scheduled(**changes: Any) -> tuple[str, dict[str, Any]]:
    limit = {"n": 10, "unit": "DAY", "day_kind": "NATURAL_ROLL", "day_kind_basis": "民诉法 §85"}
    more = {"name_en": "Answer", "provisional": False, "verified": True, "responsible": "310120-ZG01"}
    return "DeadlineScheduled", {**CLOCK, **DUE, **limit, **more, **changes}


def routed(to: str) -> tuple[str, dict[str, Any]]:
    why = {"why_zh": "清单事项的协助机关", "why_en": "the provider of the item", "differs": False}
    return "FactRouted", {"meta": META, "to": to, "cc": ["310120-CG01"], **why, "verified": True}


def test_it_says_who_received_it_under_which_rule_and_why() -> None:
    found = told(routed("310120-ZG01"))["routed"]
    assert found["to"] == ["310120-ZG01"]
    assert (found["rule"], found["source"]) == ("AS-01@1", "上海市城市管理行政执法条例 第二十九条")
    assert found["why"] == "清单事项的协助机关"


def test_of_several_receivers_it_names_each() -> None:
    provinces = ("320000-ZJ01", "330000-ZJ01", "340000-ZJ01")
    assert told(routed(""), to=provinces)["routed"]["to"] == list(provinces)


def test_it_tells_a_clock_with_its_days_and_its_last_day() -> None:
    (clock,) = told(scheduled())["clocks"]
    assert (clock["state"], clock["days"], clock["due_date"]) == ("running", "10 日", "2026-10-08")
    assert clock["due"] == "2026-10-09T00:00:00.000+08:00"
    assert clock["responsible"] == "310120-ZG01"


def test_each_addressed_agency_has_a_clock_of_its_own() -> None:
    both = told(scheduled(), scheduled(clock="c-2", responsible="330000-ZJ01"))["clocks"]
    assert [clock["responsible"] for clock in both] == ["310120-ZG01", "330000-ZJ01"]


def test_it_tells_how_far_a_clock_was_extended() -> None:
    by = {"extended_at": AT, "n": 10, "unit": "DAY", "day_kind": "WORKING", "times": 1, "provisional": False}
    (clock,) = told(scheduled(), ("DeadlineExtended", {**CLOCK, **DUE, **by, "due_date": "2026-10-19"}))[
        "clocks"
    ]
    assert (clock["extended"], clock["times"], clock["due_date"]) == ("延长 10 工作日", 1, "2026-10-19")
    to_a_day = {**by, "n": 0, "unit": "UNKNOWN", "day_kind": "UNKNOWN"}
    (clock,) = told(("DeadlineExtended", {**CLOCK, **DUE, **to_a_day}))["clocks"]
    assert (clock["extended"], clock["state"]) == ("延至 2026-10-08", "running")


def test_it_tells_which_clock_ends_because_the_duty_has_moved() -> None:
    ended = {**CLOCK, "cancelled_at": AT, "reason_zh": "管辖争议已统一接收", "due_date": "2026-09-29"}
    (clock,) = told(("DeadlineCancelled", ended))["clocks"]
    assert (clock["state"], clock["reason_zh"]) == ("cancelled", "管辖争议已统一接收")


def test_a_clock_that_was_met_after_its_breach_says_so() -> None:
    met = {**CLOCK, **DUE, "met_at": AT}
    assert told(("DeadlineMet", met))["clocks"][0]["breached_before"] is False
    late = told(("DeadlineMet", {**met, "breached_before": True}))["clocks"][0]
    assert (late["state"], late["breached_before"]) == ("met", True)


def test_it_names_what_the_fact_leads_to_in_other_matters() -> None:
    owed = {"meta": META | {"rule": "R-15-DIGEST@1"}, "target": "HZ-310120-CG01-YZ9B1PYXU1-F"}
    effect = {**owed, "fact": "PenaltyCounted", "effect_event": "d-1", "kind": "EFFECT", "value": b"x"}
    marker = {**owed, "target": "", "fact": "Marker", "effect_event": "d-2", "kind": "MARKER", "value": b"x"}
    first, second = told(("EffectOwed", effect), ("EffectOwed", marker))["effects"]
    assert (first["kind"], first["fact"], first["matter"]) == (
        "effect",
        "PenaltyCounted",
        "HZ-310120-CG01-YZ9B1PYXU1-F",
    )
    assert first["rule"] == "R-15-DIGEST@1"
    assert (second["kind"], second["matter"]) == ("marker", "")


def test_what_says_nothing_to_the_sender_makes_no_part() -> None:
    assert part("DeadlineWarned", {}) is None
    assert msgspec.json.decode(part("FactRouted", routed("x")[1]) or b"")["routed"]["to"] == ["x"]
