"""Expressions of packs fit the contracts of their facts, or are refused with a remedy."""

from __future__ import annotations

import pytest

from processors.rulebook.expressions import Around, Mistake, check_condition, drawn_from, learned_from

CLUE = ("ClueTransferred",)
PENALTY = ("PenaltyDecided",)
EFFECT = Around(effect=True, desks=frozenset({"urban-management"}))


def mistake(
    text: str, facts: tuple[str, ...] = CLUE, gives: str = "bool", around: Around = EFFECT
) -> Mistake:
    found = check_condition(text, facts, gives, around)
    assert found is not None, f"{text} passed"
    return found


@pytest.mark.parametrize(
    "text",
    [
        "true",
        "fact.jurisdiction_claim in ['DISPUTED', 'UNKNOWN']",
        "fact.location.township_code9.startsWith(fact.location.adcode6)",
        "fact.suspected_party == null || fact.suspected_party.party_type == 'LEGAL_PERSON'",
        "fact.evidence != null && fact.evidence.exists(e, e.subtype in ['PHOTO', 'VIDEO'])",
        "fact.evidence != null ? fact.evidence.size() > 0 : fact.absence_reason != null",
        "!(fact.violation_time == null || fact.violation_time.end == null) && fact.violation_time.end > now",
        "matter.hand_overs == 0 && fact.meta.agency in matter.handlers",
        "'assigned_agency' in matter.kept && matter.kept.assigned_agency == fact.meta.agency",
        "has(matter.kept.assigned_agency) && matter.kept['assigned_agency'] != matter.holder",
        "'AS-01' in matter.clocks && matter.clocks['AS-01'].state == 'BREACHED'",
        "['AS-01', 'AS-02'].exists(r, r in matter.clocks && matter.clocks[r].extended > 0)",
        "matter.totals.by_cause.all(c, c.count >= 1) && month == '2026-10'",
    ],
)
def test_a_sound_condition_passes(text: str) -> None:
    assert check_condition(text, CLUE) is None


def test_an_unknown_field_is_named_with_those_that_are_written_alike() -> None:
    found = mistake("fact.jurisdiction_clame == 'CLEAR'")
    assert found.message == "ClueTransferred has no field jurisdiction_clame"
    assert found.remedy == "Do you mean jurisdiction_claim?"
    assert found.at == len("fact")


def test_a_symbol_that_the_enum_has_not_is_refused() -> None:
    found = mistake("fact.jurisdiction_claim != 'CLEARED'")
    assert "is never 'CLEARED'. Do you mean CLEAR?" in found.message


def test_a_symbol_is_looked_for_in_lists_too() -> None:
    text = "fact.evidence != null && fact.evidence.exists(e, e.subtype in ['PHOTOS'])"
    assert "EvidenceSubtype is never 'PHOTOS'" in mistake(text).message


def test_a_text_that_the_fields_pattern_forbids_is_refused() -> None:
    assert "'1' does not match ^0[1-9]$" in mistake("fact.domain_code in ['01', '1']").message


@pytest.mark.parametrize(
    "text",
    [
        "fact.suspected_party.party_type == 'LEGAL_PERSON'",
        "fact.evidence.size() > 0",
        "fact.violation_time == null || fact.violation_time.end > now",
        "fact.suspected_party == null && fact.suspected_party.party_type == 'LEGAL_PERSON'",
    ],
)
def test_what_may_be_null_is_asked_for_first(text: str) -> None:
    found = mistake(text)
    assert "may be null" in found.message
    assert "!= null &&" in found.remedy


@pytest.mark.parametrize(
    "entry", ["matter.kept.assigned_agency == ''", "matter.clocks['AS-01'].extended == 0"]
)
def test_what_may_be_absent_is_asked_for_first(entry: str) -> None:
    found = mistake(entry)
    assert "may be absent" in found.message
    assert " in matter." in found.remedy


def test_an_encrypted_field_can_only_be_asked_whether_it_is_there() -> None:
    assert check_condition("fact.absence_reason != null", CLUE) is None
    assert "encrypted" in mistake("fact.absence_reason == 'none'").message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("matter.sate == 'returned'", "matter has no field sate"),
        ("month == '2026-13'", "'2026-13' does not match"),
        ("fact.domain_code > 3", "> does not take text and a number"),
        ("now == 'today'", "a number is never text"),
        ("length(fact.domain_code) == 2", "there is no function length"),
        ("facts.domain_code == '01'", "there is no facts here"),
        ("'ClueForwardd' in matter.tally", "'ClueForwardd'"),
        ("fact.location", "it gives Location"),
        ("fact.meta.agency", "it gives text"),
        ("fact.domain_code == '01' || 3", "this is a number, not true or false"),
        ("fact.transfer_doc.x.y == 1", "DocRef has no field x"),
        ("fact.location[0] == 1", "Location has no such entry"),
        ("fact.meta.addressed_to[0] == fact.meta.agency", "the list may have no item 0"),
        ("fact.domain_code in '0102'", "nothing is in text"),
        ("(fact.domain_code == '01' ? 1 : 'a') == 1", "the two answers are of different kinds"),
        ("fact.domain_code in ['01', 2]", "the list mixes kinds of values"),
        ("{'a': 1}.size() == 1", "maps and messages are not written out"),
        ("fact.location.all(l, l > 0)", "Location holds nothing to go through"),
        ("has(fact.domain_code)", "ClueTransferred always has domain_code"),
    ],
)
def test_what_makes_no_sense_is_refused(text: str, message: str) -> None:
    assert message in mistake(text).message


