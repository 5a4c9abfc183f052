"""Every fact type is told in Chinese: its fields by their contract, the platform's own in a sentence."""

from __future__ import annotations

import pytest

from projections.console.describe import describe
from projections.console.headlines import headline
from projections.content import split
from projections.testing import at
from schemas.contracts import FACT_CONTEXTS, contracts
from tests.unit.projections.ledger_examples import example

ALL = sorted(c.name for c in contracts().on_the_wire() if c.context in FACT_CONTEXTS)
OURS = sorted(
    name for name in ALL
    if contracts()[name].stated == "PLATFORM" and name not in {"FactHeld", "FactRefused"}
    and contracts()[name].context != "feed"
)  # fmt: skip
CODES = {"原因代码", "所依程序规定"}
"""What operators look up by its code."""


@pytest.mark.parametrize("fact", ALL)
def test_every_line_of_a_fact_has_a_chinese_label_and_no_symbol_of_an_enum(fact: str) -> None:
    content, _ = split(fact, example(fact))
    for line in describe(fact, content, {}):
        assert any("\u4e00" <= character <= "\u9fff" for character in line.label), line
        assert line.label in CODES or not (line.value.isupper() and line.value.replace("_", "").isalpha()), (
            line
        )


@pytest.mark.parametrize("fact", OURS)
def test_what_the_platform_states_is_one_plain_sentence(fact: str) -> None:
    content, _ = split(fact, example(fact))
    told = headline(fact, content, ("330000-ZJ01",))
    assert told.endswith("。")
    assert told.count("。") <= 2
    assert "None" not in told


def test_an_effect_is_told_by_its_target_and_without_its_bytes() -> None:
    content, _ = split("EffectOwed", example("EffectOwed") | {"target": "HZ-1", "fact": "PenaltyCounted"})
    assert headline("EffectOwed", content) == "平台已通知关联事项 HZ-1（处罚已计入汇总）。"
    assert "value" not in content
    marker, _ = split("EffectOwed", example("EffectOwed") | {"target": "", "fact": "WorkCalendarPublished"})
    assert headline("EffectOwed", marker).startswith("平台已将")


def test_a_fact_that_goes_to_several_names_them_all() -> None:
    content, _ = split("FactRouted", example("FactRouted") | {"to": "", "why_zh": "预警通报其他三方"})
    told = headline("FactRouted", content, ("310120-ZG04", "310120-JD11"))
    assert told == "分送区水务局、南桥镇，由各机关分别签收。预警通报其他三方。"


@pytest.mark.parametrize(
    ("met", "early", "words"),
    [
        ("2026-09-29 17:00", False, "按期办结（"),
        ("2026-09-29 17:00", True, "按期办结，平台事后得知（"),
        ("2026-09-30 00:00", True, "超期后办结（"),
    ],
)
def test_a_clock_that_ends_says_whether_it_was_late_or_only_told_late(
    met: str,
    early: bool,  # noqa: FBT001 - a case of a table
    words: str,
) -> None:
    told = example("DeadlineMet") | {
        "met_at": at(met), "due": at("2026-09-30 00:00"), "due_date": "2026-09-29", "breached_before": early,
    }  # fmt: skip
    content, _ = split("DeadlineMet", told)
    assert words in headline("DeadlineMet", content)
