"""The masking table, row by row: what each circle of readers sees of 张建国, his number and his telephone.

Expected values are written out by hand from the matrix of field and circle that the table proposes.
"""

from __future__ import annotations

import pytest

from schemas.contracts import contracts, personal_paths
from schemas.masking import MASKS, Circle, Way, circle_of, matrix, show

TOKEN = "P-00112233445566778899aabbccddeeff"
HIDDEN = None
NAME, NUMBER, PHONE = "张建国", "31012019900307001X", "13812341234"
HOME, PLATE = "上海市奉贤区南桥镇解放东路1号201室", "沪A12312"
MATRIX = [
    ("name", NAME, [NAME, "张**", "张**", TOKEN, "张某某"]),
    ("id_number", NUMBER, [NUMBER, "310120***********X", TOKEN, TOKEN, HIDDEN]),
    ("phone", PHONE, [PHONE, "138****1234", HIDDEN, HIDDEN, HIDDEN]),
    ("home_address", HOME, [HOME, "上海市奉贤区南桥镇***", "上海市奉贤区***", "上海市***", HIDDEN]),
    ("legal_representative", NAME, [NAME, "张**", "张**", TOKEN, NAME]),
    ("plate_no", PLATE, [PLATE, "沪A***12", TOKEN, TOKEN, HIDDEN]),
    ("operator", TOKEN, [TOKEN, TOKEN, HIDDEN, HIDDEN, HIDDEN]),
]


@pytest.mark.parametrize(("field", "text", "expected"), MATRIX)
def test_each_circle_sees_what_the_matrix_says(field: str, text: str, expected: list[str | None]) -> None:
    seen = [show(MASKS.way(field, "person", circle), text, TOKEN) for circle in Circle]
    assert seen == expected


@pytest.mark.parametrize("field", ["name", "id_number", "phone"])
def test_a_reporter_is_known_to_the_handling_agency_alone(field: str) -> None:
    """上海市城市管理综合行政执法条例 第二十六条: 应当为举报人保密."""
    ways = [MASKS.way(field, "person", circle, "REPORTER") for circle in Circle]
    assert ways == [Way.CASE, *[Way.HIDDEN] * 4]


def test_free_text_is_read_by_nobody_to_whom_the_matrix_does_not_give_it() -> None:
    assert [MASKS.way("summary", "text", circle) for circle in Circle] == [Way.CLEAR, *[Way.HIDDEN] * 4]


def test_a_field_that_no_row_names_is_shown_to_the_handling_agency_alone() -> None:
    assert [MASKS.way("blood_group", "person", circle) for circle in Circle] == [Way.CASE, *[Way.HIDDEN] * 4]


def test_every_personal_field_of_every_contract_has_a_row() -> None:
    unnamed = {
        (contract.name, *field.path)
        for contract in contracts()
        if contract.is_record
        for field in personal_paths(contract.name)
        if MASKS.row(field.path[-1], field.kind) is None
    }
    assert unnamed == set()


def test_nobody_has_settled_the_table_yet_and_it_says_so() -> None:
    assert MASKS.verified is False


def test_a_row_that_leaves_a_circle_open_is_no_table() -> None:
    row = {"id": "x", "zh": "x", "ways": {"HANDLER": "CLEAR"}}
    with pytest.raises(ValueError, match="row x must say a way for each"):
        matrix({"version": 1, "verified": False, "rows": [row]})


@pytest.mark.parametrize(
    ("way", "text", "expected"),
    [
        (Way.SURNAME, "欧阳修文", "欧阳**"),
        (Way.SURNAME, "王五", "王**"),
        (Way.SURNAME, "", "**"),
        (Way.ID_ENDS, "E12345678", "********8"),
        (Way.ID_ENDS, "310120900307001", "310120********1"),
        (Way.ID_ENDS, "", "****"),
        (Way.PHONE_ENDS, "+86 138-1234-1234", "138****1234"),
        (Way.PHONE_ENDS, "021-57420000", "****0000"),
        (Way.PHONE_ENDS, "12345", "****"),
        (Way.PLATE_ENDS, "沪A", "***"),
        (Way.TO_STREET, "某处", "***"),
        (Way.TO_DISTRICT, "奉贤区金汇镇", "奉贤区***"),
    ],
)
def test_unusual_values_show_less_and_never_more(way: Way, text: str, expected: str) -> None:
    assert show(way, text) == expected


def test_a_party_without_a_pseudonym_is_hidden_where_the_pseudonym_would_stand() -> None:
    assert show(Way.TOKEN, NAME) is None


@pytest.mark.parametrize(
    ("reader", "matter", "handles", "circle"),
    [
        ("310120", "310120", True, Circle.HANDLER),
        ("310120", "310120", False, Circle.DISTRICT),
        ("310120", "310120101", False, Circle.DISTRICT),
        ("310000", "310120", False, Circle.CITY),
        ("310112", "310120", False, Circle.CITY),
        ("330000", "310120", False, Circle.DELTA),
        ("", "310120", False, Circle.PUBLIC),
        ("310120", "", False, Circle.PUBLIC),
    ],
)
def test_the_circle_follows_from_division_codes(
    reader: str,
    matter: str,
    circle: Circle,
    *,
    handles: bool,
) -> None:
    assert circle_of(reader, matter, handles=handles) is circle
