"""Reference data that come in an odd order, or while matters wait, are paused, extended or under old rules.

Days are counted by hand on the calendar of 2026: 2026-09-20 is a working Sunday, September 25 to 27 and
October 1 to 7 are holidays, October 10 is a working Saturday. The days of 2027 are made up.
"""

from __future__ import annotations

import re
import shutil
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from processors.owner.force import before_genesis
from processors.rulebook import Rulebook
from processors.rulebook.book import PACKS
from processors.rulebook.loading import load_pack
from schemas.codec import CODEC
from schemas.identifiers import reference_matter
from tests.unit.processors.hamlet import OWN, TOWN, WATER, Hamlet, at, base_of, code, kinds

if TYPE_CHECKING:
    from pathlib import Path

NEW_AGENCY = {"code": "310120-ZG77", "slug": "fx-new", "standing": ["department"], "township_code9": None}
NAMES = ("national", "delta", "fengxian")


@pytest.fixture
def hamlet() -> Hamlet:
    return Hamlet()


def clue(hamlet: Hamlet, when: str = "2026-09-08 09:00", **fields: Any) -> str:
    """Give a clue that 南桥镇 is to verify by 2026-09-29."""
    matter = hamlet.open("XS", WATER)
    hamlet.say("ClueTransferred", when, matter, **fields)
    return matter


def correct(hamlet: Hamlet, when: str, issued: str, make_up: list[str]) -> list[Any]:
    """Publish a correction of 2026 that keeps its days and adds some to make up for."""
    calendar = hamlet.base.rules.calendar
    days = {
        "holidays": [named(d, n) for d, n in calendar.holidays.items() if d.year == 2026],
        "make_up": [named(d, n) for d, n in calendar.make_up.items() if d.year == 2026]
        + [named(date.fromisoformat(day), "示例") for day in make_up],
    }
    doc = {"doc_no": "更正1号", "doc_type": "OFFICIAL_DOCUMENT", "issued_at": at(issued)}
    doc |= {"issuer": None, "signed": True}
    return hamlet.publish("WorkCalendarPublished", when, "CALENDAR", year=2026, doc=doc, **days)


def named(day: date, name: str) -> dict[str, str]:
    return {"date": day.isoformat(), "name": name}


def agencies_of(hamlet: Hamlet) -> set[tuple[int, bool, bool]]:
    registers = [p.force.rules.agencies for p in hamlet.town.partitions]
    return {(r.version, "310120-ZG77" in r, "310120-ZG78" in r) for r in registers}


def test_two_agencies_admitted_before_the_first_marker_is_back_are_both_registered(hamlet: Hamlet) -> None:
    other = NEW_AGENCY | {"code": "310120-ZG78", "slug": "fx-newer"}
    for one in (NEW_AGENCY, other):
        hamlet.town.offer(
            "AgencyRegistered", hamlet.record("AgencyRegistered", reference_matter("AGENCIES"), **one)
        )
    hamlet.town.settle()
    assert agencies_of(hamlet) == {(3, True, True)}
    hamlet.check_replay()


def test_a_code_that_is_registered_twice_at_once_is_what_the_later_said_everywhere(hamlet: Hamlet) -> None:
    for name in ("先登记的", "后登记的"):
        hamlet.town.offer(
            "AgencyRegistered",
            hamlet.record("AgencyRegistered", reference_matter("AGENCIES"), **NEW_AGENCY, name_zh=name),
        )
    hamlet.town.settle()
    registers = [p.force.rules.agencies for p in hamlet.town.partitions]
    assert {(r.version, r.name_zh("310120-ZG77")) for r in registers} == {(3, "后登记的")}
    hamlet.check_replay()


def test_a_catalogue_and_the_agency_that_it_names_take_effect_in_either_order(hamlet: Hamlet) -> None:
    hamlet.publish("AgencyRegistered", "2026-09-08 09:00", "AGENCIES", **NEW_AGENCY)
    example = hamlet.record("AssistanceCatalogPublished", "")["items"]
    items = [item | {"provider": "310120-ZG77"} for item in example]
    entries = hamlet.publish("AssistanceCatalogPublished", "2026-09-08 10:00", "CATALOGUE", items=items)
    assert kinds(entries)[0] == "ADMITTED"
    values = [r.value for r in hamlet.town.partitions[0].ledger if r.seal.matter.kind == "MARKER"]
    genesis, agency, catalogue = (CODEC.decode(value).record for value in values)
    begun = before_genesis(hamlet.base).after(genesis, 0)
    there, back = (
        begun.after(agency, 1).after(catalogue, 2).rules,
        begun.after(catalogue, 1).after(agency, 2).rules,
    )
    assert (there.catalogue, there.agencies) == (back.catalogue, back.agencies)
    matter = hamlet.open("XZ", TOWN)
    hamlet.say("AssistanceRequested", "2026-09-08 11:00", matter)
    assert hamlet.town.matter(matter).holder == "310120-ZG77"


