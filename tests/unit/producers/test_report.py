"""The report tells a person and a program what became of each line."""

from __future__ import annotations

from rich.console import Console

from producers.publish.report import Report, Result, Status
from schemas.errors import Code, Refused, problem


def report() -> Report:
    told = problem(Refused(Code.UNKNOWN_SYMBOL, "/data/urgency", detail_zh="只能取 P0、P1、P2。"))
    return Report(
        [
            Result("a.jsonl", 1, "e1", "m", Status.ADMITTED, receipt={"status": "admitted"}),
            Result("a.jsonl", 2, "e2", "m", Status.REFUSED, problem=told),
        ]
    )


def test_a_refusal_is_shown_with_line_code_field_and_remedy() -> None:
    console = Console(width=160, record=True, file=None, quiet=False)
    with console.capture() as captured:
        console.print(report().table())
    shown = captured.get()
    for text in (
        "a.jsonl:2",
        "UNKNOWN_SYMBOL",
        "/data/urgency",
        "只能取 P0、P1、P2。",
        "请从所列取值中选择。",
    ):
        assert text in shown


def test_any_refusal_makes_the_exit_code_one() -> None:
    assert report().exit_code == 1
    assert Report(report().results[:1]).exit_code == 0
    assert Report([Result("x", 1)]).exit_code == 1


def test_the_summary_counts() -> None:
    assert report().summary() == "共 2 条：已登记 admitted 1，被拒 refused 1"
    assert report().as_json()["counts"]["refused"] == 1
