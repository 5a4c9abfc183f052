from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from deploy.command import liandong
from deploy.embedded.layout import Layout
from deploy.embedded.obstacles import DirectoryRefused
from deploy.embedded.state import Ports, StackState, write_state

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def stopped(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path)
    for part in ("kafka", "postgres", "logs", "faust"):
        (tmp_path / part).mkdir()
    layout.keys.write_text("{}")
    (tmp_path / "mine.txt").write_text("not the stack's")
    state = StackState(stack="liandong", mode="real", ephemeral=False, ports=Ports())
    state.kafka, state.data = "127.0.0.1:9092", str(tmp_path / "postgres")
    write_state(layout.state, state)
    return layout


def reset(layout: Layout, *words: str, told: str = "") -> Result:
    return CliRunner().invoke(liandong, ["reset", "--dir", str(layout.root), *words], input=told)


def test_without_a_word_nothing_is_removed(stopped: Layout) -> None:
    for told in ("n\n", "\n"):
        assert isinstance(reset(stopped, told=told).exception, DirectoryRefused)
    assert stopped.keys.exists()
    assert stopped.kafka.exists()


def test_with_it_everything_of_the_stack_is_removed_and_foreign_files_stay(stopped: Layout) -> None:
    assert reset(stopped, told="y\n").exit_code == 0
    assert [path.name for path in stopped.root.iterdir()] == ["mine.txt"]


def test_a_running_stack_is_never_removed(stopped: Layout) -> None:
    with stopped.held():
        refused = reset(stopped, "--yes").exception
    assert isinstance(refused, DirectoryRefused)
    assert "already running" in refused.what
    assert stopped.keys.exists()


def test_a_stack_of_another_user_is_left_alone(stopped: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    refused = reset(stopped, "--yes").exception
    assert isinstance(refused, DirectoryRefused)
    assert "another user" in refused.what
    assert stopped.keys.exists()
