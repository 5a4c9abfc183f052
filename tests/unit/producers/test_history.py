"""Cursors of receipts: what comes back is what was given, and nothing else is taken for one."""

from __future__ import annotations

import base64

import pytest

from producers.gateway.history import Place, read_cursor, write_cursor
from schemas.errors import Code, Refused


def test_a_cursor_says_again_what_it_was_told() -> None:
    places = {0: Place(7, "01999f3c-0000-7000-8000-000000000001", b"\x00\xff"), 5: Place(9, "", b"")}
    assert read_cursor(write_cursor(places)) == places


def test_no_cursor_is_the_beginning() -> None:
    assert read_cursor("") == {}


@pytest.mark.parametrize(
    "forged",
    [
        "x",
        "游标",
        "e30",
        "!" * 40,
        base64.urlsafe_b64encode(b"[]").decode(),
        base64.urlsafe_b64encode(b'{"a":[1,"",""]}').decode(),
        base64.urlsafe_b64encode(b'{"-1":[1,"",""]}').decode(),
        base64.urlsafe_b64encode(b'{"1":[99999999999999999999,"",""]}').decode(),
        base64.urlsafe_b64encode(b'{"1":[1,"\\u0000",""]}').decode(),
        base64.urlsafe_b64encode(b'{"1":[1,"",""]}').decode() * 9000,
    ],
)
def test_what_no_door_gave_is_refused_and_says_so(forged: str) -> None:
    with pytest.raises(Refused) as caught:
        read_cursor(forged)
    assert caught.value.code is Code.BAD_PARAMETER
    assert caught.value.field == "/after"
