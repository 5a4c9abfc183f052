"""One wheel holds the six packages with all that they read, and nobody else owns their names."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = ("backbone", "schemas", "producers", "processors", "projections", "deploy")
DATA = {".py", ".avsc", ".css", ".html", ".j2", ".js", ".json", ".sql", ".svg", ".txt", ".xml", ".yaml"}
LOCKS = ("requirements.txt", "requirements-dev.txt")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by the pinned backend of this environment."""
    target = tmp_path_factory.mktemp("wheel")
    program = "import hatchling.build, sys; hatchling.build.build_wheel(sys.argv[1])"
    build = [sys.executable, "-c", program, str(target)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing in it but the wheel's content."""
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_the_wheel_holds_the_six_packages_and_nothing_beside_them(unpacked: Path) -> None:
    folders = {each.name for each in unpacked.iterdir() if not each.name.endswith(".dist-info")}
    assert folders == set(PACKAGES)


def test_the_wheel_holds_every_module_and_every_data_file(unpacked: Path) -> None:
    wanted = {
        path.relative_to(ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if (path.suffix in DATA or path.name == "py.typed") and "__pycache__" not in path.parts
    }
    assert {path for path in wanted if not (unpacked / path).exists()} == set()


@pytest.mark.parametrize("suffix", [".avsc", ".yaml", ".sql", ".html", ".typed"])
def test_the_wheel_holds_data_files_of_each_kind(unpacked: Path, suffix: str) -> None:
    assert [path for path in unpacked.rglob("*") if path.name.endswith(suffix)]


def test_the_published_language_works_from_the_wheel_alone(unpacked: Path, tmp_path: Path) -> None:
    program = "from schemas import codec; print(codec.__file__, 'ClueTransferred' in codec.CODEC.names)"
    environment = {"PYTHONPATH": str(unpacked), "PYTHONSAFEPATH": "1"}
    shown = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert Path(shown[0]).is_relative_to(unpacked)
    assert shown[1] == "True"


def test_no_other_installed_distribution_owns_one_of_our_names() -> None:
    owners = packages_distributions()
    strangers = {name: owners[name] for name in PACKAGES if set(owners.get(name, ())) - {"liandong"}}
    assert strangers == {}


def test_every_package_says_that_it_is_typed() -> None:
    assert [name for name in PACKAGES if not (ROOT / name / "py.typed").exists()] == []


def test_wheel_source_and_linter_name_the_same_packages() -> None:
    tool = PROJECT["tool"]
    assert set(tool["hatch"]["build"]["targets"]["wheel"]["packages"]) == set(PACKAGES)
    assert set(PACKAGES) <= set(tool["hatch"]["build"]["targets"]["sdist"]["include"])
    assert set(tool["importlinter"]["root_packages"]) == set(PACKAGES)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_pins_with_hashes_and_names_no_host(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith(" ")]
    assert pins
    assert [line for line in pins if not re.match(r"[a-z0-9.-]+==\S+( ; .+)? \\$", line)] == []
    hashes = [line for line in lines if line.startswith(" ")]
    assert [line for line in hashes if not re.match(r"    --hash=sha256:[0-9a-f]{64}( \\)?$", line)] == []


def test_the_lock_files_pin_every_dependency_and_agree() -> None:
    pinned = []
    for lock in LOCKS:
        text = (ROOT / lock).read_text(encoding="utf-8")
        pinned.append(dict(re.findall(r"^([a-z0-9.-]+)==([^ ]+)", text, re.MULTILINE)))
    runtime, everything = pinned
    needed = {re.split(r"[=<>~!;\[ ]", each)[0] for each in PROJECT["project"]["dependencies"]}
    tools = {
        re.split(r"[=<>~!;\[ ]", each)[0]
        for each in PROJECT["dependency-groups"]["dev"]
        if isinstance(each, str)
    }
    assert needed <= runtime.keys()
    assert tools <= everything.keys()
    assert {name: everything.get(name) for name in runtime} == runtime


def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def normal(distribution: str) -> str:
    """A distribution's name as requirements write it."""
    return distribution.lower().replace("_", "-")


def test_what_is_imported_is_declared_and_does_not_just_happen_to_be_there() -> None:
    owners = packages_distributions()
    modules = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    strange = set().union(*map(imported, modules)) - set(PACKAGES) - sys.stdlib_module_names
    declared = {re.split(r"[=<>~!;\[ ]", each)[0] for each in PROJECT["project"]["dependencies"]}
    # pydantic's other half, and the calendar's source, which only a developer reads.
    declared |= {"pydantic-core", "chinesecalendar"}
    undeclared = {name for name in strange if not set(map(normal, owners.get(name, ()))) & declared}
    assert undeclared == set()
