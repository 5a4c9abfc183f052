"""Whatever was ever written can be read for ever, and is written again byte for byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.codec import CODEC, HEADER, Undecodable, read_exactly
from schemas.codec import plain as parsed
from schemas.released import releases
from schemas.seal import chain_hash, decode_seal, encode_matter_part, encode_seal, sm3

HERE = Path(__file__).parent
VERSIONS = [(name, release) for name, versions in sorted(releases().items()) for release in versions]


def _bytes_again(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"hex"}:
            return bytes.fromhex(value["hex"])
        return {key: _bytes_again(item) for key, item in value.items()}
    return [_bytes_again(item) for item in value] if isinstance(value, list) else value


def _cases(name: str, version: int) -> list[dict[str, Any]]:
    path = HERE / f"{name}.v{version}.json"
    assert path.exists(), f"{path.name} is missing: add examples of every version that is released"
    cases: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    assert cases
    return cases


@pytest.mark.parametrize(("name", "release"), VERSIONS, ids=[f"{n}.v{r.version}" for n, r in VERSIONS])
class TestEveryVersionEverReleased:
    def test_decodes_to_the_record_that_was_written(self, name: str, release: Any) -> None:
        for case in _cases(name, release.version):
            value = bytes.fromhex(case["hex"])
            assert value[: HEADER.size] == b"\x00" + release.id.to_bytes(4, "big")
            record = read_exactly(parsed(release.schema), value[HEADER.size :])
            assert record == _bytes_again(case["record"]), case["title"]

    def test_decodes_through_the_codec_under_its_name(self, name: str, release: Any) -> None:
        for case in _cases(name, release.version):
            decoded = CODEC.decode(bytes.fromhex(case["hex"]), canonical=True)
            assert decoded.name == name
            if release.id == CODEC.schema_id(name):
                assert decoded.record == _bytes_again(case["record"]), case["title"]

    def test_is_written_again_byte_for_byte(self, name: str, release: Any) -> None:
        for case in _cases(name, release.version):
            if release.id == CODEC.schema_id(name):
                assert CODEC.encode(name, _bytes_again(case["record"])).hex() == case["hex"], case["title"]

    def test_is_undecodable_when_cut_anywhere(self, name: str, release: Any) -> None:
        for case in _cases(name, release.version):
            value = bytes.fromhex(case["hex"])
            for length in range(len(value)):
                with pytest.raises(Undecodable):
                    CODEC.decode(value[:length])


def test_no_example_stands_without_a_release() -> None:
    known = {f"{name}.v{release.version}.json" for name, release in VERSIONS}
    assert {path.name for path in HERE.glob("*.v*.json")} == known


class TestTheChain:
    records = json.loads((HERE / "chain.json").read_text(encoding="utf-8"))

    def test_links_each_record_to_the_one_before_it(self) -> None:
        before = b""
        for number, record in enumerate(self.records, start=1):
            seal = decode_seal(bytes.fromhex(record["seal"]))
            assert (seal.matter.seq, seal.matter.prev_hash) == (number, before)
            before = bytes.fromhex(record["hash"])

    def test_is_sm3_over_the_matter_part_and_the_value(self) -> None:
        for record in self.records:
            matter_part, value = bytes.fromhex(record["matter_part"]), bytes.fromhex(record["value"])
            assert sm3(matter_part + value).hex() == record["hash"]
            assert chain_hash(matter_part, value).hex() == record["hash"]

    def test_is_sealed_again_byte_for_byte(self) -> None:
        for record in self.records:
            seal = decode_seal(bytes.fromhex(record["seal"]))
            matter_part = encode_matter_part(seal.matter)
            assert matter_part.hex() == record["matter_part"]
            assert encode_seal(matter_part, seal.partition).hex() == record["seal"]

    def test_holds_facts_that_decode(self) -> None:
        for record in self.records:
            assert CODEC.decode(bytes.fromhex(record["value"])).name == record["fact"]
