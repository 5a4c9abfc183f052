from __future__ import annotations

from typing import Any

from aiokafka.structs import ConsumerRecord

from deploy.deadletters import as_letter, harmless


def letter(key: bytes | None, value: bytes | None, *headers: tuple[str, Any]) -> ConsumerRecord:
    return ConsumerRecord("deadletters", 0, 7, 1_790_000_000_000, 0, key, value, None, 0, 0, headers)


PLACED = (("reason", b"BAD_STAMP"), ("inbound-partition", b"3"), ("inbound-offset", b"41"))


def test_it_bears_its_place_in_inbound_and_what_it_claims() -> None:
    read = as_letter(letter(b"XS-1", b"abc", ("agency", b"310120-ZG04"), ("matter", b"XS-1"), *PLACED))
    assert (read.place, read.reason, read.agency, read.matter) == ("3@41", "BAD_STAMP", "310120-ZG04", "XS-1")
    # SM3 of "abc", GB/T 32905-2016, A.1.
    assert read.sm3 == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert read.size == 3


def test_headers_that_its_sender_forged_do_not_stand_for_the_owners() -> None:
    forged = (("reason", b"WRONG_KEY"), ("inbound-partition", b"0"), ("inbound-offset", b"0"))
    read = as_letter(letter(None, None, *forged, *PLACED))
    assert (read.place, read.reason, read.key, read.size) == ("3@41", "BAD_STAMP", "", 0)


def test_a_record_of_any_bytes_is_read_and_does_nothing_to_a_terminal() -> None:
    read = as_letter(letter(b"\xff\x1b[2J", b"\x00", ("agency", b"a\r\nb\xfe"), ("matter", None), *PLACED))
    assert read.key == "\\xff\\x1b[2J"
    assert read.agency == "a\\r\\nb\\xfe"
    assert harmless("区水务局".encode()) == "区水务局"
    assert len(harmless(b"x" * 100_000)) < 300


def test_what_to_do_stands_in_the_catalogue_and_a_later_reason_is_only_named() -> None:
    known = as_letter(letter(b"k", b"", *PLACED)).entry
    assert known is not None
    assert known.remedy_zh
    assert known.remedy_en
    assert as_letter(letter(b"k", b"", ("reason", b"OF_TOMORROW"))).entry is None
