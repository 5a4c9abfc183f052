"""Values of every kind as cells and as JSON, without a database."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from projections.asking.formats import PIECE, cell, csv_pieces, json_pieces
from projections.asking.run import Answer, QueryRefused, number

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


async def given(*rows: tuple[Any, ...]) -> AsyncIterator[tuple[Any, ...]]:
    for row in rows:
        yield row


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("南桥", "南桥"),
        (True, "true"),
        (12, "12"),
        (Decimal("1.50"), "1.50"),
        (b"\xff\x00", "ff00"),
        ([b"\x01", None], '["01",null]'),
        ({"件": Decimal("0.1")}, '{"件":0.1}'),
    ],
)
def test_a_cell_holds_what_a_person_would_write(value: object, text: str) -> None:
    assert cell(value) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("-3", -3), ("1.50", Decimal("1.50")), ("NaN", "NaN"), ("-Infinity", "-Infinity")],
)
def test_a_numeric_keeps_its_digits(text: str, value: object) -> None:
    assert number(text) == value
    assert type(number(text)) is type(value)


def test_a_whole_number_beyond_64_bits_is_still_itself() -> None:
    assert cell([number("99999999999999999999")]) == "[99999999999999999999]"


async def test_an_answer_without_rows_is_its_names_in_csv_and_nothing_in_json() -> None:
    assert [piece async for piece in csv_pieces(Answer(("a", "b"), given()))] == ["a,b\r\n"]
    assert [piece async for piece in json_pieces(Answer(("a", "b"), given()))] == []


async def test_a_long_answer_comes_in_pieces_that_make_it_up() -> None:
    row = ("x" * 1000,)
    pieces = [piece async for piece in json_pieces(Answer(("a",), given(*[row] * 200)))]
    assert len(pieces) > 1
    assert max(map(len, pieces)) < PIECE + 2000
    assert "".join(pieces).count("\n") == 200


async def test_two_columns_of_one_name_are_no_object() -> None:
    with pytest.raises(QueryRefused, match='Two columns are named "a"'):
        await anext(json_pieces(Answer(("a", "a"), given((1, 2)))))
