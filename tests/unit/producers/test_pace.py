"""How fast one agency may state facts."""

from __future__ import annotations

import pytest

from producers.gateway.pace import BURST, Pace, TooFast

WATER, TOWN = "310120-ZG04", "310120-JD11"


class Watch:
    """Seconds that a test moves on."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_without_a_limit_nobody_waits(watch: Watch) -> None:
    pace = Pace(0, watch)
    for _ in range(1000):
        pace.take(WATER, 1000)


def test_a_burst_is_let_in_and_what_follows_waits_as_long_as_it_is_told(watch: Watch) -> None:
    pace = Pace(5, watch)
    for _ in range(int(5 * BURST)):
        pace.take(WATER, 1)
    with pytest.raises(TooFast) as caught:
        pace.take(WATER, 1)
    watch.seconds += caught.value.seconds
    pace.take(WATER, 1)


def test_a_list_longer_than_the_burst_is_let_in_and_paid_for_afterwards(watch: Watch) -> None:
    pace = Pace(5, watch)
    pace.take(WATER, 1000)
    with pytest.raises(TooFast) as caught:
        pace.take(WATER, 1)
    assert caught.value.seconds == 191
    watch.seconds += 191
    pace.take(WATER, 1)


def test_one_agency_takes_nothing_from_another(watch: Watch) -> None:
    pace = Pace(5, watch)
    pace.take(WATER, 1000)
    pace.take(TOWN, 1)


def test_quiet_saves_no_more_than_one_burst(watch: Watch) -> None:
    pace = Pace(5, watch)
    watch.seconds += 10_000
    pace.take(WATER, int(5 * BURST))
    with pytest.raises(TooFast):
        pace.take(WATER, 1)
