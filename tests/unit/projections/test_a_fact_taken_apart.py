"""What of a fact everybody may see, and what is kept apart."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.console.describe import describe
from projections.console.headlines import headline
from projections.content import split
from projections.procedures import PROCEDURES
from projections.reveal import MASKED, Shown
from projections.testing import CLUE, SCHEDULED, LedgerBuilder, at, meta, short_meta
from projections.vocabulary import fact_zh
from schemas.contracts import FACT_CONTEXTS, contracts, personal_paths

FACTS = sorted(c.name for c in contracts().on_the_wire() if c.context in FACT_CONTEXTS)


def clue() -> dict[str, Any]:
    return {"meta": meta(LedgerBuilder(), "XS-1", "310120-ZG04", at("2026-09-08 09:40"))} | CLUE


def test_personal_fields_leave_the_clear_content_with_their_class_and_place() -> None:
    content, personal = split("ClueTransferred", clue())
    assert [(p.path, p.kind) for p in personal] == [
        ("/suspected_party/name", "person"),
        ("/fact/summary", "text"),
    ]
    assert "ciphertext" not in json.dumps(content)
    assert content["violation_time"]["start"] == "2026-09-07T20:10:00+08:00"


def test_the_raw_bytes_of_a_held_fact_never_enter_a_view() -> None:
    held = {
        "meta": short_meta(LedgerBuilder(), "XS-1", "cause"),
        "held_event": "e",
        "agency": "310120-ZG04",
        "kind": "fact",
        "reason_code": "UNKNOWN_SCHEMA",
        "detail": "d",
        "value": b"short",
        "stamp_key": "door-1",
    }
    content, personal = split("FactHeld", held)
    assert "value" not in content
    assert personal == []


def test_of_a_fact_type_that_is_not_known_nothing_is_shown() -> None:
    assert split("NeverHeardOf", {"meta": {}, "name": b"?"}) == ({}, [])


@given(st.binary(min_size=8, max_size=64))
def test_no_ciphertext_however_short_reaches_the_clear_content(secret: bytes) -> None:
    record = clue()
    record["suspected_party"] = record["suspected_party"] | {
        "name": secret,
        "id_number": secret,
        "phone": secret,
    }
    content, personal = split("ClueTransferred", record)
    assert [p.value for p in personal[:3]] == [secret] * 3
    assert secret.hex() not in json.dumps(content)


@pytest.mark.parametrize("fact", FACTS)
def test_every_personal_field_of_every_contract_is_known_to_the_view(fact: str) -> None:
    assert {p.kind for p in personal_paths(fact)} <= {"person", "text"}


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_has_a_chinese_name(fact: str) -> None:
    assert fact_zh(fact) != fact
    assert not fact_zh(fact).isascii()


def test_a_fact_is_described_in_the_contracts_own_chinese_words() -> None:
    content, personal = split("ClueTransferred", clue())
    shown = {personal[0].path: Shown("张三", "personal"), personal[1].path: MASKED}
    lines = {line.label: (line.value, line.mark) for line in describe("ClueTransferred", content, shown)}
    assert lines["姓名"] == ("张三", "personal")
    assert lines["违法事实概述"] == ("＊＊＊", "masked")
    assert lines["当事人类型"] == ("自然人", "")
    assert lines["街镇代码"] == ("310120101 南桥镇", "")
    assert lines["紧急程度"] == ("常规", "")
    assert lines["开始"] == ("2026-09-07 周一 20:10", "")


def test_a_clock_that_was_started_says_who_must_do_what_by_when() -> None:
    record = SCHEDULED | {"clock": "c", "start_at": 0, "responsible": "310120-JD11"}
    record |= {"meta": short_meta(LedgerBuilder(), "XS-1", "cause")}
    content, _ = split("DeadlineScheduled", record)
    assert headline("DeadlineScheduled", content) == (
        "线索核查：15 个工作日，由南桥镇在 2026-09-29 24:00 前完成。"
    )


def test_a_fact_without_content_has_no_headline() -> None:
    assert headline("DeadlineScheduled", {}) == ""


def test_states_are_those_of_a_clue() -> None:
    # Settled names of the states of a clue.
    assert set(PROCEDURES["clue-transfer"].states) == {
        "registered",
        "transferred",
        "received",
        "returned",
        "disputed",
        "triaged",
        "forwarded",
        "verified",
        "fed-back",
        "closed",
        "objected",
        "designation-requested",
        "designated",
        "in-triage",
    }
