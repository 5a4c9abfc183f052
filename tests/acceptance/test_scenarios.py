"""Every scenario of deploy/stories, played through the door on a real Kafka and a real PostgreSQL.

All are played at once on one simulated stack, as matters share a district; one that says `alone` on its own.
What must be seen stands in the files, and each expected date with its source.
"""

from __future__ import annotations

import asyncio
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from deploy.embedded.testing import start
from deploy.scenarios.files import load, names
from deploy.scenarios.report import report
from deploy.scenarios.stage import Performance, companies, perform

if TYPE_CHECKING:
    from deploy.scenarios.model import Scenario

SCENARIOS = [load(name) for name in names()]


@pytest.fixture(scope="module")
def performances(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Performance]:
    """What the playing of each scenario gave, by its name."""
    found: dict[str, Performance] = {}
    for company in companies(SCENARIOS):
        with start(tmp_path_factory.mktemp("scenarios"), simulated=True) as stack:
            performance = asyncio.run(perform(stack, company))
        found |= {each.scenario: performance for each in company}
    return found


@pytest.mark.timeout(600)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.scenario)
def test_everything_is_seen_that_the_scenario_expects(
    scenario: Scenario, performances: dict[str, Performance]
) -> None:
    told = StringIO()
    held = report(performances[scenario.scenario], [scenario], Console(file=told, width=160))
    assert held, told.getvalue()


def test_ledger_tables_receipts_and_views_agree_after_all_scenarios(
    performances: dict[str, Performance],
) -> None:
    assert [performance.verdict.failures for performance in performances.values()] == [()] * len(SCENARIOS)


def test_what_the_scenarios_refuse_is_all_that_is_refused(performances: dict[str, Performance]) -> None:
    """A refusal at the door leaves no record; of the others each has one."""
    played = {id(each): each for each in performances.values()}.values()
    for performance in played:
        refused = sum(1 for each in performance.played if "receipt" in each.answer and each.step.refused)
        assert performance.verdict.refused == refused
        assert performance.verdict.held == 0
