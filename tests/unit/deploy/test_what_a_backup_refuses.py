from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from backbone import keyring
from deploy.backup import restore, take
from deploy.backup.form import BrokenBackup
from deploy.embedded import postgres
from deploy.embedded.layout import Layout
from deploy.embedded.obstacles import DirectoryRefused
from deploy.embedded.state import Ports, StackState, read_state, start_time, write_state

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """The directory of a stack that stands still, with a few files in the place of real data."""
    monkeypatch.setattr(postgres, "owner", lambda: None)
    layout = Layout(tmp_path / "stack")
    (layout.kafka / "data").mkdir(parents=True)
    (layout.kafka / "data" / "0.log").write_bytes(b"ledger")
    data = layout.root / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("18\n")
    (data / "postmaster.pid").write_text("4711\n")
    keyring.create(layout.keys)
    layout.tokens.write_text('{"310120-ZG04": "t"}')
    write_state(layout.state, _state(data))
    return layout


def _state(data: Path) -> StackState:
    made = StackState(stack="liandong", mode="real", ephemeral=False, ports=Ports())
    made.data, made.kafka, made.socket, made.phase = str(data), "127.0.0.1:9092", "/nowhere", "stopped"
    return made


def _take(layout: Layout) -> tuple[Path, Path]:
    target, keys = layout.root.parent / "copy", layout.root.parent / "keys.backup"
    state = read_state(layout.state)
    assert state is not None
    take(layout, state, target, keys)
    return target, keys


def _tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_what_is_restored_is_what_was_copied(stopped: Layout, tmp_path: Path) -> None:
    target, keys = _take(stopped)
    elsewhere = Layout(tmp_path / "elsewhere")
    about, _ = restore(target, keys, elsewhere)
    assert about.stack == "liandong"
    before, after = _tree(stopped.root), _tree(elsewhere.root)
    gone = {"stack.json", "postgres/postmaster.pid"}
    assert {name: after[name] for name in before.keys() - gone} == {
        name: before[name] for name in before.keys() - gone
    }
    assert "postgres/postmaster.pid" not in after
    state = read_state(elsewhere.state)
    assert state is not None
    assert (state.data, state.socket, state.alive) == (str(elsewhere.root / "postgres"), "", False)
    assert elsewhere.keys.stat().st_mode & 0o777 == 0o600


def test_no_key_stands_in_the_backup_itself(stopped: Layout) -> None:
    target, keys = _take(stopped)
    secret = json.loads(stopped.keys.read_text())["lookup"]
    assert secret in keys.read_text()
    assert all(secret.encode() not in content for content in _tree(target).values())
    assert keys.stat().st_mode & 0o777 == 0o600


def test_a_stack_whose_directory_is_held_is_not_copied(stopped: Layout) -> None:
    with stopped.held(), pytest.raises(DirectoryRefused, match=r"already running .*liandong down"):
        _take(stopped)


def test_a_stack_on_a_foreign_broker_or_database_is_left_to_their_tools(stopped: Layout) -> None:
    for change in ({"kafka": "kafka.example:9092"}, {"data": ""}):
        state = _state(stopped.root / "postgres")
        for name, value in change.items():
            setattr(state, name, value)
        with pytest.raises(DirectoryRefused, match="not its own"):
            take(stopped, state, stopped.root.parent / "copy", stopped.root.parent / "keys")


@pytest.mark.parametrize(
    ("target", "keys", "told"),
    [
        ("stack/copy", "keys", "lost with it"),
        ("copy", "stack/keys", "lost with it"),
        ("copy", "copy/keys", "keys too|folder above"),
        ("full", "keys", "holds something"),
        ("copy", "full/file", "there already"),
        ("missing/copy", "keys", "folder above"),
    ],
)
def test_a_place_that_will_not_do_is_refused_and_left_alone(
    stopped: Layout, tmp_path: Path, target: str, keys: str, told: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    before = _tree(tmp_path)
    state = read_state(stopped.state)
    assert state is not None
    with pytest.raises(DirectoryRefused, match=told):
        take(stopped, state, tmp_path / target, tmp_path / keys)
    after = _tree(tmp_path)
    after.pop("stack/lock")
    assert after == before


@pytest.mark.parametrize("harm", ["changed", "missing", "added", "unfinished"])
def test_a_backup_that_is_not_whole_restores_nothing(stopped: Layout, tmp_path: Path, harm: str) -> None:
    target, keys = _take(stopped)
    file = target / "kafka" / "data" / "0.log"
    match harm:
        case "changed":
            file.write_bytes(b"forged")
        case "missing":
            file.unlink()
        case "added":
            (target / "postgres" / "more").write_text("")
        case _:
            (target / "SHA256SUMS").unlink()
    with pytest.raises(BrokenBackup):
        restore(target, keys, Layout(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


def test_a_link_in_a_backup_is_not_followed(stopped: Layout, tmp_path: Path) -> None:
    target, keys = _take(stopped)
    (target / "kafka" / "passwd").symlink_to("/etc/passwd")
    with pytest.raises(BrokenBackup, match="no ordinary file"):
        restore(target, keys, Layout(tmp_path / "new"))


def test_keys_of_another_backup_are_refused(stopped: Layout, tmp_path: Path) -> None:
    target, keys = _take(stopped)
    other = json.loads(keys.read_text()) | {"id": "another"}
    keys.write_text(json.dumps(other))
    with pytest.raises(BrokenBackup, match="another backup"):
        restore(target, keys, Layout(tmp_path / "new"))
    keys.write_text("no keys")
    with pytest.raises(BrokenBackup, match="no keys of a backup"):
        restore(target, keys, Layout(tmp_path / "new"))


def test_nothing_is_restored_over_a_stack_or_over_foreign_files(stopped: Layout, tmp_path: Path) -> None:
    target, keys = _take(stopped)
    with pytest.raises(DirectoryRefused, match="holds something"):
        restore(target, keys, stopped)
    state = _state(stopped.root / "postgres")
    state.supervisor, state.supervisor_started = os.getpid(), start_time(os.getpid())
    write_state(stopped.state, state)
    with pytest.raises(DirectoryRefused, match="is running"):
        restore(target, keys, stopped)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("mine")
    with pytest.raises(DirectoryRefused, match="holds something"):
        restore(target, keys, Layout(tmp_path / "mine"))
    assert (tmp_path / "mine" / "file").read_text() == "mine"
