"""Alarms: before facts, in order, once; none while a clock is paused or over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.identifiers import event_time

if TYPE_CHECKING:
    from tests.unit.processors.conftest import Kit, World


def test_time_alone_gives_the_warnings_and_the_breaches_in_order(world: World, kit: Kit) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00")
    entries = world.wait("2026-10-20 00:00")

    said = [(e.seal.fact_type, e.seal.rule, e.seal.received_at) for e in entries]
    assert said == [
        ("DeadlineWarned", "FX-01-SIGN@1", kit.at("2026-09-09 09:00")),
        ("DeadlineBreached", "FX-01-SIGN@1", kit.at("2026-09-10 00:00")),
        # One and three working days later: 09-10, and over the weekend 09-14.
        ("EscalationRaised", "FX-01-SIGN@1", kit.at("2026-09-11 00:00")),
        ("EscalationRaised", "FX-01-SIGN@1", kit.at("2026-09-15 00:00")),
        ("DeadlineWarned", "PN-01@1", kit.at("2026-09-18 09:00")),
        ("DeadlineWarned", "PN-01@1", kit.at("2026-09-28 09:00")),
        ("DeadlineBreached", "PN-01@1", kit.at("2026-09-30 00:00")),
        # 09-30, and over National Day 10-09.
        ("EscalationRaised", "PN-01@1", kit.at("2026-10-01 00:00")),
        ("EscalationRaised", "PN-01@1", kit.at("2026-10-10 00:00")),
    ]
    assert [e.record["level"] for e in entries if e.seal.fact_type == "DeadlineWarned"] == [
        "WARN_HALF",
        "WARN_HALF",
        "WARN_LAST_DAY",
    ]
    assert all(e.last for e in entries)
    assert all(event_time(e.seal.event_id) == e.seal.received_at for e in entries)
    assert all(e.record["meta"]["citation"] for e in entries)
    assert world.wait("2027-01-01 00:00") == []
    kit.check_chain(world.entries, world.matter)


def test_an_alarm_at_the_very_instant_of_a_fact_goes_before_it(world: World, kit: Kit) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00")
    entries = world.state("ClueReceived", "2026-09-10 00:00", kit.nanqiao)
    # 00:00 of 09-10 is the first instant too late: the breach comes first, and stays when it is done late.
    assert kit.types(entries) == ["DeadlineWarned", "DeadlineBreached", "ClueReceived", "DeadlineMet"]
    assert kit.of(entries, "DeadlineMet")["breached_before"]
    (clock,) = [c for c in world.matter.clocks.values() if c.rule == "FX-01-SIGN@1"]
    assert (clock.state, clock.open) == ("BREACHED", False)


def test_a_fact_one_microsecond_before_the_limit_is_in_time_however_late_it_is_decided(
    world: World, kit: Kit
) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00")
    entries = world.take(world.incoming("ClueReceived", kit.at("2026-09-10 00:00") - 1, kit.nanqiao))
    assert kit.types(entries) == ["DeadlineWarned", "ClueReceived", "DeadlineMet"]


def test_clocks_that_ring_at_one_instant_ring_in_the_order_of_their_ids(world: World, kit: Kit) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00", evidence=None)
    world.state("ClueSupplemented", "2026-09-08 10:00", evidence=kit.elements["evidence"])
    world.wait("2026-12-31 00:00")
    rung = [
        (e.seal.received_at, e.record["clock"])
        for e in world.entries
        if e.seal.fact_type in {"DeadlineWarned", "DeadlineBreached"}
    ]
    assert rung == sorted(rung)


def test_a_paused_clock_does_not_ring(world: World, kit: Kit) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00", evidence=None)
    entries = world.wait("2026-12-31 00:00")
    assert {e.seal.rule for e in entries} == {"FX-01-SIGN@1", "FX-02-SUPPLEMENT@1"}
    supplement = [e for e in entries if e.seal.rule == "FX-02-SUPPLEMENT@1"]
    # Due 09-11; one working day left on 09-10 at 09:00; the first instant too late is 09-12 00:00.
    assert [(e.seal.fact_type, e.seal.received_at) for e in supplement] == [
        ("DeadlineWarned", kit.at("2026-09-10 09:00")),
        ("DeadlineBreached", kit.at("2026-09-12 00:00")),
        ("EscalationRaised", kit.at("2026-09-15 00:00")),
        ("EscalationRaised", kit.at("2026-09-17 00:00")),
    ]


def test_a_resumed_clock_does_not_repeat_what_would_have_rung_in_the_past(world: World, kit: Kit) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00", evidence=None)
    entries = world.state("ClueSupplemented", "2026-11-16 10:00", evidence=kit.elements["evidence"])
    resumed = kit.of(entries, "DeadlineResumed")
    assert all(a["instant"] > resumed["resumed_at"] for a in resumed["alarms"])


def test_nothing_rings_before_its_instant(world: World, kit: Kit) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00")
    assert world.matter.next_alarm() is not None
    assert world.wait("2026-09-09 08:59") == []
    assert kit.types(world.wait("2026-09-09 09:00")) == ["DeadlineWarned"]
