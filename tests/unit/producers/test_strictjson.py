"""JSON as RFC 8259 and I-JSON (RFC 7493) mean it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.gateway.strictjson import inspect, parse, pointer
from schemas.errors import Code, Refused


def found(raw: bytes) -> list[tuple[Code, str]]:
    return [(refused.code, refused.field) for refused in inspect(parse(raw))]


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b'{"a": 1,}', "Line 1, column 9"),
        (b'{"a": 1,\n "b": }', "Line 2, column 7"),
        (b"", "Line 1, column 1"),
    ],
)
def test_a_syntax_error_is_told_with_line_and_column(raw: bytes, where: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(raw)
    assert caught.value.code is Code.MALFORMED_JSON
    assert where in caught.value.detail_en


def test_bytes_that_are_not_utf8_are_told_with_line_and_column() -> None:
    with pytest.raises(Refused) as caught:
        parse('{\n"a": "区'.encode() + b"\xff" + b'"}')
    assert caught.value.code is Code.NOT_UTF8
    assert "Line 2, column 8" in caught.value.detail_en


def test_a_key_that_comes_twice_is_found_at_its_pointer() -> None:
    assert found(b'{"data": [{"a": 1, "a": 2}]}') == [(Code.MALFORMED_JSON, "/data/0/a")]


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 5000, "9223372036854775808"]
)
def test_a_number_that_no_contract_holds_is_found_at_its_pointer(number: str) -> None:
    assert found(f'{{"n": {number}}}'.encode()) == [(Code.MALFORMED_JSON, "/n")]


@pytest.mark.parametrize("number", ["9223372036854775807", "-9223372036854775808", "1e308", "0.5"])
def test_the_widest_numbers_that_fit_are_left_alone(number: str) -> None:
    assert found(f'{{"n": {number}}}'.encode()) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (r"\u0000", Code.CONTROL_CHARACTER),
        (r"\u001b", Code.CONTROL_CHARACTER),
        (r"\u0085", Code.CONTROL_CHARACTER),
        (r"\uffff", Code.CONTROL_CHARACTER),
        (r"\ud800", Code.LONE_SURROGATE),
        (r"\udc00x", Code.LONE_SURROGATE),
    ],
)
def test_a_character_that_cannot_be_kept_is_found_at_its_pointer(text: str, code: Code) -> None:
    assert found(f'{{"a": {{"b": "区{text}"}}}}'.encode()) == [(code, "/a/b")]


def test_a_surrogate_pair_is_one_character_and_passes() -> None:
    assert found(rb'"\ud83d\ude00"') == []


def test_line_breaks_and_tabs_pass() -> None:
    assert found(rb'"a\tb\r\nc"') == []


def test_an_unfit_key_is_found_and_not_repeated_in_the_answer() -> None:
    ((code, field),) = found(rb'{"a\u0000": 1}')
    assert code is Code.CONTROL_CHARACTER
    assert field == "/a\ufffd"


def test_nesting_without_end_is_refused_and_breaks_nothing() -> None:
    assert found(b"[" * 40 + b"]" * 40)[0][0] is Code.MALFORMED_JSON
    with pytest.raises(Refused):
        parse(b"[" * 200_000)


def test_a_pointer_escapes_tilde_and_slash_as_rfc_6901_says() -> None:
    assert pointer("a/b", "m~n", 0) == "/a~1b/m~0n/0"


@given(st.binary(max_size=200))
def test_noise_is_either_a_value_or_a_refusal(noise: bytes) -> None:
    codes = set()
    try:
        inspect(parse(noise))
    except Refused as refused:
        codes = {refused.code}
    assert codes <= {Code.MALFORMED_JSON, Code.NOT_UTF8}
