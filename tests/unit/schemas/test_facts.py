"""The typed facts: one shape with the contracts, pleasant to write, strict where it matters."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas import facts
from schemas.bounds import EARLIEST, LATEST
from schemas.codec import CODEC
from schemas.contracts import FACT_CONTEXTS, PersonalField, contracts
from schemas.facts import (
    BEIJING,
    CONTROLS,
    FACTS,
    SHARED,
    Labelled,
    Sealed,
    from_record,
    personal_paths,
    to_record,
    vocabulary,
)
from schemas.facts.clue import ClueReceived, ClueReturnedForSupplement
from schemas.facts.control import Mend, Tick
from schemas.facts.shared import Meta, MissingElement
from schemas.facts.vocabulary import Role, Scope, Sensitivity, Urgency
from schemas.generate import generate

GOLDEN = Path(__file__).parents[2] / "contract" / "golden"
FOLDER = Path(facts.__file__).parent


def meta(**changed: Any) -> Meta:
    return Meta(
        **{
            "event_id": "01991234-5678-7abc-8def-000000000001",
            "matter": "XS-310120-ZG04-20260908-000123-7",
            "occurred_at": datetime(2026, 9, 8, 9, 40, tzinfo=BEIJING),
            "agency": "310120-JD11",
            "role": Role.DISPATCH_DESK,
            "region": "310120106",
            "scope": Scope.DISTRICT,
            "sensitivity": Sensitivity.L3,
            "correlation_id": "XS-310120-ZG04-20260908-000123-7",
            **changed,
        }
    )


def examples() -> list[tuple[str, dict[str, Any]]]:
    """Every golden example of every version, but the Tick of 1970, which is Avro's own."""
    cases = [
        (name, CODEC.decode(bytes.fromhex(case["hex"])).record)
        for name in sorted({*FACTS, *SHARED, *CONTROLS})
        for path in sorted(GOLDEN.glob(f"{name}.v*.json"))
        for case in json.loads(path.read_text(encoding="utf-8"))
    ]
    return [(name, record) for name, record in cases if record != {"at": 64}]


class TestTheGeneratedModules:
    def test_are_what_the_contracts_give(self) -> None:
        for name, text in generate(contracts()).items():
            checked_in = (FOLDER / name).read_text(encoding="utf-8")
            assert checked_in == text, f"{name} is stale: run `python -m schemas generate`"

    def test_hold_a_class_for_every_fact_and_every_control_record(self) -> None:
        facts_of_the_contracts = {c.name for c in contracts() if c.context in FACT_CONTEXTS}
        assert FACTS.keys() == facts_of_the_contracts
        assert CONTROLS.keys() == {"Tick", "Marker", "Mend"}
        assert SHARED.keys() == {"PenaltyShared", "ClueShared", "WarningShared"}
        assert {*FACTS, *SHARED, *CONTROLS, "Seal"} == CODEC.names

    @pytest.mark.parametrize("name", sorted(FACTS))
    def test_have_the_fields_of_the_contract_in_order_each_described(self, name: str) -> None:
        fields = contracts()[name].schema["fields"]
        assert list(FACTS[name].model_fields) == [field["name"] for field in fields]
        described = {n: info.description for n, info in FACTS[name].model_fields.items()}
        assert described == {field["name"]: field["doc"] for field in fields}

    def test_label_every_symbol_in_chinese(self) -> None:
        assert Urgency.P0.zh == "正在发生或有危险"
        enums = [c for c in vars(vocabulary).values() if isinstance(c, type) and issubclass(c, Labelled)]
        for enum in enums:
            for member in enum:
                assert any("\u4e00" <= c <= "\u9fff" for c in member.zh), member


