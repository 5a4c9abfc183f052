"""Identifiers are checked to the last character, and an error says which one was expected."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.errors import Code, Refused
from schemas.identifiers import (
    BadIdentifier,
    MatterKind,
    check_agency_code,
    derived_id,
    derived_matter_id,
    event_time,
    make_event_id,
    make_matter_id,
    new_event_id,
    parse_event_id,
    parse_matter_id,
)

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SEPTEMBER_8 = date(2026, 9, 8)

matter_ids = st.builds(
    make_matter_id,
    st.sampled_from(MatterKind),
    st.from_regex(r"[0-9]{6}-[A-Z]{2}[0-9]{2}", fullmatch=True),
    st.dates(date(2020, 1, 1), date(2099, 12, 31)),
    st.integers(1, 999_999),
)


def mod_37_36(characters: str) -> str:
    """The check character as ISO 7064, clause 9, computes it for a hybrid system with M = 36."""
    product = 36
    for character in characters:
        total = (product + ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return ALPHABET[(37 - product) % 36]


def test_the_standards_own_example_of_mod_37_36_comes_out() -> None:
    # The Global Release Identifier A1-2425G-ABC1234002-M, the example of the GRid standard.
    assert mod_37_36("A12425GABC1234002") == "M"


def test_a_matter_id_names_kind_agency_date_and_serial_and_ends_in_the_check_character() -> None:
    made = make_matter_id("XS", "310120-ZG04", SEPTEMBER_8, 123)
    assert made == "XS-310120-ZG04-20260908-000123-" + mod_37_36("XS310120ZG0420260908000123")
    parsed = parse_matter_id(made)
    assert (parsed.kind, parsed.agency, parsed.day, parsed.serial) == (
        MatterKind.CLUE,
        "310120-ZG04",
        SEPTEMBER_8,
        123,
    )


@given(matter_ids)
def test_every_matter_id_made_can_be_taken_apart(text: str) -> None:
    parsed = parse_matter_id(text)
    assert parsed.text == text
    assert parsed.day is not None
    assert make_matter_id(parsed.kind, parsed.agency, parsed.day, parsed.serial) == text


@given(matter_ids, st.data())
def test_any_single_mistyped_character_is_noticed(text: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([i for i, character in enumerate(text) if character != "-"]))
    other = data.draw(st.sampled_from(ALPHABET))
    assume(other != text[place])
    with pytest.raises(BadIdentifier):
        parse_matter_id(text[:place] + other + text[place + 1 :])


def test_a_wrong_check_character_is_told_together_with_the_right_one() -> None:
    expected = mod_37_36("XS310120ZG0420260908000123")
    wrong = "7" if expected != "7" else "8"
    with pytest.raises(BadIdentifier) as caught:
        parse_matter_id(f"XS-310120-ZG04-20260908-000123-{wrong}")
    assert caught.value.code is Code.BAD_MATTER_ID
    assert f"应为 {expected}" in caught.value.detail_zh
    assert f"should be {expected}" in caught.value.detail_en


@pytest.mark.parametrize(
    "body",
    [
        "QQ-310120-ZG04-20260908-000123",  # no such kind
        "XS-310120-ZG04-20260230-000123",  # no such day
        "XS-310120-ZG04-20260908-000000",  # serials begin with 1
    ],
)
def test_a_good_check_character_does_not_excuse_a_senseless_body(body: str) -> None:
    with pytest.raises(BadIdentifier):
        parse_matter_id(f"{body}-{mod_37_36(body.replace('-', ''))}")


@pytest.mark.parametrize(
    "text",
    ["", "XS", "xs-310120-zg04-20260908-000123-2", "XS-310120-ZG04-20260908-000123-2\n", "XS\x00", "线索"],
)
def test_what_is_not_written_as_a_matter_id_is_refused(text: str) -> None:
    with pytest.raises(BadIdentifier) as caught:
        parse_matter_id(text)
    assert isinstance(caught.value, Refused)


@pytest.mark.parametrize("serial", [0, -1, 1_000_000])
def test_a_serial_has_six_digits(serial: int) -> None:
    with pytest.raises(BadIdentifier):
        make_matter_id("XS", "310120-ZG04", SEPTEMBER_8, serial)


def test_the_id_of_a_matter_that_the_backbone_opens_is_a_function_of_its_cause() -> None:
    first = derived_matter_id("HZ", "310120-CG01", "cause", "R-15@1", 0)
    assert first == derived_matter_id(MatterKind.DIGEST, "310120-CG01", "cause", "R-15@1", 0)
    assert first != derived_matter_id("HZ", "310120-CG01", "cause", "R-15@1", 1)
    parsed = parse_matter_id(first)
    assert len(parsed.digest) == 10
    assert parsed.day is None


def test_a_uuidv7_is_laid_out_as_the_example_of_rfc_9562_appendix_a6() -> None:
    made = make_event_id(1_645_557_742_000_000, bytes.fromhex("0CC318C4DC0C0C07398F"))
    assert made == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
    assert parse_event_id(made) == 1_645_557_742_000_000


def test_a_derived_id_is_a_uuidv8_that_bears_the_time_of_its_cause() -> None:
    made = uuid.UUID(derived_id(1_645_557_742_000_999, "cause", "PN-01@1", 2))
    assert made.version == 8
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == 0x017F22E279B0
    assert event_time(str(made)) == 1_645_557_742_000_000


def test_a_derived_id_differs_with_cause_rule_and_ordinal_and_with_nothing_else() -> None:
    ids = {
        derived_id(0, "ab", "c", 1),
        derived_id(0, "a", "bc", 1),
        derived_id(0, "ab", "c", 2),
        derived_id(1000, "ab", "c", 1),
    }
    assert len(ids) == 4
    assert derived_id(0, "ab", "c", 1) == derived_id(999, "ab", "c", 1)


@given(st.integers(0, (1 << 48) * 1000 - 1))
def test_an_event_id_keeps_its_time_to_the_millisecond(micros: int) -> None:
    made = new_event_id(micros)
    assert parse_event_id(made) == event_time(made) == micros // 1000 * 1000


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_later_event_ids_sort_later(one: int, other: int) -> None:
    assume(one // 1000 < other // 1000)
    assert new_event_id(one) < new_event_id(other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no uuid",
        "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",  # upper case
        "017f22e279b07cc398c4dc0c0c07398f",  # no hyphens
        "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
        "919108f7-52d1-4320-9bac-f847db4148a8",  # RFC 9562, A.3: UUIDv4
        "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0",  # RFC 9562, B.1: UUIDv8, which senders may not make
        "017f22e2-79b0-7cc3-18c4-dc0c0c07398f",  # another variant
    ],
)
def test_a_sender_may_use_nothing_but_a_uuidv7_in_its_one_spelling(text: str) -> None:
    with pytest.raises(BadIdentifier) as caught:
        parse_event_id(text)
    assert caught.value.code is Code.BAD_EVENT_ID


def test_an_event_id_needs_its_randomness_and_a_time_that_fits() -> None:
    with pytest.raises(ValueError, match="random bytes"):
        make_event_id(0, b"short")
    with pytest.raises(ValueError, match="48 bits"):
        new_event_id(-1)


@pytest.mark.parametrize("code", ["310120-ZG04", "000000-PT01", "330000-ZJ01"])
def test_an_agency_code_is_six_digits_two_letters_two_digits(code: str) -> None:
    assert check_agency_code(code) == code


@pytest.mark.parametrize(
    "code", ["", "310120ZG04", "310120-zg04", "310120-ZG4", "310120-ZG04 ", "３10120-ZG04"]
)
def test_anything_else_is_no_agency_code(code: str) -> None:
    with pytest.raises(BadIdentifier):
        check_agency_code(code)
