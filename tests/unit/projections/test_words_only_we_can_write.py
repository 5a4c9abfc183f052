"""Cursors, cookies and codes: whoever changes one finds it worthless."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.api.cursor import Cursors, Place
from projections.console.session import CODE_SECONDS, SESSION_SECONDS, Signer
from schemas.errors import Code, Refused

PLACE = Place("inbox", "2026-09-30T00:00:00+08:00", "XS-310120-ZG04-20260908-000123-2")


def test_a_cursor_comes_back_as_it_was_written() -> None:
    cursors = Cursors(b"secret")
    assert cursors.read(cursors.write(PLACE, "310120-JD11"), "inbox", "310120-JD11") == PLACE


@given(st.text(max_size=200))
def test_no_text_that_we_did_not_write_is_a_cursor(text: str) -> None:
    with pytest.raises(Refused) as refused:
        Cursors(b"secret").read(text, "inbox", "310120-JD11")
    assert refused.value.code is Code.BAD_PARAMETER


@given(st.integers(min_value=0, max_value=10_000), st.characters(codec="ascii"))
def test_a_cursor_with_one_other_character_is_refused(position: int, other: str) -> None:
    cursors = Cursors(b"secret")
    good = cursors.write(PLACE, "310120-JD11")
    at = position % len(good)
    forged = good[:at] + other + good[at + 1 :]
    try:
        assert cursors.read(forged, "inbox", "310120-JD11") == PLACE
    except Refused:
        assert forged != good


@pytest.mark.parametrize(("listing", "reader"), [("clocks", "310120-JD11"), ("inbox", "310120-ZG04")])
def test_a_cursor_is_good_for_its_list_and_its_reader_only(listing: str, reader: str) -> None:
    cursors = Cursors(b"secret")
    with pytest.raises(Refused):
        cursors.read(cursors.write(PLACE, "310120-JD11"), listing, reader)


def test_a_session_ends_after_its_hours() -> None:
    now = 1000.0
    signer = Signer(b"secret", lambda: now)
    cookie = signer.cookie("310120-JD11", b"hash")
    session = signer.session(cookie)
    assert session is not None
    assert (session.agency, session.token) == ("310120-JD11", b"hash")
    now += SESSION_SECONDS
    assert signer.session(cookie) is None


def test_a_code_opens_once_and_not_later() -> None:
    now = 1000.0
    signer = Signer(b"secret", lambda: now)
    first, second = signer.code("310120-JD11"), signer.code("310120-JD11")
    assert signer.redeem(first) == "310120-JD11"
    assert signer.redeem(first) is None
    now += CODE_SECONDS
    assert signer.redeem(second) is None


def test_a_code_is_no_cookie_and_a_cookie_no_code() -> None:
    signer = Signer(b"secret", lambda: 1000.0)
    assert signer.session(signer.code("310120-JD11")) is None
    assert signer.redeem(signer.cookie("310120-JD11")) is None


@given(st.text(max_size=100))
def test_no_text_opens_a_session(text: str) -> None:
    signer = Signer(b"secret", lambda: 1000.0)
    assert signer.session(text) is None
    assert signer.redeem(text) is None