class TestAFactWrittenInPython:
    def test_becomes_the_dict_that_the_codec_takes(self) -> None:
        fact = ClueReturnedForSupplement(
            meta=meta(),
            missing=(MissingElement(element="evidence", zh="照片、视频等证据材料"),),
            supplement_due=date(2026, 9, 11),
        )
        record = to_record(fact)
        # 2026-09-08 09:40 in Beijing is 01:40 UTC: 1788831600 seconds after 1970.
        assert record["meta"]["occurred_at"] == 1_788_831_600_000_000
        assert record["meta"]["role"] == "DISPATCH_DESK"
        assert type(record["meta"]["role"]) is str
        assert record["missing"] == [{"element": "evidence", "zh": "照片、视频等证据材料"}]
        assert record["supplement_due"] == "2026-09-11"
        assert CODEC.decode(CODEC.encode(fact.FACT, record)).record == record

    def test_keeps_personal_fields_as_text(self) -> None:
        assert to_record(ClueReceived(meta=meta(), note="已到现场"))["note"] == "已到现场"

    def test_cannot_be_changed(self) -> None:
        fact = ClueReceived(meta=meta())
        with pytest.raises(ValidationError, match="frozen"):
            fact.note = "later"  # type: ignore[misc]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"agency": 310120},
            {"agency": b"310120-JD11"},
            {"agency": "3" * 17},
            {"region": "3101"},
            {"role": "MAYOR"},
            {"occurred_at": 1_788_831_600},
            {"occurred_at": "1788831600"},
            {"occurred_at": "2026-09-08"},
            {"occurred_at": "2026-09-08T09:40:00"},
            {"occurred_at": datetime(2026, 9, 8, 9, 40)},  # noqa: DTZ001 - the zone is what is missing
            {"occurred_at": "1899-12-31T00:00:00Z"},
            {"correlation_id": "a\u0000b"},
            {"correlation_id": "a\nb"},
            {"addressed_to": ["x\u0007"]},
            {"addressed_to": "310120-JD11"},
            {"instance": "FENGXIAN"},
        ],
    )
    def test_fails_where_the_wrong_value_is_written(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError) as refusal:
            meta(**wrong)
        assert [error["loc"][0] for error in refusal.value.errors()] == list(wrong)

    @pytest.mark.parametrize("due", ["2026-9-1", "20260911", 1_788_831_600, "2026-02-30", datetime.now(UTC)])
    def test_takes_days_as_dates_only(self, due: Any) -> None:
        with pytest.raises(ValidationError):
            ClueReturnedForSupplement(meta=meta(), missing=(), supplement_due=due)


class TestAFactInJson:
    def test_tells_instants_with_their_offset(self) -> None:
        told = json.loads(ClueReceived(meta=meta()).model_dump_json())
        assert told["meta"]["occurred_at"] == "2026-09-08T09:40:00+08:00"

    @pytest.mark.parametrize(("name", "record"), examples())
    def test_comes_back_the_same_from_json_and_from_the_wire(self, name: str, record: dict[str, Any]) -> None:
        fact = from_record(name, record, sealed="［已加密］")
        assert type(fact).model_validate_json(fact.model_dump_json()) == fact
        personal = personal_paths(name)
        if not personal:
            assert to_record(fact) == record


class TestAnInstant:
    @given(
        st.integers(EARLIEST, LATEST - 1),
        st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
    )
    def test_keeps_every_microsecond_whatever_its_zone(self, micros: int, zone: timezone) -> None:
        tick = from_record("Tick", {"at": micros})
        assert isinstance(tick, Tick)
        assert to_record(tick) == {"at": micros}
        assert to_record(Tick(at=tick.at.astimezone(zone))) == {"at": micros}


class TestPersonalFields:
    def test_are_named_with_their_kind(self) -> None:
        assert personal_paths("ClueTransferred") == (
            PersonalField(("suspected_party", "name"), "person"),
            PersonalField(("suspected_party", "id_number"), "person"),
            PersonalField(("suspected_party", "phone"), "person"),
            PersonalField(("suspected_party", "note"), "text"),
            PersonalField(("fact", "summary"), "text"),
            PersonalField(("absence_reason",), "text"),
        )

    def test_are_none_in_what_the_platform_states(self) -> None:
        platform = [c.name for c in contracts() if c.context in {"platform", "control", "seal"}]
        assert {name: personal_paths(name) for name in platform} == dict.fromkeys(platform, ())

    def test_must_be_decrypted_to_be_read(self) -> None:
        record = {**to_record(ClueReceived(meta=meta())), "note": b"\x01cipher"}
        with pytest.raises(Sealed, match="/note is encrypted"):
            from_record("ClueReceived", record)
        shown = from_record("ClueReceived", record, sealed="［已加密］")
        assert isinstance(shown, ClueReceived)
        assert shown.note == "［已加密］"


def test_a_mend_says_minus_one_until_its_owner_has_counted() -> None:
    assert Mend.model_fields["remaining"].default == -1
