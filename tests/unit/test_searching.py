"""The search that the acceptance test of erasure rests on: what is there, in whatever dress, is found."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.acceptance.searching import needles, search_files

if TYPE_CHECKING:
    from pathlib import Path

WORD = "欧阳清晓"
SOUGHT = needles({"name": WORD}, {"secret": bytes(range(200, 216))})
DRESSES = [
    WORD.encode("utf-8"),
    WORD.encode("utf-16-le"),
    WORD.encode("utf-16-be"),
    WORD.encode("gbk"),
    WORD.encode().hex().encode(),
    WORD.encode("gbk").hex().upper().encode(),
    json.dumps(WORD).encode(),
    quote(WORD).encode(),
    *(base64.b64encode(b"x" * n + WORD.encode() + b"y") for n in range(4)),
    *(base64.urlsafe_b64encode(b"?" * n + WORD.encode("gbk") + b">>") for n in range(4)),
]


@pytest.mark.parametrize("dressed", DRESSES)
def test_a_word_is_found_in_every_dress(tmp_path: Path, dressed: bytes) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(b"\0\1" * 1000 + dressed + b"\xff" * 1000)
    found = search_files([tmp_path], SOUGHT)
    assert {path.rpartition("/")[2] for path, _ in found} == {"file"}


def test_a_word_is_found_across_the_pieces_in_which_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"z" * (8 * 1024 * 1024 - 5) + WORD.encode() + b"z" * 100)
    assert search_files([tmp_path], SOUGHT)


def test_a_word_is_found_behind_a_hole(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.seek(50 * 1024 * 1024)
        file.write(WORD.encode())
    assert search_files([tmp_path], SOUGHT)


def test_a_secret_is_found_as_bytes_in_hex_and_in_base64(tmp_path: Path) -> None:
    secret = bytes(range(200, 216))
    for name, form in (("raw", secret), ("hex", secret.hex().encode()), ("b64", base64.b64encode(secret))):
        (tmp_path / name).write_bytes(b"..." + form)
    assert {path.rpartition("/")[2] for path, _ in search_files([tmp_path], SOUGHT)} == {"raw", "hex", "b64"}


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes("欧阳锋".encode() * 1000)
    assert search_files([tmp_path], SOUGHT) == set()
