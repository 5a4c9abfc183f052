"""Taking a backup of a stack that stands still: every byte, so that nothing needs to fit together later."""

from __future__ import annotations

import os
import shutil
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from deploy.backup.form import (
    ABOUT,
    KAFKA,
    LEFT_OUT,
    POSTGRES,
    STATE,
    VERSION,
    About,
    Secrets,
    files_below,
    write_sums,
)
from deploy.embedded.layout import free_bytes
from deploy.embedded.obstacles import DirectoryRefused, DiskFull
from deploy.embedded.own import require_own
from deploy.embedded.up import await_last_breath

if TYPE_CHECKING:
    from deploy.embedded.layout import Layout
    from deploy.embedded.state import StackState


def take(layout: Layout, state: StackState, target: Path, keys: Path) -> int:
    """Copy a stopped stack to the folder `target` and its keys to the file `keys`; return how many files.

    `target` appears when it is whole. Raises DirectoryRefused for a running, ephemeral or foreign stack and
    for a place that is taken or lies in the other, DiskFull.
    """
    with layout.held():
        require_own(layout, state)
        if state.ephemeral:
            raise DirectoryRefused(
                f"The stack in {layout.root} is ephemeral: stopped, it keeps nothing.",
                "Start one that keeps its data: liandong up --dir DIR",
            )
        await_last_breath(state)
        _check_places(layout, target, keys)
        sources = {KAFKA: layout.kafka, POSTGRES: Path(state.data)}
        _check_space(sources, target)
        about = About(
            VERSION,
            str(uuid.uuid4()),
            state.stack,
            state.mode,
            datetime.now(UTC).isoformat(timespec="seconds"),
        )
        made = target.with_name(f"{target.name}.{about.id}")
        try:
            count = _copy(sources, layout, made, about)
            _write_secrets(layout, keys, about)
            made.rename(target)
        except OSError as error:
            raise DirectoryRefused(
                f"The backup cannot be written: {error}.", "Choose another place."
            ) from error
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return count


def _check_places(layout: Layout, target: Path, keys: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise DirectoryRefused(f"{target} holds something.", "Name a folder that does not exist yet.")
    if keys.exists():
        raise DirectoryRefused(f"{keys} is there already.", "Name a file that does not exist yet.")
    if not target.parent.is_dir() or not keys.parent.is_dir():
        raise DirectoryRefused("The folder above the backup or its keys is missing.", "Make it: mkdir -p")
    if target.is_relative_to(layout.root) or keys.is_relative_to(layout.root):
        raise DirectoryRefused(
            f"A backup inside {layout.root} would be lost with it.", "Name a place outside of it."
        )
    if keys.is_relative_to(target):
        raise DirectoryRefused(
            "Whoever found the backup would have its keys too.", f"Name a file that is not in {target}."
        )


def _check_space(sources: dict[str, Path], target: Path) -> None:
    needed = sum(path.stat().st_size for source in sources.values() for path in files_below(source))
    free = free_bytes(target.parent)
    if free < needed:
        raise DiskFull(
            f"Only {free // 1024**2} MB are free in {target.parent}, {needed // 1024**2 + 1} MB are needed.",
            "Free some space, or choose another disk.",
        )


def _copy(sources: dict[str, Path], layout: Layout, made: Path, about: About) -> int:
    made.mkdir(mode=0o700)
    for name, source in sources.items():
        shutil.copytree(source, made / name, ignore=shutil.ignore_patterns(*LEFT_OUT))
    shutil.copy2(layout.state, made / STATE)
    (made / ABOUT).write_bytes(msgspec.json.format(msgspec.json.encode(about), indent=1))
    count = write_sums(made)
    os.sync()
    return count


def _write_secrets(layout: Layout, keys: Path, about: About) -> None:
    secrets = Secrets(
        VERSION,
        about.id,
        layout.keys.read_text(encoding="utf-8"),
        layout.tokens.read_text(encoding="utf-8"),
    )
    descriptor = os.open(keys, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(secrets))
        file.flush()
        os.fsync(file.fileno())
