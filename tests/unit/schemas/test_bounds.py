"""Bounds at admission, read from the contracts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.bounds import blemish, check_bounds
from schemas.codec import CODEC
from schemas.errors import Code

GOLDEN = Path(__file__).parents[2] / "contract" / "golden"


def found(name: str, record: dict[str, Any]) -> list[tuple[str, Code]]:
    return [(violation.path, violation.code) for violation in check_bounds(name, record)]


@pytest.fixture
def clue() -> dict[str, Any]:
    cases = json.loads((GOLDEN / "ClueTransferred.v1.json").read_text(encoding="utf-8"))
    return CODEC.decode(bytes.fromhex(cases[0]["hex"])).record


class TestAFact:
    def test_within_its_bounds_passes(self, clue: dict[str, Any]) -> None:
        assert found("ClueTransferred", clue) == []

    def test_passes_with_its_personal_fields_still_in_text(self, clue: dict[str, Any]) -> None:
        clue["suspected_party"]["name"] = "张三"
        clue["fact"]["summary"] = "夜间向河道倾倒建筑垃圾。\n约两车。"
        assert found("ClueTransferred", clue) == []

    def test_is_told_every_bound_that_it_breaks_at_once(self, clue: dict[str, Any]) -> None:
        clue["location"]["address_text"] = "路" * 301
        clue["domain_code"] = "10"
        clue["evidence"][0]["sm3"] = "66C7" * 16
        assert found("ClueTransferred", clue) == [
            ("/domain_code", Code.BAD_FORMAT),
            ("/location/address_text", Code.TOO_LONG),
            ("/evidence/0/sm3", Code.BAD_FORMAT),
        ]

    def test_is_told_what_is_wrong_in_both_languages(self, clue: dict[str, Any]) -> None:
        clue["location"]["address_text"] = "路" * 301
        (violation,) = check_bounds("ClueTransferred", clue)
        assert "301 字" in violation.detail_zh
        assert "301 characters long, 300 at most" in violation.detail_en

    def test_counts_characters_and_not_bytes(self, clue: dict[str, Any]) -> None:
        clue["location"]["address_text"] = "𠮷" * 300
        assert found("ClueTransferred", clue) == []

    @pytest.mark.parametrize("region", ["3101", "31012010", "3101201060010", "31012a", "３１０１２０"])
    def test_has_a_region_of_6_9_or_12_digits(self, clue: dict[str, Any], region: str) -> None:
        clue["meta"]["region"] = region
        assert [path for path, _ in found("ClueTransferred", clue)] == ["/meta/region"]

    def test_holds_no_more_items_than_the_contract_allows(self, clue: dict[str, Any]) -> None:
        clue["meta"]["addressed_to"] = ["310120-JD11"] * 51
        assert found("ClueTransferred", clue) == [("/meta/addressed_to", Code.TOO_MANY)]

    def test_holds_no_item_longer_than_the_contract_allows(self, clue: dict[str, Any]) -> None:
        clue["meta"]["addressed_to"] = ["310120-JD11", "3" * 17]
        assert found("ClueTransferred", clue) == [("/meta/addressed_to/1", Code.TOO_LONG)]

    @pytest.mark.parametrize("lon", [180.5, -181.0, float("nan"), float("inf")])
    def test_lies_on_the_globe(self, clue: dict[str, Any], lon: float) -> None:
        clue["location"]["lon"] = lon
        assert found("ClueTransferred", clue) == [("/location/lon", Code.OUT_OF_RANGE)]

    @pytest.mark.parametrize("micros", [-(2**62), -2_208_988_800_000_001, 7_258_118_400_000_000, 2**62])
    def test_lies_in_the_centuries_we_can_keep(self, clue: dict[str, Any], micros: int) -> None:
        clue["meta"]["occurred_at"] = micros
        assert found("ClueTransferred", clue) == [("/meta/occurred_at", Code.OUT_OF_RANGE)]

    def test_has_a_whole_number_that_every_avro_reader_takes(self) -> None:
        marker = {"seq": 1, "rulebook": "", "calendar_version": 2**31, "agencies_version": 1, "content": b""}
        assert found("Marker", marker) == [("/calendar_version", Code.OUT_OF_RANGE)]

    def test_bounds_a_ciphertext_by_the_text_it_may_hold(self, clue: dict[str, Any]) -> None:
        clue["suspected_party"]["phone"] = bytes(4 * 30 + 256)
        assert found("ClueTransferred", clue) == []
        clue["suspected_party"]["phone"] += b"\x00"
        assert found("ClueTransferred", clue) == [("/suspected_party/phone", Code.TOO_LONG)]

    @pytest.mark.parametrize("day", ["2026-02-29", "2026-9-9", "20260909", "2026-W37-3", "tomorrow"])
    def test_names_days_that_exist(self, day: str) -> None:
        record = {"missing": [], "supplement_due": day}
        assert found("ClueReturnedForSupplement", record) == [("/supplement_due", Code.BAD_FORMAT)]


class TestText:
    @pytest.mark.parametrize(
        "character", ["\u0000", "\u0007", "\u001b", "\u007f", "\u0085", "\u2028", "\u202e", "\u2066"]
    )
    def test_holds_no_control_characters_anywhere(self, clue: dict[str, Any], character: str) -> None:
        clue["location"]["address_text"] = f"南桥镇{character}环城东路"
        clue["fact"]["summary"] = f"倾倒{character}垃圾"
        assert found("ClueTransferred", clue) == [
            ("/fact/summary", Code.CONTROL_CHARACTER),
            ("/location/address_text", Code.CONTROL_CHARACTER),
        ]

    def test_breaks_lines_only_where_prose_is_expected(self, clue: dict[str, Any]) -> None:
        clue["fact"]["summary"] = "一\r\n二\t三"
        clue["location"]["address_text"] = "一\n二"
        assert found("ClueTransferred", clue) == [("/location/address_text", Code.CONTROL_CHARACTER)]

    def test_holds_no_half_of_a_surrogate_pair(self, clue: dict[str, Any]) -> None:
        clue["location"]["address_text"] = "路\ud83d"
        assert found("ClueTransferred", clue) == [("/location/address_text", Code.LONE_SURROGATE)]

    @pytest.mark.parametrize(
        "text", ["", "沪奉水务移〔2026〕17号", "𠮷野家", "👨‍👩‍👧", "Ünïcode", "ᠮᠣᠩᠭᠣᠯ", "བོད་ཡིག"]
    )
    def test_of_any_script_passes(self, text: str) -> None:
        assert blemish(text, multiline=False) is None


def test_every_control_character_that_postgresql_or_a_terminal_stumbles_over_is_unfit() -> None:
    for point in (*range(0x20), *range(0x7F, 0xA0)):
        expected = None if chr(point) in "\t\n\r" else Code.CONTROL_CHARACTER
        assert blemish(chr(point), multiline=True) == expected
        assert blemish(chr(point), multiline=False) == Code.CONTROL_CHARACTER
