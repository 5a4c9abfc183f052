from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backbone.fold import LedgerGap, Position
from backbone.fold.engine import START, following
from backbone.records import LedgerRecord
from schemas.seal import Seal, SealKind, SealMatter, SealPartition


def record(number: int, *, offset: int = 0, received_at: int = 0, inbound: int = 0) -> LedgerRecord:
    matter = SealMatter(
        matter="XS-1",
        seq=1,
        received_at=received_at,
        kind=SealKind.ADMITTED,
        fact_type="ClueTransferred",
        event_id="e-1",
        agency="310120-ZG04",
    )
    place = SealPartition(number=number, partition=2, offset=inbound, last=True, hash=b"h")
    return LedgerRecord(2, offset, b"XS-1", b"value", Seal(matter, place))


def test_records_that_follow_are_taken() -> None:
    assert following(2, 3, [record(4), record(5)]) == [record(4), record(5)]


def test_records_that_were_folded_are_skipped() -> None:
    assert following(2, 4, [record(3), record(4), record(5)]) == [record(5)]


def test_a_gap_stops_the_fold_and_is_named_with_the_remedy() -> None:
    with pytest.raises(
        LedgerGap, match=r"ledger/2: record number 4 is missing.*5.*Restore the topic"
    ) as caught:
        following(2, 3, [record(5)])
    assert (caught.value.partition, caught.value.expected, caught.value.found) == (2, 4, 5)


@given(st.lists(st.integers(1, 30), unique=True, min_size=1), st.integers(0, 30))
def test_what_is_taken_is_gapless_or_nothing_is(numbers: list[int], folded: int) -> None:
    numbers.sort()
    beyond = [number for number in numbers if number > folded]
    gapless = beyond == list(range(folded + 1, folded + 1 + len(beyond)))
    try:
        taken = following(2, folded, [record(number) for number in numbers])
    except LedgerGap:
        assert not gapless
    else:
        assert gapless
        assert [each.seal.partition.number for each in taken] == beyond


def test_a_position_moves_behind_the_records_and_never_back_in_time() -> None:
    before = Position(offset=10, number=3, received_at=500, inbound_offset=7)
    records = [
        record(4, offset=12, received_at=400, inbound=7),
        record(5, offset=13, received_at=450, inbound=8),
    ]
    assert before.behind(records) == Position(offset=14, number=5, received_at=500, inbound_offset=9)
    assert START.behind(records) == Position(offset=14, number=5, received_at=450, inbound_offset=9)
