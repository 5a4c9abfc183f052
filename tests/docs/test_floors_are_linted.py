"""No module of the processors escapes the rule that what decides does no I/O."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = PROJECT["tool"]["importlinter"]["contracts"]
DECIDE = next(each for each in CONTRACTS if each["id"] == "decide-without-io")
SHELL = {"owner", "parked", "replay", "testing", "worker"}
"""What moves bytes, or decides again what was decided: it may do I/O, and has no rules of its own."""


def test_every_module_of_the_processors_either_decides_or_moves_bytes() -> None:
    folder = ROOT / "processors"
    modules = {path.stem for path in folder.glob("*.py") if path.stem != "__init__"}
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    deciding = {name.removeprefix("processors.") for name in DECIDE["source_modules"]}
    assert modules | packages == deciding | SHELL
    assert deciding & SHELL == set()
