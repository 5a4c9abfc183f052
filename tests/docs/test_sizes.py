"""No module, function or constructor is larger than a reader can hold in mind."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("backbone", "schemas", "producers", "processors", "projections", "deploy")
MODULES = [path for package in (*PACKAGES, "tests") for path in sorted((ROOT / package).rglob("*.py"))]
LINES_OF_A_MODULE = 300
LINES_OF_A_FUNCTION = 40
PARAMETERS_OF_A_CONSTRUCTOR = 6
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> list[Function]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def parameters(function: Function) -> int:
    """How many values a caller gives: all but `self`."""
    arguments = function.args
    return len(arguments.posonlyargs) + len(arguments.args) + len(arguments.kwonlyargs) - 1


def test_modules_are_short() -> None:
    sizes = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: size for path, size in sizes.items() if size > LINES_OF_A_MODULE} == {}


def test_functions_are_short() -> None:
    sizes = {
        f"{name(path)}:{each.lineno} {each.name}": (each.end_lineno or each.lineno) - each.lineno + 1
        for path in MODULES
        for each in functions(path)
    }
    assert {place: size for place, size in sizes.items() if size > LINES_OF_A_FUNCTION} == {}


def test_constructors_take_few_parameters() -> None:
    counts = {
        f"{name(path)}:{each.lineno}": parameters(each)
        for path in MODULES
        for each in functions(path)
        if each.name == "__init__"
    }
    assert {place: count for place, count in counts.items() if count > PARAMETERS_OF_A_CONSTRUCTOR} == {}


def test_every_name_says_something() -> None:
    empty = {name(path) for path in MODULES if {path.stem, path.parent.name} & NAMES_THAT_SAY_NOTHING}
    assert empty == set()
