"""Files of facts are read as they are, and each fact has its id before it is sent."""

from __future__ import annotations

import io
import json
import sys
from itertools import count
from typing import TYPE_CHECKING

from producers.publish.source import Entry, entries
from schemas.errors import Code

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def read(path: Path | str) -> list[Entry]:
    ids = count(1)
    return list(entries(str(path), lambda: f"id-{next(ids)}"))


def test_a_line_without_an_id_gets_one_and_is_else_sent_as_written(tmp_path: Path) -> None:
    file = tmp_path / "facts.jsonl"
    file.write_text(
        '{"type": "A", "type": "B"}\n\n{}\n{"event_id": "mine", "x": 1}\n{"x": \n', encoding="utf-8"
    )
    found = read(file)
    assert [(each.line, each.event_id) for each in found] == [(1, "id-1"), (3, "id-2"), (4, "mine"), (5, "")]
    assert found[0].body == b'{"event_id":"id-1","type": "A", "type": "B"}'
    assert found[1].body == b'{"event_id":"id-2"}'
    assert found[2].body == b'{"event_id": "mine", "x": 1}'
    assert found[3].body == b'{"x":'


def test_an_array_is_numbered_by_place(tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_text('\n[{"x": 1},\n {"x": "\\u0000"},\n {"event_id": "mine"}]', encoding="utf-8")
    found = read(file)
    assert [(each.line, each.event_id) for each in found] == [(1, "id-1"), (2, ""), (3, "mine")]
    assert json.loads(found[0].body) == {"x": 1, "event_id": "id-1"}
    assert [refused.code for refused in found[1].refused] == [Code.CONTROL_CHARACTER]


def test_one_object_over_many_lines_is_one_fact(tmp_path: Path) -> None:
    file = tmp_path / "fact.json"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps({"type": "ClueReceived", "data": {}}, indent=2).encode())
    (only,) = read(file)
    assert json.loads(only.body) == {"type": "ClueReceived", "data": {}, "event_id": "id-1"}


def test_a_file_that_is_no_json_is_refused_with_the_place(tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text('[{"x": 1},\n {"x": }]', encoding="utf-8")
    (only,) = read(file)
    assert only.refused[0].code is Code.MALFORMED_JSON
    assert "Line 2, column 8" in only.refused[0].detail_en


def test_an_empty_file_holds_no_fact(tmp_path: Path) -> None:
    file = tmp_path / "empty.jsonl"
    file.write_text("\n\n", encoding="utf-8")
    assert read(file) == []


def test_standard_input_is_read_like_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"x": 1}\n{"x": 2}\n')))
    assert [each.line for each in read("-")] == [1, 2]
