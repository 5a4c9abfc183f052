"""Each module hurts a stack of its own, and heals it after each test."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from deploy.embedded.testing import start
from tests.faults.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.embedded.testing import StackHandle


@pytest.fixture(scope="module")
def hurt_stack(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Witness]:
    """A whole ephemeral stack; in simulated time if the module says `SIMULATED = True`."""
    simulated = getattr(request.module, "SIMULATED", False)
    with start(tmp_path_factory.mktemp("hurt"), simulated=simulated) as stack:
        yield Witness(stack, lambda _: None)


@pytest.fixture
def witness(
    hurt_stack: Witness, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> Iterator[Witness]:
    """The stack of the module with a clean list of blows; what it says goes to the terminal in one line."""

    def say(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{request.node.name}: {line}\n")

    hurt_stack.say = say
    hurt_stack.blows.clear()
    yield hurt_stack
    resume_all(hurt_stack.stack)


def resume_all(stack: StackHandle) -> None:
    for name in sorted(stack._suspended):
        stack.resume(name)