def test_a_correction_may_end_a_limit_that_is_over_by_it_which_is_told_at_once(hamlet: Hamlet) -> None:
    matter = clue(hamlet)
    assert hamlet.clock(matter, "PN-01").due_date == "2026-09-29"
    # Four Saturdays and Sundays more are working days: the fifteenth is now Wednesday the 23rd.
    days = ["2026-09-12", "2026-09-13", "2026-09-19"]
    entries = correct(hamlet, "2026-09-28 10:00", "2026-09-10 09:00", days)
    assert kinds(entries)[0] == "ADMITTED", code(entries)
    assert hamlet.clock(matter, "PN-01").due_date == "2026-09-23"
    breached = [
        (t, r["due_date"]) for t, r in hamlet.told(matter, "DeadlineBreached") if r["rule"] == "PN-01@1"
    ]
    assert breached == [(at("2026-09-28 10:00"), "2026-09-23")]
    hamlet.wait("2026-12-01 09:00")
    hamlet.check_replay()


def test_a_matter_that_waits_is_counted_again_when_it_is_mended_however_it_is(hamlet: Hamlet) -> None:
    matter = clue(hamlet)
    hamlet.strange(matter, "2026-09-09 09:00")
    correct(hamlet, "2026-09-10 10:00", "2026-09-10 09:00", ["2026-09-12"])
    assert hamlet.told(matter, "DeadlineRecalculated") == []
    hamlet.town.mend(matter, "SKIP")
    assert hamlet.clock(matter, "PN-01").due_date == "2026-09-28"
    assert {t for t, _ in hamlet.told(matter, "DeadlineRecalculated")} == {at("2026-09-10 10:00")}
    hamlet.check_replay()


def test_a_matter_that_waits_over_two_calendars_misses_neither(hamlet: Hamlet) -> None:
    matter = clue(hamlet)
    hamlet.strange(matter, "2026-09-09 09:00")
    correct(hamlet, "2026-09-10 10:00", "2026-09-10 09:00", ["2026-09-12"])
    hamlet.publish("WorkCalendarPublished", "2026-09-11 10:00", "CALENDAR")
    hamlet.town.mend(matter, "SKIP")
    assert hamlet.clock(matter, "PN-01").due_date == "2026-09-28"
    hamlet.check_replay()


def test_a_paused_clock_is_counted_on_the_new_calendar_when_it_is_resumed(hamlet: Hamlet) -> None:
    matter = clue(hamlet, evidence=None)
    assert hamlet.clock(matter, "PN-01").state == "PAUSED"
    correct(hamlet, "2026-09-10 10:00", "2026-09-10 09:00", ["2026-09-12"])
    assert [r for _, r in hamlet.told(matter, "DeadlineRecalculated") if r["rule"] == "PN-01@1"] == []
    whole = {
        name: value for name, value in hamlet.record("ClueTransferred", matter).items() if name == "evidence"
    }
    hamlet.say("ClueSupplemented", "2026-09-09 10:00", matter, WATER, **whole)
    # Paused on the 8th and, as time does not go back, to the 10th: counted from the 11th, the 12th included.
    assert hamlet.clock(matter, "PN-01").due_date == "2026-09-30"
    hamlet.check_replay()


def test_an_extended_clock_keeps_its_extension_on_the_new_calendar(hamlet: Hamlet) -> None:
    matter = clue(hamlet)
    hamlet.say("ClueReceived", "2026-09-08 10:00", matter)
    hamlet.say("ClueVerificationExtended", "2026-09-09 10:00", matter, TOWN, meta={"role": "HEAD"})
    assert hamlet.clock(matter, "PN-01").due_date == "2026-10-19"
    correct(hamlet, "2026-09-10 10:00", "2026-09-10 09:00", ["2026-09-12"])
    clock = hamlet.clock(matter, "PN-01")
    assert (clock.due_date, clock.extended, clock.n) == ("2026-10-16", 1, 25)
    hamlet.check_replay()


