"""The files of scenarios: whole, sourced, and with every mistake told by its line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deploy.scenarios.files import STORIES, given_steps, load, load_all
from deploy.scenarios.model import Check, Scenario, Step
from deploy.scenarios.source import BrokenScenario, MatterName, lay, parse
from schemas.contracts import contracts
from schemas.errors import Code

if TYPE_CHECKING:
    from pydantic import BaseModel

SCENARIOS = load_all()
PAGE = (Path(__file__).parents[3] / "docs/scenarios.md").read_text(encoding="utf-8")
SMALL = """scenario: small
title: {zh: 小, en: Small}
clauses: [FX-01]
given: {zh: 无, en: Nothing}
steps:
  - when: 2026-09-08 10:00
    zh: 移送
    en: Transferred
    by: 区水务局
    fact: ClueTransferred
    matter: 线索
    to: 南桥镇
    data: {like: 河道垃圾线索}
"""


def written(directory: Path, text: str) -> Scenario:
    path = directory / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return load(str(path))


def dated(check: Check) -> bool:
    """Whether a check expects a date or an instant."""
    alarms = (check.warned, check.breached, check.escalated, check.deadline)
    return any(alarms) or bool(check.clock and check.clock.due_date)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.scenario)
def test_every_expected_date_says_where_it_comes_from(scenario: Scenario) -> None:
    silent = [
        step.line for step in scenario.steps for check in step.then if dated(check) and not check.source
    ]
    assert silent == []


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.scenario)
def test_every_step_names_a_contract_and_every_refusal_a_code(scenario: Scenario) -> None:
    for step in scenario.steps:
        assert step.fact is None or contracts()[step.fact].schema
        assert step.refused is None or Code(step.refused)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.scenario)
def test_every_scenario_expects_something_and_serves_a_clause(scenario: Scenario) -> None:
    assert scenario.clauses
    assert any(step.then or step.refused for step in scenario.steps)


def test_the_published_scenarios_of_the_district_are_there() -> None:
    assert {"SC-01", "SC-02", "SC-03", "SC-04", "SC-06"} <= {each.scenario for each in SCENARIOS}


def test_no_two_scenarios_share_a_name() -> None:
    assert len({each.scenario for each in SCENARIOS}) == len(SCENARIOS)


def test_a_scenario_written_elsewhere_is_loaded_by_its_path(tmp_path: Path) -> None:
    scenario = written(tmp_path, SMALL)
    assert scenario.steps[0].by == "310120-ZG04"
    assert scenario.steps[0].data["location"]["township_code9"] == "310120101"
    assert scenario.steps[0].when.isoformat() == "2026-09-08T10:00:00+08:00"


@pytest.mark.parametrize(
    ("right", "wrong", "line", "said"),
    [
        ("zh: 移送", "zi: 移送", 7, "steps/0/zi"),
        ("by: 区水务局", "by: 区水利局", 9, "区水利局"),
        ("like: 河道垃圾线索", "like: 河道线索", 13, "河道线索"),
        ("2026-09-08 10:00", "2026-09-31 10:00", 6, "no instant"),
        ("2026-09-08 10:00", "9月8日", 6, "2026-09-08 10:00, Beijing time"),
        ("clauses: [FX-01]", "clauses: [奉贤一]", 3, "clauses/0"),
        ("title: {", "title: [", 2, "is no YAML"),
        ("    by: 区水务局\n", "", 6, "without who states it"),
        ("    matter: 线索\n", "    matter: 线索\n    matter: 案件\n", 12, "stands twice"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_line(
    tmp_path: Path, right: str, wrong: str, line: int, said: str
) -> None:
    with pytest.raises(BrokenScenario) as broken:
        written(tmp_path, SMALL.replace(right, wrong))
    assert str(broken.value).startswith(f"small.yaml:{line}: ")
    assert said in str(broken.value)


def test_steps_that_go_back_in_time_are_refused(tmp_path: Path) -> None:
    more = SMALL + "  - {when: 2026-09-08 09:00, zh: 早, en: Earlier}\n"
    with pytest.raises(BrokenScenario, match=r"small\.yaml:14: goes back in time"):
        written(tmp_path, more)


def test_a_scenario_that_does_not_exist_says_how_to_list_those_that_do() -> None:
    with pytest.raises(BrokenScenario, match="--list"):
        load("sc-99")


def test_what_stands_beside_a_fragment_goes_over_it() -> None:
    fragments: dict[str, Any] = {
        "a": {"place": {"road": "1", "town": "x"}, "who": {"name": "n", "phone": "p"}},
        "firm": {"uscc": "u"},
    }
    laid = lay({"like": "a", "place": {"town": "y"}, "who": {"like": "firm"}, "gone": None}, fragments)
    assert laid == {"place": {"road": "1", "town": "y"}, "who": {"uscc": "u"}, "gone": None}


def test_tags_give_codes_instants_and_matters() -> None:
    text = "a: !agency 南桥镇\nb: !at 2026-09-08 10:00\nc: [!matter 线索]\nd: '04'\ne: 2026-10\nf: 12\n"
    assert parse("t.yaml", text).content == {
        "a": "310120-JD11",
        "b": "2026-09-08T10:00:00+08:00",
        "c": [MatterName("线索")],
        "d": "04",
        "e": "2026-10",
        "f": 12,
    }


def test_what_several_scenarios_rest_on_is_stated_once() -> None:
    resting = [each for each in SCENARIOS if each.given.stands]
    assert len(resting) > 1
    assert [step.fact for step in given_steps(resting).steps] == ["AssistanceCatalogPublished"]


def test_every_fragment_is_used() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in STORIES.glob("*.yaml")}
    fragments = parse("shared.yaml", texts["shared.yaml"]).content["fragments"]
    assert [name for name in fragments if not any(f"like: {name}" in text for text in texts.values())] == []


def test_the_example_of_the_documentation_is_a_scenario(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert written(tmp_path, example).steps[1].then[0].breached is not None


def test_the_documentation_lists_every_scenario_with_its_clauses() -> None:
    rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| `")]
    listed = {row[0].strip("`"): row[2].split(", ") for row in rows if len(row) == 3}
    assert listed == {each.scenario: list(each.clauses) for each in SCENARIOS}


@pytest.mark.parametrize("shape", [Scenario, Step, Check], ids=lambda each: each.__name__)
def test_the_documentation_explains_every_key(shape: type[BaseModel]) -> None:
    ours = {"line", "file"}
    assert [name for name in shape.model_fields if name not in ours and f"`{name}`" not in PAGE] == []
