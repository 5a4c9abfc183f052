from __future__ import annotations

import pytest

from producers.gateway.discretion import is_event_id, place


@pytest.mark.parametrize(
    ("told", "logged"),
    [
        ("", ""),
        ("/data/suspected_party/id_number", "/data/suspected_party/id_number"),
        ("/data/evidence/0/collected_at", "/data/evidence/0/collected_at"),
        ("/data/张三", "/data/…"),
        ("/data/13912345678", "/data/…"),
        ("/data/fact/张三/summary", "/data/fact/…/summary"),
        ("/addressed_to/3", "/addressed_to/3"),
    ],
)
def test_a_log_repeats_no_word_that_a_sender_wrote(told: str, logged: str) -> None:
    assert place(told) == logged


def test_what_a_sender_calls_an_event_id_is_logged_only_if_it_looks_like_one() -> None:
    assert is_event_id("01a07f2c-3a00-7079-b24a-26802b2c940d")
    assert not is_event_id("张三")
    assert not is_event_id("01a07f2c-3a00-7079-b24a-26802b2c940d 张三")
