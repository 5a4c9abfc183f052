from __future__ import annotations

import pytest

from backbone.queries import BadQueryFile, load_queries, parse_queries


def test_each_statement_is_found_under_its_name() -> None:
    text = "-- what this is\n\n-- name: one\nselect 1;\n\n-- name: two\n-- why\nselect\n    2;\n"
    assert dict(parse_queries(text)) == {"one": "select 1", "two": "-- why\nselect\n    2"}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("-- name: one\nselect 1;\n-- name: one\nselect 2;", "two queries named one"),
        ("-- name: one\n-- nothing\n", "one is empty"),
        ("select 1;", "no name"),
    ],
)
def test_a_bad_file_is_named_with_what_is_wrong(text: str, what: str) -> None:
    with pytest.raises(BadQueryFile, match=what):
        parse_queries(text)


def test_queries_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        load_queries("backbone", "sql/fold.sql")["read"] = "drop"  # type: ignore[index]
