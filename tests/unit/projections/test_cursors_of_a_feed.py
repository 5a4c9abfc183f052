"""The cursor of a feed: what was reached comes back, and only to the feed's receiver."""

from __future__ import annotations

import pytest

from projections.api.cursor import Cursors, Place
from projections.api.feeds import own_feed, reached, write_cursor
from projections.feeds.subscription import Reached
from schemas.errors import Code, Refused
from schemas.feeds import FEEDS

ZHEJIANG = FEEDS["zhejiang"]
SIGNED = Cursors(b"secret")


@pytest.mark.parametrize("last", [Reached(7, "01990000-0000-8000-8000-000000000001"), Reached(0)])
def test_a_cursor_says_what_was_reached(last: Reached) -> None:
    assert reached(SIGNED, ZHEJIANG, write_cursor(SIGNED, ZHEJIANG, last), "/cursor") == last


@pytest.mark.parametrize("nothing", [None, ""])
def test_without_a_cursor_a_feed_is_read_from_its_beginning(nothing: str | None) -> None:
    assert reached(SIGNED, ZHEJIANG, nothing, "/cursor") is None


def test_a_cursor_of_another_list_another_reader_or_another_key_is_named_as_such() -> None:
    place = Place("feed/zhejiang", "", "7")
    for cursor in (
        SIGNED.write(Place("inbox", "", "7"), ZHEJIANG.receiver),
        SIGNED.write(place, "320000-ZJ01"),
        Cursors(b"another").write(place, ZHEJIANG.receiver),
    ):
        with pytest.raises(Refused) as refused:
            reached(SIGNED, ZHEJIANG, cursor, "/Last-Event-ID")
        assert (refused.value.code, refused.value.field) == (Code.BAD_CURSOR, "/Last-Event-ID")


def test_a_feed_is_its_receivers_alone() -> None:
    assert own_feed(ZHEJIANG.receiver, "zhejiang") is ZHEJIANG
    for agency, name, code in (
        ("310120-JD11", "zhejiang", Code.NOT_PERMITTED),
        (ZHEJIANG.receiver, "jiangsu", Code.NOT_FOUND),
    ):
        with pytest.raises(Refused) as refused:
            own_feed(agency, name)
        assert refused.value.code is code
