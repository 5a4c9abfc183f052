"""The story on the terminal, in Chinese and English: one line a fact, with its rule, its clock, its law."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from deploy.demo.clocks import clock_words
from schemas.agencies import AGENCIES
from schemas.feeds import FEEDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from deploy.scenarios.model import Scenario, Step
    from deploy.scenarios.play import Played
    from deploy.verify import Verdict

WHEN = "%m-%d %H:%M"
WHEN_WIDTH = 11
WHO_WIDTH = 24
ASIDE = {
    "DeadlineScheduled": ("clock 时限", "dim"),
    "DeadlinePaused": ("paused 中止", "dim"),
    "DeadlineResumed": ("resumed 恢复", "dim"),
    "DeadlineExtended": ("extended 延长", "dim"),
    "DeadlineRecalculated": ("recounted 重算", "dim"),
    "DeadlineCancelled": ("cancelled 撤销", "dim"),
    "DeadlineWarned": ("⚠ warned 预警", "yellow"),
    "DeadlineMet": ("✔ met 办结", "green"),
    "DeadlineBreached": ("✘ breached 超期", "bold red"),
    "EscalationRaised": ("▲ escalated 升级", "bold red"),
}
"""How each clock fact is told: its words and its style."""

UNCITED = {"DeadlineWarned", "DeadlineMet", "DeadlineCancelled"}
"""Clock facts beside which the law, told when the clock was set, is not told again."""

LATE = ("✔ met late 逾期办结", "yellow")
KINDS = {"XS": "线索", "XZ": "协助", "AJ": "案件", "CG": "抄告", "HZ": "汇总", "CX": "跨省", "YJ": "预警"}
FEN = 100


class Narrator:
    """Prints a story as it is played."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown = ""

    def begin(self, story: Scenario) -> None:
        """Print the title."""
        self._console.print(
            f"\n[bold]{story.title.zh}[/]  {story.title.en}  [dim]simulated time 模拟时间[/]", highlight=False
        )

    def passed(self, facts: Sequence[Mapping[str, Any]]) -> None:
        """Print what time alone brought about."""
        if facts:
            self._console.print()
            self._facts(facts)

    def told(self, played: Played, facts: Sequence[Mapping[str, Any]]) -> None:
        """Print one step, what came of it, and whatever was not as the story says."""
        step = played.step
        self._console.print()
        aside = Text(f"{step.zh}\n{step.en}", "dim italic")
        self._console.print(Padding(aside, (0, 0, 0, WHEN_WIDTH + 2)))
        self._shown = ""
        if step.refused and "code" in played.answer:
            self._refused(step, played.answer)
        elif step.fact and not facts:
            self._line(step.when.strftime(WHEN), _who(step.by or "", step.to), Text(step.fact, "bold"))
        self._facts(facts)
        for _, finding in played.findings:
            if not finding.held:
                self._line(
                    "", "✘ expected 应为", f"{finding.what}: {finding.expected}; {finding.found}", "bold red"
                )

    def shared(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Print what a feed gained."""
        for event in events:
            data = event["data"]
            name = FEEDS[event["feed"]].name_zh.removesuffix("省平台")
            what = Text(f"{event['type'].rpartition('.')[2]} ", "bold")
            what.append(" ".join(str(data[key]) for key in ("org_name", "decision_no") if data.get(key)))
            what.append(_money(data))
            what.append(f"  {data['original']['hash'][:12]}…", "dim")
            self._line("", Text(f"  ▸ {name} feed", "magenta"), what)

    def end(self, verdict: Verdict, held: int, of: int) -> None:
        """Print the summary: counts, how much was as expected, and whether ledger and views agree."""
        states = ", ".join(f"{name.lower()} {count}" for name, count in sorted(verdict.clocks.items()))
        self._console.print(
            f"\nFacts {verdict.facts} · admitted {verdict.admitted} · refused {verdict.refused} · "
            f"ledger records {verdict.records} · clocks {sum(verdict.clocks.values())}: {states}",
            soft_wrap=True,
        )
        style = "green" if held == of else "bold red"
        self._console.print(f"[{style}]as expected 与预期一致: {held} of {of}[/]", highlight=False)
        if verdict.failures:
            self._console.print("[bold red]ledger ≠ views ✘[/] " + "; ".join(verdict.failures))
        else:
            self._console.print("[bold green]ledger = views ✔ 总账与视图一致[/]")

    def _refused(self, step: Step, answer: Mapping[str, Any]) -> None:
        what = Text(f"{step.fact}  ", "bold")
        what.append(f"✘ refused {answer['code']} {answer['title']}", "bold red")
        what.append(f"\n{answer['detail']}\n→ {answer['remedy']}", "dim")
        if answer.get("source"):
            what.append(f" · {answer['source']}", "dim")
        self._line(step.when.strftime(WHEN), _who(step.by or "", step.to), what)

    def _facts(self, facts: Sequence[Mapping[str, Any]]) -> None:
        owed = {
            fact["content"]["effect_event"]: fact["rule"]
            for fact in facts
            if fact["fact"]["code"] == "EffectOwed"
        }
        for fact in facts:
            if fact["fact"]["code"] != "EffectOwed":
                self._fact(fact, owed.get(fact["event_id"]))

    def _fact(self, fact: Mapping[str, Any], owed_by: str | None) -> None:
        kind, content = fact["fact"]["code"], fact["content"]
        when = datetime.fromisoformat(fact["received_at"]).strftime(WHEN)
        if kind in ASIDE:
            words, style = LATE if content.get("breached_before") else ASIDE[kind]
            text = Text(clock_words(kind, content))
            self._line(when, f"  {words}", text if kind in UNCITED else _cited(text, fact), style)
        elif kind == "FactRouted":
            why = f"{fact['rule']} {content['why_zh']} ▸ {AGENCIES.name_zh(content['to'])}"
            self._line(when, "  routed 路由", _cited(Text(why), fact), "dim")
        elif owed_by:
            what = _stated(fact)
            what.append(f" {fact['matter']}", "dim")
            what.append(f" ◂ {owed_by}", "dim")
            self._line(when, Text(f"  ▸ {KINDS.get(fact['matter'][:2], '')}", "magenta"), _cited(what, fact))
        else:
            to = [one["code"] for one in fact["addressed_to"]]
            self._line(when, _who(fact["agency"]["code"], to), _cited(_stated(fact), fact))

    def _line(self, when: str, who: Text | str, what: Text | str, style: str = "") -> None:
        """Print one line in three columns, the time where it is another; what is too long goes on below."""
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=WHEN_WIDTH, style="dim")
        grid.add_column(width=WHO_WIDTH)
        grid.add_column(overflow="fold")
        left = who if isinstance(who, Text) else Text(who, style)
        right = what if isinstance(what, Text) else Text(what)
        right.style = style
        grid.add_row("" if when == self._shown else when, left, right)
        self._shown = when or self._shown
        self._console.print(grid)


def _stated(fact: Mapping[str, Any]) -> Text:
    text = Text.assemble(
        (f"{fact['fact']['code']} {fact['fact']['name']} ", "bold"), (f"#{fact['seq']}", "green")
    )
    missing = fact["content"].get("missing")
    if missing:
        text.append("  缺: " + "、".join(item["zh"] for item in missing), "yellow")
    text.append(_money(fact["content"]))
    return text


def _money(content: Mapping[str, Any]) -> str:
    """Say an amount in yuan; a penalty bears several, a digest its total."""
    parts = [item.get("amount") for item in content.get("penalties", ())]
    amount = (
        content.get("amount")
        or sum(each for each in parts if each)
        or content.get("totals", {}).get("amount")
    )
    return f"  {amount / FEN:,.2f} 元" if amount else ""


def _cited(text: Text, fact: Mapping[str, Any]) -> Text:
    """Put the law beside it."""
    law = fact["citation"]
    if law:
        text.append(f" · {law['law']} {law['article']}".rstrip(), "dim")
    return text


def _who(sender: str, receivers: Sequence[str]) -> Text:
    text = Text(AGENCIES.name_zh(sender) if sender in AGENCIES else "平台", "cyan")
    if receivers:
        text.append(f" ▸ {'、'.join(AGENCIES.name_zh(code) for code in receivers)}", "default")
    return text
