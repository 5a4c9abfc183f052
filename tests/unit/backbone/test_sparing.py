"""Logs stay legible while a broker is away."""

from __future__ import annotations

import logging

from backbone.sparing import Sparing


class Now:
    """A clock that a test moves."""

    instant = 100.0

    def __call__(self) -> float:
        return self.instant


def said(logger: str, message: str) -> logging.LogRecord:
    return logging.LogRecord(logger, logging.ERROR, "file", 1, message, ("a",), None)


def test_a_client_that_repeats_itself_is_heard_once_in_five_seconds_with_the_count() -> None:
    now = Now()
    sparing = Sparing(now)
    assert [sparing.filter(said("aiokafka.conn", "connection to %s failed")) for _ in range(4)] == [
        True,
        False,
        False,
        False,
    ]
    now.instant += 5
    again = said("aiokafka.conn", "connection to %s failed")
    assert sparing.filter(again)
    assert getattr(again, "suppressed", 0) == 3


def test_another_message_and_our_own_lines_are_always_heard() -> None:
    sparing = Sparing(Now())
    assert sparing.filter(said("aiokafka.conn", "one"))
    assert sparing.filter(said("aiokafka.conn", "another"))
    assert all(sparing.filter(said("processors.owner.telling", "fact_refused")) for _ in range(3))
