"""What fails on us holds its matter and nobody else's; a mend lets it go on, in order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from processors.rulebook import Rulebook
from schemas.envelope import Kind

if TYPE_CHECKING:
    from tests.unit.processors.conftest import Kit, World


class Failing(Rulebook):
    """A rulebook whose rules fail, as a bug of ours would."""

    def book(self, region: str) -> object:  # type: ignore[override]
        raise ZeroDivisionError(region)


@pytest.fixture
def broken_rules(world: World) -> World:
    good = world.rules
    world.rules = replace(good, rulebook=Failing(good.rulebook.packs))
    return world


def test_a_schema_id_that_we_do_not_know_holds_the_matter(world: World, kit: Kit) -> None:
    value = b"\x00\x7f\xff\xff\xff" + b"abc"
    (held,) = world.take(world.arrived(value, kit.at("2026-09-08 10:00"), kit.water, "e-1"))
    assert (held.seal.kind, held.seal.seq, held.seal.fact_type) == ("HELD", 0, "FactHeld")
    assert (held.record["reason_code"], held.record["value"]) == ("UNKNOWN_SCHEMA", value)
    assert (held.record["kind"], held.record["stamp_key"]) == ("fact", "door-1")
    assert world.matter.held
    kit.check_chain(world.entries, world.matter)


def test_an_error_of_a_rule_holds_the_matter(broken_rules: World) -> None:
    (held,) = broken_rules.state("ClueTransferred", "2026-09-08 10:00")
    assert held.record["reason_code"] == "RULE_FAILED"
    assert "ZeroDivisionError" in held.record["detail"]


def test_an_agencys_fact_is_no_effect_whoever_stamped_it(world: World, kit: Kit) -> None:
    one = world.incoming("ClueTransferred", kit.at("2026-09-08 10:00"))
    (refused,) = world.take(replace(one, kind=Kind.EFFECT))
    assert refused.record["code"] == "NOT_AN_EFFECT"
    assert not world.matter.held


def test_whatever_follows_a_held_fact_is_held_behind_it_and_its_alarms_wait(world: World, kit: Kit) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00")
    world.take(world.arrived(b"\x00\x7f\xff\xff\xff", kit.at("2026-09-08 11:00"), kit.water, "e-1"))
    (behind,) = world.state("ClueReceived", "2026-09-11 11:00", kit.nanqiao)
    assert behind.record["reason_code"] == "BEHIND_HELD"
    assert world.wait("2026-12-31 00:00") == []
    assert world.matter.next_alarm() is None


def test_a_held_fact_again_gives_nothing(broken_rules: World, kit: Kit) -> None:
    one = broken_rules.incoming("ClueTransferred", kit.at("2026-09-08 10:00"))
    assert broken_rules.take(one)
    assert broken_rules.take(one) == []


def test_a_replay_decides_what_waited_as_if_it_had_been_decided_in_time(world: World, kit: Kit) -> None:
    good, bad = world.rules, replace(world.rules, rulebook=Failing(world.rules.rulebook.packs))
    world.rules = bad
    first = world.incoming("ClueTransferred", kit.at("2026-09-08 10:00"))
    second = world.incoming("ClueReceived", kit.at("2026-09-11 09:00"), kit.nanqiao)
    world.take(first)
    world.take(second)
    world.rules, world.parked = good, [first, second]
    mended, *entries = world.mend("REPLAY", "2026-09-15 10:00")

    assert (mended.seal.kind, mended.seal.seq, mended.record["remaining"]) == ("MEND", 0, 0)
    assert kit.types(entries) == [
        "ClueTransferred",
        "FactRouted",
        "DeadlineScheduled",
        "DeadlineScheduled",
        "DeadlineWarned",
        "DeadlineBreached",
        "EscalationRaised",
        "ClueReceived",
        "DeadlineMet",
    ]
    assert entries[0].seal.received_at == kit.at("2026-09-08 10:00")
    assert [e.offset for e in entries[:4]] == [first.offset] * 4
    assert not world.matter.held
    kit.check_chain(world.entries, world.matter)

    straight = kit.World(rules=good)
    straight.take(first)
    straight.take(second)
    assert [e.hash for e in straight.entries] == [e.hash for e in entries]


def test_a_replay_that_fails_again_says_so_and_keeps_the_rest_parked(broken_rules: World, kit: Kit) -> None:
    first = broken_rules.incoming("ClueTransferred", kit.at("2026-09-08 10:00"))
    second = broken_rules.incoming("ClueReceived", kit.at("2026-09-08 11:00"), kit.nanqiao)
    broken_rules.take(first)
    broken_rules.take(second)
    broken_rules.parked = [first, second]
    mended, again = broken_rules.mend("REPLAY", "2026-09-08 12:00")
    assert mended.record["remaining"] == 2
    assert again.record["reason_code"] == "RULE_FAILED"
    assert broken_rules.matter.held
    kit.check_chain(broken_rules.entries, broken_rules.matter)


def test_a_skip_lets_one_record_go_and_decides_the_rest(world: World, kit: Kit) -> None:
    bad = world.arrived(b"\x00\x7f\xff\xff\xff", kit.at("2026-09-08 09:00"), kit.water, "e-1")
    good = world.incoming("ClueTransferred", kit.at("2026-09-08 10:00"))
    world.take(bad)
    world.take(good)
    world.parked = [bad, good]
    mended, *entries = world.mend("SKIP", "2026-09-08 12:00", offset=bad.offset)
    assert (mended.record["offset"], mended.record["remaining"]) == (bad.offset, 0)
    assert entries[0].seal.kind == "ADMITTED"
    assert not world.matter.held


def test_a_skip_without_an_offset_skips_the_first_and_says_which(world: World, kit: Kit) -> None:
    bad = world.arrived(b"\x00\x7f\xff\xff\xff", kit.at("2026-09-08 09:00"), kit.water, "e-1")
    world.take(bad)
    world.parked = [bad]
    (mended,) = world.mend("SKIP", "2026-09-08 12:00")
    assert mended.record["offset"] == bad.offset


def test_a_skip_of_what_is_not_parked_is_refused_and_changes_nothing(world: World, kit: Kit) -> None:
    bad = world.arrived(b"\x00\x7f\xff\xff\xff", kit.at("2026-09-08 09:00"), kit.water, "e-1")
    world.take(bad)
    world.parked = [bad]
    (refused,) = world.mend("SKIP", "2026-09-08 12:00", offset=999)
    assert refused.record["code"] == "NOT_PARKED"
    assert world.matter.held


def test_alarms_that_waited_ring_after_the_mend(world: World, kit: Kit) -> None:
    world.state("ClueTransferred", "2026-09-08 10:00")
    bad = world.arrived(b"\x00\x7f\xff\xff\xff", kit.at("2026-09-08 11:00"), kit.water, "e-1")
    world.take(bad)
    world.parked = [bad]
    world.mend("SKIP", "2026-09-15 12:00")
    assert kit.types(world.wait("2026-09-15 12:00")) == [
        "DeadlineWarned",
        "DeadlineBreached",
        "EscalationRaised",
        "EscalationRaised",
    ]
