"""The console's words for procedures are those of the packs, which it may not read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from projections.procedures import PROCEDURES

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "processors/rulebook/packs").glob("*/procedures/*.yaml"))


def read(path: Path) -> dict[str, Any]:
    # Every scalar stays text: YAML 1.1 would read the key `on` as true.
    content: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    return content


def name(pack: dict[str, Any]) -> str:
    return str(pack["procedure"]).partition("@")[0]


def leaves(transition: dict[str, Any], state: str) -> bool:
    """Whether an agency may state this fact in that state, and something changes by it."""
    begins = transition["from"]
    here = begins in {state, "any"} if isinstance(begins, str) else state in begins
    return here and transition["to"] not in {"same", state} and transition["by"].get("party") != "platform"


def test_every_procedure_of_the_packs_has_its_words_and_no_other_is_named() -> None:
    assert {name(read(path)) for path in FILES} == PROCEDURES.keys()


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_labels_of_a_procedure_and_of_its_states_are_those_of_its_pack(path: Path) -> None:
    pack = read(path)
    known = PROCEDURES[name(pack)]
    assert known.zh == pack["name"]["zh"]
    assert known.states == pack["states"]


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_state_that_no_agency_can_lead_any_further_counts_as_done(path: Path) -> None:
    pack = read(path)
    done = PROCEDURES[name(pack)].done
    assert done <= pack["states"].keys()
    over = {s for s in pack["states"] if not any(leaves(transition, s) for transition in pack["on"])}
    # A warning is open until each receiver has acknowledged it, and reference data until they are replaced.
    awaited = {s for s in over if any(t["to"] in {"same", s} and s in t["from"] for t in pack["on"])}
    assert done >= over - awaited
