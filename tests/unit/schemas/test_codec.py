"""The codec: Confluent framing around Avro, refusing what is not exactly that."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import CODEC, Codec, InvalidRecord, Undecodable, UnknownSchema
from schemas.contracts import contracts, not_null
from schemas.errors import Code
from schemas.released import Release, fingerprint

NAMES = sorted(CODEC.names)
LONG = st.integers(-(2**63), 2**63 - 1)
PRIMITIVES: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(max_size=20),
    "bytes": st.binary(max_size=20),
    "boolean": st.booleans(),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": LONG,
    "double": st.floats(allow_nan=False),
}


def anything(schema: Any) -> st.SearchStrategy[Any]:
    """Every value that the Avro type admits, bounds of the contract aside."""
    if isinstance(schema, list):
        return st.none() | anything(not_null(schema))
    if isinstance(schema, str):
        return PRIMITIVES[schema] if schema in PRIMITIVES else anything(contracts().named(schema))
    if schema["type"] == "array":
        return st.lists(anything(schema["items"]), max_size=3)
    if schema["type"] == "enum":
        return st.sampled_from(schema["symbols"])
    if schema["type"] == "record":
        return st.fixed_dictionaries({field["name"]: anything(field["type"]) for field in schema["fields"]})
    return LONG


def a_tick(at: Any = 64) -> dict[str, Any]:
    return {"at": at}


class TestEncoding:
    def test_puts_a_zero_byte_and_the_pinned_id_before_the_avro_bytes(self) -> None:
        # Avro's specification encodes the long 64 as 80 01; Tick is pinned to id 3003.
        assert CODEC.encode("Tick", a_tick(64)) == b"\x00" + struct.pack(">i", 3003) + b"\x80\x01"

    @pytest.mark.parametrize("name", NAMES)
    @given(data=st.data())
    @settings(max_examples=25, deadline=None)
    def test_comes_back_as_it_went(self, name: str, data: st.DataObject) -> None:
        record = data.draw(anything(contracts()[name].schema))
        assert CODEC.decode(CODEC.encode(name, record), canonical=True).record == record

    def test_lets_fields_with_a_default_out(self) -> None:
        bare = {"law": "行政处罚法", "article": "第二十二条"}
        meta = {"event_id": "e", "matter": "m", "cause": "c", "citation": bare, "correlation_id": "x"}
        record = {"meta": meta, "action": "SKIP", "who": "w", "why": "y"}
        decoded = CODEC.decode(CODEC.encode("Mend", record)).record
        assert decoded["remaining"] == -1
        assert decoded["meta"]["citation"] == {**bare, "quote": None, "verified": False}

    @pytest.mark.parametrize(
        ("at", "code"),
        [
            (True, Code.WRONG_TYPE),
            (1.5, Code.WRONG_TYPE),
            ("64", Code.WRONG_TYPE),
            (None, Code.WRONG_TYPE),
            (2**63, Code.OUT_OF_RANGE),
        ],
    )
    def test_names_the_field_that_is_of_the_wrong_kind(self, at: Any, code: Code) -> None:
        with pytest.raises(InvalidRecord) as refusal:
            CODEC.encode("Tick", a_tick(at))
        assert (refusal.value.path, refusal.value.code) == ("/at", code)
        assert refusal.value.message
        assert refusal.value.message_zh

    def test_points_into_lists_and_records(self, cleared: dict[str, Any]) -> None:
        alarm = {"instant": 1, "kind": "BREACH", "to": ["a", 3]}
        with pytest.raises(InvalidRecord) as refusal:
            CODEC.encode("DeadlineResumed", {**cleared, "alarms": [{**alarm, "to": []}, alarm]})
        assert refusal.value.path == "/alarms/1/to/1"

    def test_says_which_field_is_missing_and_which_is_one_too_many(self, cleared: dict[str, Any]) -> None:
        without = {key: value for key, value in cleared.items() if key != "due"}
        with pytest.raises(InvalidRecord) as refusal:
            CODEC.encode("DeadlineResumed", without)
        assert (refusal.value.path, refusal.value.code) == ("/due", Code.MISSING_FIELD)
        with pytest.raises(InvalidRecord) as refusal:
            CODEC.encode("DeadlineResumed", {**cleared, "a/b~c": 1})
        assert (refusal.value.path, refusal.value.code) == ("/a~1b~0c", Code.UNKNOWN_FIELD)

    def test_takes_only_symbols_of_the_enum(self, cleared: dict[str, Any]) -> None:
        alarm = {"instant": 1, "kind": "LOUD", "to": []}
        with pytest.raises(InvalidRecord) as refusal:
            CODEC.encode("DeadlineResumed", {**cleared, "alarms": [alarm]})
        assert (refusal.value.path, refusal.value.code) == ("/alarms/0/kind", Code.UNKNOWN_SYMBOL)

    def test_does_not_spell_a_text_out_as_a_list(self, cleared: dict[str, Any]) -> None:
        with pytest.raises(InvalidRecord) as refusal:
            CODEC.encode("DeadlineResumed", {**cleared, "alarms": "BREACH"})
        assert refusal.value.path == "/alarms"

    def test_points_at_half_a_surrogate_pair(self, cleared: dict[str, Any]) -> None:
        meta = {**cleared["meta"], "rule": "\ud800"}
        with pytest.raises(InvalidRecord) as refusal:
            CODEC.encode("DeadlineResumed", {**cleared, "meta": meta})
        assert (refusal.value.path, refusal.value.code) == ("/meta/rule", Code.LONE_SURROGATE)

    def test_knows_nothing_of_a_name_that_was_never_released(self) -> None:
        with pytest.raises(KeyError):
            CODEC.encode("ClueForgotten", {})


class TestDecoding:
    @pytest.mark.parametrize(
        "value", [b"", b"\x00", b"\x00\x00\x00\x0b", b"\x01\x00\x00\x0b\xbb\x02", b"{}" * 9]
    )
    def test_refuses_what_is_not_framed(self, value: bytes) -> None:
        with pytest.raises(Undecodable):
            CODEC.decode(value)

    @pytest.mark.parametrize("number", [0, 1, 9999, -1, 2**31 - 1])
    def test_tells_an_id_it_does_not_know_from_bytes_that_are_wrong(self, number: int) -> None:
        with pytest.raises(UnknownSchema) as held:
            CODEC.decode(b"\x00" + struct.pack(">i", number) + b"\x02")
        assert held.value.schema_id == number

    def test_refuses_a_byte_that_is_left_over(self) -> None:
        with pytest.raises(Undecodable, match="1 bytes are left over"):
            CODEC.decode(CODEC.encode("Tick", a_tick()) + b"\x00")

    @pytest.mark.parametrize("name", NAMES)
    @given(noise=st.binary(max_size=300))
    @settings(max_examples=60, deadline=None)
    def test_answers_noise_with_undecodable_and_nothing_else(self, name: str, noise: bytes) -> None:
        try:
            decoded = CODEC.decode(CODEC.prefix(name) + noise)
        except Undecodable:
            return
        assert decoded.name == name

    @given(noise=st.binary(max_size=40))
    @settings(max_examples=300, deadline=None)
    def test_answers_any_bytes_with_its_two_errors_and_nothing_else(self, noise: bytes) -> None:
        try:
            CODEC.decode(noise)
        except (Undecodable, UnknownSchema):
            return

    @pytest.mark.parametrize(
        "length",
        [
            b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01",  # 2^63 - 1
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",  # -2^63
            b"\x80\x80\x80\x80\x80\x20",  # 2^39
            b"\x01",  # -1
        ],
    )
    def test_is_not_led_astray_by_a_huge_or_negative_length(self, length: bytes) -> None:
        with pytest.raises(Undecodable):
            CODEC.decode(CODEC.prefix("DeadlinePaused") + length + b"abc")
        with pytest.raises(Undecodable):
            CODEC.decode(CODEC.prefix("ClueReturnedForSupplement") + length + b"abc")

    def test_reads_on_admission_only_what_an_avro_writer_writes(self) -> None:
        overlong = CODEC.prefix("Tick") + b"\x80\x81\x00"  # the long 64 in three bytes instead of two
        assert CODEC.decode(overlong).record == a_tick(64)
        with pytest.raises(Undecodable, match="not the bytes that an Avro writer gives"):
            CODEC.decode(overlong, canonical=True)

    @pytest.mark.parametrize("symbol", [b"\x01", b"\x05", b"\x7e"])
    def test_reads_on_admission_no_enum_symbol_that_is_not_there(self, symbol: bytes) -> None:
        marker = {"marker": "GENESIS", "seq": 0, "rulebook": "", "calendar_version": 0, "agencies_version": 0}
        value = CODEC.encode("Marker", {**marker, "content": b""})
        forged = value[:5] + symbol + value[6:]
        with pytest.raises(Undecodable):
            CODEC.decode(forged, canonical=True)


class TestAnOlderVersion:
    def make(self) -> Codec:
        old = {
            "type": "record",
            "namespace": "liandong.trial",
            "name": "Noted",
            "doc": "已记。Noted.",
            "fields": [{"name": "text", "type": "string", "doc": "文。Text.", "max": 9}],
        }
        added = {"name": "loud", "type": ["null", "string"], "default": None, "doc": "声。Sound.", "max": 9}
        new = {**old, "fields": [*old["fields"], added]}
        pair = [Release("Noted", n, 8000 + n, fingerprint(s), s) for n, s in ((1, old), (2, new))]
        return Codec({"Noted": tuple(pair)})

    def test_is_read_in_the_shape_of_the_newest(self) -> None:
        codec = self.make()
        value = b"\x00" + struct.pack(">i", 8001) + b"\x04hi"
        assert codec.decode(value, canonical=True).record == {"text": "hi", "loud": None}

    def test_is_never_written_any_more(self) -> None:
        assert self.make().encode("Noted", {"text": "hi"})[:5] == b"\x00" + struct.pack(">i", 8002)


@pytest.fixture
def cleared() -> dict[str, Any]:
    meta = {
        "event_id": "e",
        "matter": "m",
        "cause": "c",
        "rule": "PN-01@1",
        "citation": None,
        "correlation_id": "x",
    }
    return {
        "meta": meta,
        "clock": "k",
        "rule": "PN-01@1",
        "name_zh": "线索核查",
        "resumed_at": 1,
        "due": 2,
        "due_date": "2026-09-29",
        "calendar_version": 1,
        "provisional": False,
        "alarms": [],
    }