def test_what_is_no_cel_is_refused_at_its_place() -> None:
    found = mistake("fact.domain_code === '01'")
    assert found.message.startswith("is no CEL: Syntax error")
    assert found.at == len("fact.domain_code ==")


def test_a_rule_for_several_facts_may_use_what_all_of_them_have() -> None:
    assert (
        check_condition("fact.meta.agency == matter.holder", ("ClueForwarded", "JurisdictionDesignated"))
        is None
    )


def test_a_field_that_one_of_several_facts_lacks_is_guarded() -> None:
    facts = ("JurisdictionDesignated", "ClueForwarded")
    found = mistake("fact.designated_agency != ''", facts)
    assert found.message == "ClueForwarded has no field designated_agency (ClueForwarded)"
    assert found.remedy == "Ask `has(fact.designated_agency) &&` before it."
    assert check_condition("has(fact.designated_agency) && fact.designated_agency != ''", facts) is None
    assert check_condition("!has(fact.designated_agency) || fact.designated_agency != ''", facts) is None
    guarded = "has(fact.designated_agency) ? fact.designated_agency != '' : fact.assigned_agency != null"
    assert check_condition(guarded, facts) is None


def test_the_states_of_the_procedure_are_known_where_they_are_given() -> None:
    around = Around(states=frozenset({"returned", "received"}))
    assert check_condition("matter.state != 'returned' && matter.resume != ''", CLUE, around=around) is None
    assert "matter.state is never 'returnd'" in mistake("matter.state == 'returnd'", around=around).message


def test_the_clocks_that_there_can_be_are_known_where_they_are_given() -> None:
    around = Around(rules=frozenset({"AS-01"}))
    assert "'AS-10'" in mistake("'AS-10' in matter.clocks", around=around).message


def test_only_effects_see_items_departments_provinces_and_desks() -> None:
    assert "there is no item here" in mistake("item == '33'", around=Around()).message
    assert check_condition("item in departments || item in provinces", CLUE, around=EFFECT) is None


def test_an_effect_adds_up_numbers_that_are_there() -> None:
    whole = "total(fact.penalties.filter(p, p.amount != null).map(p, p.amount))"
    assert check_condition(whole, PENALTY, "any", EFFECT) is None
    found = mistake("total(fact.penalties.map(p, p.amount))", PENALTY, "any")
    assert found.message == "total does not take a list of a number or null"


def test_a_place_takes_its_own_kind_of_value() -> None:
    assert check_condition("departments", PENALTY, "strings", EFFECT) is None
    assert check_condition("desks['urban-management']", PENALTY, "string", EFFECT) is None
    assert "There are: urban-management" in mistake("desks['roads']", PENALTY, "string").remedy
    assert mistake("departments", PENALTY, "string").remedy == "This place takes text."
    assert mistake("'01'", PENALTY, "strings").remedy == "This place takes a list of text."


@pytest.mark.parametrize(
    "each", ["provinces.filter(p, p != '31')", "departments.filter(d, d in provinces && d != '31')"]
)
def test_an_item_that_is_drawn_from_a_map_is_in_it(each: str) -> None:
    drawn = Around(effect=True, known=drawn_from(each))
    assert check_condition("provinces[item]", PENALTY, "string", drawn) is None
    assert "may be absent" in mistake("provinces[item]", PENALTY, "string").message


def test_an_item_that_is_drawn_from_elsewhere_may_be_absent() -> None:
    assert drawn_from("departments") == drawn_from("departments.map(d, d + 'x')") == frozenset()


def test_what_a_condition_asked_is_known_after_it() -> None:
    text = "!('AS-01' in matter.clocks) || matter.clocks['AS-01'].extended == 0"
    assert learned_from(text, holds=False) == {"matter.clocks.AS-01"}
    assert learned_from(text, holds=True) == frozenset()
    assert learned_from("fact.permit != null && fact.filed_at == null", holds=True) == {"fact.permit"}
    assert learned_from("fact.permit !=", holds=True) == frozenset()
