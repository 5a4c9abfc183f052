"""Clocks that could not be stopped, limits that the law does not allow, versions that overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processors.rulebook.proof import findings

if TYPE_CHECKING:
    from tests.unit.processors.rulebook.conftest import Packs

DEADLINES = "fengxian/deadlines.yaml"

RULE = """
- id: LATE-1@1
  name: {zh: 太迟, en: Too late}
  responsible: holder
  start: [START]
  stop: [STOP]
  limit: {n: 1, unit: DAY, day_kind: WORKING}
  basis: 平台设定
  breach: {to: [responsible]}
  source: {law: 平台设定, article: 测试}
  verified: false
"""


def test_a_deadline_that_starts_without_a_stop_is_refused(packs: Packs) -> None:
    line = packs.append(DEADLINES, RULE.replace("  stop: [STOP]\n", "").replace("START", "ClueTransferred"))
    broken = packs.refused()
    assert broken.what == "LATE-1@1 has `start`, but no `stop`."
    assert broken.remedy == "Name the facts that stop the clock."
    assert (broken.file, broken.line) == (DEADLINES, line + 1)


def test_a_deadline_that_only_awaits_needs_neither(packs: Packs) -> None:
    rule = RULE.replace("  stop: [STOP]\n", "").replace("start: [START]", "awaits: [SomethingLater]")
    packs.append(DEADLINES, rule.replace("  responsible: holder\n", ""))
    packs.load()


def test_a_clock_that_could_only_be_breached_is_refused(packs: Packs) -> None:
    packs.append(DEADLINES, RULE.replace("START", "PenaltyDecided").replace("STOP", "CaseFiled"))
    broken = packs.refused()
    assert broken.what == "after PenaltyDecided no way leads to CaseFiled: the clock could only be breached."
    assert "another stop" in broken.remedy


def test_a_clock_that_starts_at_a_fact_of_no_procedure_is_refused(packs: Packs) -> None:
    packs.append(DEADLINES, RULE.replace("START", "FactRouted").replace("STOP", "ClueReceived"))
    broken = packs.refused()
    assert broken.what == "LATE-1@1 starts at FactRouted, which no procedure takes."
    assert "awaits" in broken.remedy


def test_two_versions_of_a_rule_do_not_hold_on_the_same_day(packs: Packs) -> None:
    rule = RULE.replace("START", "ClueTransferred").replace("STOP", "ClueVerified")
    packs.append(DEADLINES, rule + "  valid_to: '2026-12-31'\n")
    line = packs.append(DEADLINES, rule.replace("@1", "@2") + "  valid_from: '2026-12-31'\n")
    broken = packs.refused()
    assert broken.what == "LATE-1@1 and LATE-1@2 hold at the same time, from 2026-12-31 on."
    assert "valid_to" in broken.remedy
    assert (broken.file, broken.line) == (DEADLINES, line + 1)


def test_a_version_may_follow_another_from_the_next_day_on(packs: Packs) -> None:
    rule = RULE.replace("START", "ClueTransferred").replace("STOP", "ClueVerified")
    packs.append(DEADLINES, rule + "  valid_to: '2026-12-31'\n")
    packs.append(DEADLINES, rule.replace("@1", "@2") + "  valid_from: '2027-01-01'\n")
    assert packs.load().deadline("LATE-1@2") is not None


def test_an_expired_rule_loads_for_the_sake_of_replays_and_is_found_by_the_check(packs: Packs) -> None:
    rule = RULE.replace("START", "ClueTransferred").replace("STOP", "ClueVerified")
    packs.append(DEADLINES, rule + "  valid_to: '2026-06-30'\n")
    loaded = packs.load()
    assert findings(loaded.packs, "2026-06-30") == []
    (expired,) = findings(loaded.packs, "2026-07-01")
    assert expired.what == "LATE-1@1 has expired on 2026-06-30, and no later version follows."


@pytest.mark.parametrize(
    ("field", "what"),
    [
        ("by: {n: 6, unit: DAY, day_kind: WORKING}", "with 1 × 6 DAY WORKING it is above its ceiling"),
        ("by: {n: 4, unit: DAY, day_kind: NATURAL_ROLL}", "cannot be added to 1 DAY WORKING"),
        ("to: {field: reason}", "ClueVerificationExtended has no date or instant reason"),
    ],
)
def test_an_extension_that_cannot_be_is_refused(packs: Packs, field: str, what: str) -> None:
    rule = RULE.replace("START", "ClueTransferred").replace("STOP", "ClueVerified")
    ceiling = "  ceiling: {n: 5, unit: DAY, day_kind: WORKING, source: {law: 平台设定, article: 测试}}\n"
    packs.append(
        DEADLINES, rule + ceiling + f"  extend: [{{fact: ClueVerificationExtended, {field}, times: 1}}]\n"
    )
    assert what in packs.refused().what


def test_the_ladder_goes_up(packs: Packs) -> None:
    rule = RULE.replace("START", "ClueTransferred").replace("STOP", "ClueVerified")
    step = "{after: {n: %d, unit: DAY, day_kind: WORKING}, to: [holder]}"
    packs.append(DEADLINES, rule + f"  escalate: [{step % 3}, {step % 1}]\n")
    assert "1 DAY WORKING does not come after that of 3 DAY WORKING" in packs.refused().what
