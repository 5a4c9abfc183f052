"""Finding and loading scenarios: those that ship in deploy/stories, and files written beside them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from deploy.scenarios.model import Scenario
from deploy.scenarios.source import BrokenScenario, Written, lay, parse
from deploy.scenarios.words import Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STORIES = Path(__file__).parents[1] / "stories"
SHARED = "shared.yaml"
STORY = "fengxian"
"""The scenario that the demo tells: one clue, to its penalty and beyond."""


def names() -> list[str]:
    """Name the scenarios that ship, in the order of their file names."""
    return sorted(path.stem for path in STORIES.glob("*.yaml") if path.name != SHARED)


def load(name: str) -> Scenario:
    """Load a scenario by its name (case does not matter) or by the path of a file. Raises BrokenScenario."""
    shared = _read(STORIES / SHARED)
    path = Path(name) if name.endswith((".yaml", ".yml")) else STORIES / f"{name.lower()}.yaml"
    return _scenario(_read(path), shared)


def load_all() -> list[Scenario]:
    """Load every scenario that ships. Raises BrokenScenario."""
    return [load(name) for name in names()]


def given_steps(scenarios: Sequence[Scenario]) -> Scenario:
    """Gather what these scenarios rest on, each once, as a scenario of its own. Raises BrokenScenario."""
    shared = _read(STORIES / SHARED)
    wanted = {name: each.file for each in scenarios for name in each.given.stands}
    missing = [name for name in wanted if name not in shared.content["given"]]
    if missing:
        raise BrokenScenario(
            wanted[missing[0]], 1, f"rests on {missing[0]!r}.", f"Write it under `given` in {SHARED}."
        )
    content = {
        "scenario": "given",
        "title": {"zh": "前提", "en": "What is given"},
        "clauses": [],
        "given": {"zh": "", "en": ""},
        "steps": [step for name in wanted for step in shared.content["given"][name]],
    }
    return _scenario(Written(SHARED, content, {}), shared)


def _read(path: Path) -> Written:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BrokenScenario(
            path.name,
            1,
            f"cannot be read ({error.strerror}).",
            "`liandong scenario --list` names those there are.",
        ) from error
    return parse(path.name, text)


def _scenario(written: Written, shared: Written) -> Scenario:
    fragments: Mapping[str, Any] = shared.content["fragments"]
    content = {**written.content, "file": written.file}
    steps = content.get("steps")
    if isinstance(steps, list):
        content["steps"] = [_step(written, index, each, fragments) for index, each in enumerate(steps)]
    try:
        scenario = Scenario.model_validate(content)
    except ValidationError as error:
        raise _broken(written, error) from error
    _check_order(written, scenario)
    return scenario


def _broken(written: Written, error: ValidationError) -> BrokenScenario:
    """Tell the first mistake; a misspelt key goes before the key that is missing for it."""
    found = error.errors(include_url=False)
    first = min(found, key=lambda each: each["type"] != "extra_forbidden")
    cause = first.get("ctx", {}).get("error")
    what, remedy = first["msg"], "See docs/scenarios.md."
    if isinstance(cause, Unknown):
        what, remedy = str(cause), cause.remedy
    where = "/".join(str(part) for part in first["loc"])
    return written.broken(first["loc"], f"{where}: {what}.", remedy)


def _step(written: Written, index: int, step: Any, fragments: Mapping[str, Any]) -> Any:
    if not isinstance(step, dict):
        return step
    try:
        laid = {**step, "data": lay(step["data"], fragments)} if "data" in step else step
    except Unknown as unknown:
        raise written.broken(("steps", index, "data"), f"{unknown}.", unknown.remedy) from unknown
    return {**laid, "line": written.line(("steps", index))}


def _check_order(written: Written, scenario: Scenario) -> None:
    for index, (step, following) in enumerate(zip(scenario.steps, scenario.steps[1:], strict=False), 1):
        if following.when < step.when:
            raise written.broken(
                ("steps", index), "goes back in time.", "Write the steps in the order of their instants."
            )
    for index, step in enumerate(scenario.steps):
        if (step.fact is None) != (step.by is None):
            raise written.broken(
                ("steps", index), "names a fact without who states it, or the reverse.", "Write both or none."
            )
