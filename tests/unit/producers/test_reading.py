"""Bodies are read within limits, and a bad line stays alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from producers.gateway.reading import Limits, collect, split
from schemas.errors import Code, Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

JSON = "application/json"
LINES = "application/x-ndjson"


class Stream:
    """Chunks as a server hands them over, and how many of them were taken."""

    def __init__(self, chunk: bytes, count: int) -> None:
        self.chunk = chunk
        self.count = count
        self.taken = 0

    async def chunks(self) -> AsyncIterator[bytes]:
        for _ in range(self.count):
            self.taken += 1
            yield self.chunk


async def test_a_body_within_the_limits_is_read_whole() -> None:
    assert await collect(Stream(b"[1]", 1).chunks(), JSON, Limits()) == b"[1]"


@pytest.mark.parametrize("media_type", [JSON, LINES])
async def test_five_megabytes_are_refused_as_soon_as_they_are_too_many(media_type: str) -> None:
    with pytest.raises(Refused) as caught:
        await collect(Stream(b"{" + b" " * 65_535, 80).chunks(), media_type, Limits())
    assert caught.value.code is Code.TOO_LARGE
    assert caught.value.entry.status == 413


async def test_a_single_object_may_have_one_mebibyte_and_a_list_four() -> None:
    two = Stream(b"x" * 65_536, 32)
    with pytest.raises(Refused):
        await collect(two.chunks(), JSON, Limits())
    array = Stream(b"[" + b" " * 65_535, 32)
    assert len(await collect(array.chunks(), JSON, Limits())) == 2 * 1024 * 1024


async def test_what_follows_the_limit_is_thrown_away_but_not_without_end() -> None:
    limits = Limits(fact=10, body=10, drain=100)
    stream = Stream(b"x" * 10, 1000)
    with pytest.raises(Refused):
        await collect(stream.chunks(), JSON, limits)
    assert stream.taken < 20


async def test_a_declared_length_beyond_the_limit_is_refused_before_anything_is_held() -> None:
    with pytest.raises(Refused):
        await collect(Stream(b"", 0).chunks(), JSON, Limits(), declared=5_000_000)


def test_a_single_object_is_not_many() -> None:
    body = split(b'{"a": 1}', JSON, Limits())
    assert not body.many
    assert [item.value for item in body.items] == [{"a": 1}]


def test_an_array_is_many_and_numbered_from_one() -> None:
    body = split(b'[{"a": 1}, {"a": "\\u0000"}]', JSON, Limits())
    assert body.many
    assert [item.number for item in body.items] == [1, 2]
    assert [f.field for f in body.items[1].findings] == ["/a"]
    assert not body.items[0].findings


def test_a_bad_line_stays_alone_and_lines_keep_their_numbers() -> None:
    body = split(b'\xef\xbb\xbf{"a": 1}\r\n\r\n{"a": \n{"a": 3}', LINES, Limits())
    assert [(item.number, [f.code for f in item.findings]) for item in body.items] == [
        (1, []),
        (3, [Code.MALFORMED_JSON]),
        (4, []),
    ]


def test_a_line_too_long_is_one_bad_line() -> None:
    body = split(b'{"a": 1}\n{"a": "xxxxxxxxxxxx"}', LINES, Limits(fact=10))
    assert [[f.code for f in item.findings] for item in body.items] == [[], [Code.FACT_TOO_LARGE]]


@pytest.mark.parametrize(("raw", "media_type"), [(b"[]", JSON), (b"\n\n", LINES), (b"", LINES)])
def test_a_request_without_any_fact_is_refused(raw: bytes, media_type: str) -> None:
    with pytest.raises(Refused) as caught:
        split(raw, media_type, Limits())
    assert caught.value.code is Code.EMPTY_BATCH


def test_too_many_facts_are_refused_at_once() -> None:
    with pytest.raises(Refused) as caught:
        split(b"[1,2,3]", JSON, Limits(facts=2))
    assert caught.value.code is Code.BATCH_TOO_LONG
