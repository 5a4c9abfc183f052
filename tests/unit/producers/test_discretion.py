from __future__ import annotations

import pytest

from producers.gateway.discretion import place


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
