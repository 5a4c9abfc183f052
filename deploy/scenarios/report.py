"""The report of a playing: each scenario with its steps, what was expected, what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from schemas.agencies import AGENCIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from deploy.scenarios.model import Scenario
    from deploy.scenarios.play import Played
    from deploy.scenarios.stage import Performance

WHEN = "%m-%d %H:%M"


def listing(scenarios: Sequence[Scenario], console: Console) -> None:
    """Print which scenarios there are: name, title, clauses, days."""
    for each in scenarios:
        first, last = each.steps[0].when, each.steps[-1].when
        days = f"{first:%Y-%m-%d} … {last:%Y-%m-%d}"
        console.print(
            Text.assemble((f"{each.scenario:<20}", "bold"), each.title.zh, "  ", (each.title.en, "dim")),
            soft_wrap=True,
        )
        console.print(Text(f"{'':<20}{days}  {' '.join(each.clauses)}", "dim"), soft_wrap=True)


def report(performance: Performance, scenarios: Sequence[Scenario], console: Console) -> bool:
    """Print what became of each scenario. Gives whether everything was as expected."""
    held = True
    for scenario in scenarios:
        steps = performance.of(scenario.scenario)
        complete = len(steps) == len(scenario.steps) and all(each.held for each in steps)
        held = held and complete
        mark = Text("✔", "green") if complete else Text("✘", "bold red")
        title = (f" {scenario.scenario} {scenario.title.zh}", "bold")
        console.print(Text.assemble("\n", mark, title, "  ", (scenario.title.en, "dim")), soft_wrap=True)
        for step in steps:
            _step(step, console)
        left = len(scenario.steps) - len(steps)
        if left:
            console.print(Text(f"  {left} further steps were not played 未再演示", "yellow"), soft_wrap=True)
    for failure in performance.verdict.failures:
        console.print(Text(f"✘ {failure}", "bold red"), soft_wrap=True)
    return held and not performance.verdict.failures


def _step(played: Played, console: Console) -> None:
    step = played.step
    who = f"{AGENCIES.name_zh(step.by)}  " if step.by else ""
    console.print(
        Text.assemble((f"  {step.when.strftime(WHEN)}  ", "dim"), (who, "cyan"), step.zh), soft_wrap=True
    )
    for zh, finding in played.findings:
        told = f"{zh}  " if zh else ""
        if finding.held:
            line = Text.assemble(("    ✔ ", "green"), told, (f"{finding.what}: {finding.found}", "dim"))
        else:
            place = f"{played.scenario.file}:{step.line}"
            line = Text.assemble(
                ("    ✘ ", "bold red"),
                told,
                (f"{finding.what}\n      expected 应为 {finding.expected}", "red"),
                (f"\n      found 实为 {finding.found}", "red"),
                (f"\n      {place}", "dim"),
            )
        console.print(line, soft_wrap=True)
