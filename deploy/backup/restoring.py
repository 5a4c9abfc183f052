"""Restoring a backup into an empty directory, all of it or nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from deploy.backup.form import (
    ABOUT,
    KAFKA,
    POSTGRES,
    STATE,
    VERSION,
    About,
    BrokenBackup,
    Secrets,
    check_sums,
)
from deploy.embedded import postgres
from deploy.embedded.layout import free_bytes, write_private
from deploy.embedded.obstacles import DirectoryRefused, DiskFull
from deploy.embedded.state import StackState, read_state, write_state

if TYPE_CHECKING:
    from deploy.embedded.layout import Layout

_LOCK = "lock"


def restore(source: Path, keys: Path, layout: Layout) -> tuple[About, int]:
    """Restore the backup in the folder `source` with the file `keys`; return what it is, and how many files.

    Everything is checked before anything is written. Raises BrokenBackup, DiskFull, and DirectoryRefused for
    a directory in which a stack runs or anything lies.
    """
    if not source.is_dir():
        raise BrokenBackup(f"There is no backup in {source}.", "Name the folder that liandong backup made.")
    _require_empty(layout)
    count = check_sums(source)
    about, secrets, state = _read(source, keys)
    layout.root.mkdir(parents=True, exist_ok=True)
    with layout.held():
        _require_empty(layout)
        data = postgres.data_home(layout.root, Path(), ephemeral=False)
        if data.exists():
            raise DirectoryRefused(
                f"{data} holds the database of a stack.", "Remove that one: liandong reset"
            )
        _check_space(source, layout)
        try:
            _copy(source, layout, data)
            write_private(layout.keys, secrets.keys)
            write_private(layout.tokens, secrets.tokens)
            # Last: without it there is no stack in the directory.
            write_state(layout.state, _stopped(state, data))
        except OSError as error:
            _remove(layout, data)
            raise DirectoryRefused(
                f"The stack cannot be written: {error}.", "Choose another --dir."
            ) from error
    return about, count


def _require_empty(layout: Layout) -> None:
    state = read_state(layout.state)
    if state is not None and state.alive:
        raise DirectoryRefused(
            f"A stack is running in {layout.root}.", "Restore into an empty directory: --dir DIR"
        )
    if layout.root.exists() and any(path.name != _LOCK for path in layout.root.iterdir()):
        raise DirectoryRefused(
            f"{layout.root} holds something.",
            "Restore into an empty directory (--dir DIR), or remove the stack in it: liandong reset",
        )


def _read(source: Path, keys: Path) -> tuple[About, Secrets, StackState]:
    try:
        about = msgspec.json.decode((source / ABOUT).read_bytes(), type=About)
        state = msgspec.json.decode((source / STATE).read_bytes(), type=StackState)
    except (OSError, msgspec.MsgspecError) as error:
        raise BrokenBackup(f"{source} is no backup of this release ({error}).", "Choose another.") from error
    try:
        secrets = msgspec.json.decode(keys.read_bytes(), type=Secrets)
    except (OSError, msgspec.MsgspecError) as error:
        raise BrokenBackup(f"{keys} holds no keys of a backup.", "Name the file of --keys.") from error
    if about.version != VERSION or secrets.version != VERSION:
        raise BrokenBackup(f"{source} is of another release.", "Restore it with that one, then upgrade.")
    if about.id != secrets.id:
        raise BrokenBackup(
            f"{keys} holds the keys of another backup: personal data would open for nobody.",
            f"Name the file that was made with {source}.",
        )
    return about, secrets, state


def _check_space(source: Path, layout: Layout) -> None:
    needed = sum(path.stat().st_size for path in source.rglob("*") if path.is_file())
    if (free := free_bytes(layout.root)) < needed:
        raise DiskFull(
            f"Only {free // 1024**2} MB are free in {layout.root}, {needed // 1024**2 + 1} MB are needed.",
            "Free some space, or choose another disk: --dir DIR",
        )


def _copy(source: Path, layout: Layout, data: Path) -> None:
    shutil.copytree(source / KAFKA, layout.kafka)
    data.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source / POSTGRES, data)
    user = postgres.owner()
    for path in (data, *data.rglob("*")):
        # PostgreSQL does not start on what others may read.
        path.chmod(0o700 if path.is_dir() else 0o600)
        if user is not None:
            os.chown(path, user, user)
    os.sync()


def _stopped(state: StackState, data: Path) -> StackState:
    """Return the state as a stack has it that was stopped here: the old machine's processes mean nothing."""
    state.data, state.socket, state.phase, state.note = str(data), "", "stopped", "restored"
    state.supervisor, state.supervisor_started, state.parts = None, None, {}
    return state


def _remove(layout: Layout, data: Path) -> None:
    for path in (layout.kafka, data):
        shutil.rmtree(path, ignore_errors=True)
    for path in (layout.keys, layout.tokens, layout.state):
        path.unlink(missing_ok=True)