def test_a_clock_that_was_extended_to_a_date_ends_on_it_on_every_calendar(hamlet: Hamlet) -> None:
    matter = hamlet.open("XZ", TOWN)
    asked = {"item_code": None, "off_catalogue_reason": b"x", "meta": {"addressed_to": [WATER]}}
    hamlet.say("AssistanceRequested", "2026-09-08 09:00", matter, TOWN, **asked)
    hamlet.say("AssistanceExtended", "2026-09-09 09:00", matter, WATER, new_reply_by="2026-09-30")
    correct(hamlet, "2026-09-10 10:00", "2026-09-10 09:00", ["2026-09-12"])
    assert hamlet.clock(matter, "AS-01").due_date == "2026-09-30"
    assert [r for _, r in hamlet.told(matter, "DeadlineRecalculated") if r["rule"] == "AS-01@1"] == []
    hamlet.check_replay()


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rulebook, Rulebook]:
    """Two editions with PN-01@2 of 14 working days: one keeps PN-01@1 for what began under it."""
    made = []
    for keeps in (True, False):
        root = tmp_path_factory.mktemp("packs") / str(keeps)
        shutil.copytree(PACKS, root)
        _second_version(root / "national" / "deadlines.yaml", keeps=keeps)
        made.append(Rulebook([load_pack(root, name) for name in NAMES]))
    return made[0], made[1]


def _second_version(path: Path, *, keeps: bool) -> None:
    text = path.read_text(encoding="utf-8")
    begin, end = text.index("- id: PN-01@1\n"), text.index("- id: PN-01b@1\n")
    rule = text[begin:end]
    second = rule.replace("PN-01@1", "PN-01@2").replace("n: 15", "n: 14")
    if keeps:
        second = re.sub(r" &\w+", "", second)  # an anchor stands once
        first = rule.replace("  name:", '  valid_to: "2026-09-09"\n  name:')
        second = second.replace("  name:", '  valid_from: "2026-09-10"\n  name:')
        text = text[:begin] + first + second + text[end:]
    else:
        text = text[:begin] + second + text[end:]
    path.write_text(text, encoding="utf-8")


def test_a_clock_is_resumed_by_the_version_that_started_it(editions: tuple[Rulebook, Rulebook]) -> None:
    hamlet = Hamlet(base_of([OWN, *editions]))
    matter = clue(hamlet, evidence=None)
    hamlet.publish("RuleVersionPublished", "2026-09-10 08:00", "RULEBOOK", rulebook=editions[0].hash)
    hamlet.say("ClueSupplemented", "2026-09-10 10:00", matter, WATER, evidence=evidence(hamlet))
    clock = hamlet.clock(matter, "PN-01")
    assert (clock.rule, clock.n, clock.state) == ("PN-01@1", 15, "RUNNING")
    assert hamlet.clock(clue(hamlet, "2026-09-11 09:00"), "PN-01").rule == "PN-01@2"
    hamlet.check_replay()


def test_without_that_version_its_matter_waits_until_an_edition_carries_it(
    editions: tuple[Rulebook, Rulebook],
) -> None:
    hamlet = Hamlet(base_of([OWN, *editions]))
    matter, other = clue(hamlet, evidence=None), clue(hamlet)
    hamlet.publish("RuleVersionPublished", "2026-09-10 08:00", "RULEBOOK", rulebook=editions[1].hash)
    held = hamlet.say("ClueSupplemented", "2026-09-10 10:00", matter, WATER, evidence=evidence(hamlet))
    assert [e.record["reason_code"] for e in held] == ["RULE_FAILED"]
    assert "PN-01@1 is in no pack" in held[0].record["detail"]
    assert not hamlet.town.matter(other).held
    hamlet.publish("RuleVersionPublished", "2026-09-11 08:00", "RULEBOOK", rulebook=editions[0].hash)
    assert kinds(hamlet.town.mend(matter))[:2] == ["MEND", "ADMITTED"]
    assert hamlet.clock(matter, "PN-01").state == "RUNNING"
    hamlet.wait("2026-11-11 08:00")
    hamlet.check_replay()


def evidence(hamlet: Hamlet) -> Any:
    return hamlet.record("ClueTransferred", "")["evidence"]
