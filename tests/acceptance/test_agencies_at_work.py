"""Simulated agencies work for some days on a whole stack, and what they did can be proved and explained."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy.embedded.testing import start
from deploy.replaying import replay
from deploy.verify import verify
from producers.simulate import Answer, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.embedded.testing import StackHandle

ROOT = Path(__file__).parents[2]
START = date(2026, 9, 9)
PLAN = Plan(seed=7, start=START, days=3, per_day=60)
ORDER = ("--seed=7", f"--start={START}", "--days=3", "--rate=60/day")


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[StackHandle, str]]:
    """A stack in simulated time on which agencies worked for three days, and what the command said."""
    with start(tmp_path_factory.mktemp("busy"), simulated=True) as stack:
        done = liandong(stack, "simulate", *ORDER)
        assert done.returncode == 0, done.stdout + done.stderr
        yield stack, done.stdout


def liandong(stack: StackHandle, command: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.command", command, "--dir", str(stack.directory), *words],
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def test_every_answer_is_as_planned_and_the_ledger_proves_it(busy: tuple[StackHandle, str]) -> None:
    _, told = busy
    assert "every answer as planned" in told
    assert "refused" in told


async def test_ledger_views_and_replay_agree(busy: tuple[StackHandle, str]) -> None:
    stack, _ = busy
    settings = stack.settings("worker").model_copy(update={"database": stack.dsn("admin")})
    verdict = await verify(settings, stack.dsn("admin"), [])
    assert verdict.failures == ()
    answers = [each.answer for each in PLAN]
    assert verdict.refused == answers.count(Answer.REFUSED)
    assert verdict.facts >= answers.count(Answer.ADMITTED)
    assert (await replay(settings, stack.dsn("admin"))).differences == ()


def test_what_was_refused_and_what_was_admitted_are_explained(busy: tuple[StackHandle, str]) -> None:
    stack, _ = busy
    for answer, part in ((Answer.REFUSED, "refusal"), (Answer.ADMITTED, "admission")):
        one = next(each for each in PLAN if each.answer is answer)
        told = json.loads(liandong(stack, "explain", one.event_id, "--json").stdout)
        assert told[part]
        assert told["in_force"]["carried"] is True
    missing = liandong(stack, "explain", "01990000-0000-7000-8000-000000000000")
    assert missing.returncode == 1
    assert "No record of the ledger bears this id" in missing.stderr
