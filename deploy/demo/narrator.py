"""The story on the terminal: in Chinese and English, with the rule and the clock behind it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from projections.vocabulary import limit_zh
from schemas.agencies import AGENCIES
from schemas.calendar import CALENDAR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from deploy.demo.play import Told
    from deploy.demo.story import Step, Story
    from deploy.verify import Verdict

WHEN = "%m-%d %H:%M"
WHEN_WIDTH = 11
WHO_WIDTH = 25
ASIDE = {
    "DeadlineScheduled": ("clock 时限", "dim"),
    "DeadlinePaused": ("paused 中止", "dim"),
    "DeadlineResumed": ("resumed 恢复", "dim"),
    "DeadlineWarned": ("⚠ warned 预警", "yellow"),
    "DeadlineMet": ("✔ met 办结", "green"),
    "DeadlineBreached": ("✘ breached 超期", "bold red"),
}
"""How each clock fact is told: its words and its style."""


class Narrator:
    """Prints a story as it is played."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def begin(self, story: Story) -> None:
        """Print the title."""
        self._console.print(
            f"\n[bold]{story.title_zh}[/]  {story.title_en}  [dim]simulated time 模拟时间[/]\n"
        )

    def tell(self, told: Told) -> None:
        """Print one step, or what time alone brought about."""
        if told.step is not None:
            self._console.print()
            self._line("", f"{told.step.tell_zh}\n{told.step.tell_en}", "", "dim italic")
            if told.step.expect == "refused" and told.answer is not None:
                self._refused(told.step, told.answer)
        for fact in told.facts:
            self._fact(fact)

    def end(self, verdict: Verdict) -> None:
        """Print the summary: counts, and whether ledger and views agree."""
        states = ", ".join(f"{name.lower()} {count}" for name, count in sorted(verdict.clocks.items()))
        self._console.print(
            f"\nFacts {verdict.facts} · admitted {verdict.admitted} · refused {verdict.refused} · "
            f"ledger records {verdict.records} · clocks {sum(verdict.clocks.values())}: {states}",
            soft_wrap=True,
        )
        if verdict.failures:
            self._console.print("[bold red]ledger ≠ views ✘[/] " + "; ".join(verdict.failures))
        else:
            self._console.print("[bold green]ledger = views ✔ 总账与视图一致[/]")

    def _refused(self, step: Step, answer: Mapping[str, Any]) -> None:
        what = Text(f"{step.fact}  ", "bold")
        what.append(f"✘ refused {answer['code']} {answer['title']}\n", "bold red")
        what.append(f"→ {answer['remedy']}", "dim")
        self._line(step.at.strftime(WHEN), _who(step.by, step.to), what)

    def _fact(self, fact: Mapping[str, Any]) -> None:
        kind, content = fact["fact"]["code"], fact["content"]
        when = datetime.fromisoformat(fact["received_at"]).strftime(WHEN)
        if kind in ASIDE:
            words, style = ASIDE[kind]
            self._line(when, f"  {words}", _clock(kind, content), style)
        elif kind == "FactRouted":
            text = f"{fact['rule']} {content['why_zh']} ▸ {_agency(content['to'])}"
            self._line(when, "  routed 路由", text, "dim")
        else:
            to = [one["code"] for one in fact["addressed_to"]]
            self._line(when, _who(fact["agency"]["code"], to), _stated(kind, fact))

    def _line(self, when: str, who: Text | str, what: Text | str, style: str = "") -> None:
        """Print one line in three columns; what is too long goes on below in its own column."""
        if not what:
            self._console.print(Padding(Text(str(who), style), (0, 0, 0, WHEN_WIDTH + 2)))
            return
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=WHEN_WIDTH, style="dim")
        grid.add_column(width=WHO_WIDTH)
        grid.add_column(overflow="fold")
        left = who if isinstance(who, Text) else Text(who, style)
        right = what if isinstance(what, Text) else Text(what, style)
        grid.add_row(when, left, right)
        self._console.print(grid)


def _stated(kind: str, fact: Mapping[str, Any]) -> Text:
    text = Text(f"{kind} {fact['fact']['name']} ", "bold")
    text.append(f"#{fact['seq']}", "green")
    missing = fact["content"].get("missing")
    if missing:
        text.append("  缺: " + "、".join(item["zh"] for item in missing), "yellow")
    return text


def _who(sender: str, receivers: Sequence[str]) -> Text:
    text = Text(_agency(sender), "cyan")
    text.append(f" ▸ {'、'.join(_agency(code) for code in receivers)}", "default")
    return text


def _clock(kind: str, content: Mapping[str, Any]) -> str:
    rule = f"{content['rule']} {content['name_zh']}"
    if kind == "DeadlinePaused":
        return f"{rule}  {content['reason_zh']}"
    told = f"{rule}  due {content['due_date'][5:]} 24:00"
    if kind == "DeadlineScheduled":
        limit = limit_zh(content["n"], content["unit"], content["day_kind"])
        unverified = "" if content["verified"] else " 未核实"
        return f"{told}  ({limit}{skipped_zh(content)}){unverified}"
    if kind in {"DeadlineWarned", "DeadlineBreached"}:
        return f"{told}  ▸ {'、'.join(_agency(code) for code in content['to'])}"
    return told


def skipped_zh(content: Mapping[str, Any]) -> str:
    """Name what makes a count of working days surprising: made-up workdays and holidays on weekdays."""
    if content["day_kind"] != "WORKING":
        return ""
    first = datetime.fromisoformat(content["start_at"]).date()
    last = date.fromisoformat(content["due_date"])
    saturday = 5
    odd = [
        day
        for day in (date.fromordinal(n) for n in range(first.toordinal() + 1, last.toordinal() + 1))
        if CALENDAR.is_working(day) == (day.weekday() >= saturday)
    ]
    told = "、".join(f"{day:%m-%d} {'上班' if CALENDAR.is_working(day) else '放假'}" for day in odd)
    return f"；{told}" if told else ""


def _agency(code: str) -> str:
    return AGENCIES.name_zh(code)
