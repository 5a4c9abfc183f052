"""Numbers that others issue are checked to the last character, and never repeated where they are personal."""

from __future__ import annotations

import pytest

from schemas.errors import Code
from schemas.identifiers import (
    BadIdentifier,
    DocumentNumber,
    check_citizen_id,
    check_region,
    check_uscc,
    parse_document_number,
)


def test_a_region_has_6_9_or_12_digits_and_lies_in_its_county() -> None:
    for code in ("310120", "310120101", "310120101001"):
        assert check_region(code, "310120") == code
    for code in ("31012", "3101201", "31012010A"):
        with pytest.raises(BadIdentifier):
            check_region(code)
    with pytest.raises(BadIdentifier, match="does not lie within 310114"):
        check_region("310120101", "310114")


@pytest.mark.parametrize(
    "code",
    [
        "91310120MADEM0011E",
        "92310120MADEM002X3",
        "11310120MB99Q0015N",
        "91320509MADEM00382",
        "91330421MADEM00467",
        "91340200MADEM0054E",
        "91110000600037341L",  # the example of python-stdnum
    ],
)
def test_a_unified_social_credit_code_passes(code: str) -> None:
    assert check_uscc(code) == code


def test_a_wrong_credit_code_is_told_what_its_last_character_should_be() -> None:
    with pytest.raises(BadIdentifier) as caught:
        check_uscc("91310120MADEM0011F")
    assert "应为 E" in caught.value.detail_zh


@pytest.mark.parametrize("code", ["", "91310120MADEM0011", "91310120madem0011e", "9131012OMADEM0011E"])
def test_a_credit_code_with_other_characters_is_refused(code: str) -> None:
    with pytest.raises(BadIdentifier):
        check_uscc(code)


def test_the_organisation_code_inside_a_credit_code_is_checked_too() -> None:
    with pytest.raises(BadIdentifier, match="Character 17"):
        check_uscc("91310120MADEM0012H")


@pytest.mark.parametrize(
    "number",
    [
        "11010519491231002X",  # the standard's own example
        "420106197001010037",  # born in Wuchang before the county had its code
        "320584198001010055",  # Wujiang, whose code came later and is gone since
    ],
)
def test_a_citizen_number_passes_whatever_became_of_its_county(number: str) -> None:
    assert check_citizen_id(number) == number


@pytest.mark.parametrize(
    "number",
    [
        "",
        "110105194912310021",  # check
        "11010519491231002x",  # lower case
        "110105491231002",  # fifteen digits
        "110105194902310026",  # 31 February
        "990105194912310020",
    ],
)
def test_a_citizen_number_that_cannot_be_is_refused_without_being_repeated(number: str) -> None:
    with pytest.raises(BadIdentifier) as caught:
        check_citizen_id(number)
    assert caught.value.code is Code.BAD_CITIZEN_ID
    if number:
        assert number not in str(caught.value) + caught.value.detail_zh


def test_a_citizen_number_with_a_wrong_check_is_told_the_right_one() -> None:
    with pytest.raises(BadIdentifier, match="should be X, not 1"):
        check_citizen_id("110105194912310021")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("沪奉府办发〔2024〕17号", DocumentNumber("沪奉府办发", 2024, 17)),
        ("嘉城管执〔2021〕33号", DocumentNumber("嘉城管执", 2021, 33)),
        ("嘉城管执(2021)33号", DocumentNumber("嘉城管执", 2021, 33)),
        ("嘉城管执〔 2021 〕33号", DocumentNumber("嘉城管执", 2021, 33)),
        ("沪奉城管(西渡)罚决字〔2026〕第000123号", DocumentNumber("沪奉城管(西渡)罚决字", 2026, 123)),
    ],
)
def test_a_document_number_is_taken_apart_whatever_its_brackets(text: str, expected: DocumentNumber) -> None:
    assert parse_document_number(text) == expected


def test_a_document_number_is_shown_with_the_brackets_of_the_standard() -> None:
    assert str(parse_document_number("嘉城管执(2021)33号")) == "嘉城管执〔2021〕33号"


@pytest.mark.parametrize("text", ["", "17号", "丽委办发〔201679号", "沪奉府办发〔2024〕号", "abc〔2024〕1号"])
def test_what_is_no_document_number_is_refused(text: str) -> None:
    with pytest.raises(BadIdentifier) as caught:
        parse_document_number(text)
    assert caught.value.code is Code.BAD_DOCUMENT_NUMBER
