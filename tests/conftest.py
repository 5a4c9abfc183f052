"""The stacks that tests share: started at the first test that asks for one, ended with the session."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

# Its pytest plugin would import it while the session ends, and CPython 3.11 can fail to parse so late
# ("AST constructor recursion depth mismatch"), after tests that were all green.
import hypothesis  # noqa: F401
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from deploy.embedded.testing import StackHandle


def _start(
    directory: Path, *, simulated: bool, processes: Sequence[str] | None = None
) -> Iterator[StackHandle]:
    # Imported late: a unit test needs nothing of what a stack needs.
    testing = import_module("deploy.embedded.testing")
    chosen = testing.PROCESSES if processes is None else processes
    with testing.start(directory, simulated=simulated, processes=chosen) as handle:
        yield handle


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackHandle]:
    """A whole ephemeral stack in simulated time. Whoever hurts it heals it before the test ends."""
    yield from _start(tmp_path_factory.mktemp("simulated"), simulated=True)


@pytest.fixture(scope="session")
def real_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackHandle]:
    """A whole ephemeral stack in real time."""
    yield from _start(tmp_path_factory.mktemp("real"), simulated=False)


@pytest.fixture(scope="session")
def bare_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackHandle]:
    """A real broker and a real database, provisioned in simulated time, with none of our processes."""
    yield from _start(tmp_path_factory.mktemp("bare"), simulated=True, processes=())
