"""The directory of one stack: what lies where, and that only one supervisor holds it."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploy.embedded.obstacles import DirectoryRefused, DiskFull

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEEDED_BYTES = 1024**3


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths below a stack's directory `root`."""

    root: Path

    @property
    def logs(self) -> Path:
        """One file for each process, and their rotated predecessors."""
        return self.root / "logs"

    @property
    def state(self) -> Path:
        """What the supervisor says of itself and its processes; see `deploy.embedded.state`."""
        return self.root / "stack.json"

    @property
    def keys(self) -> Path:
        """The key ring: stamps, wrapping key, lookup key (mode 0600)."""
        return self.root / "keys.json"

    @property
    def tokens(self) -> Path:
        """The agencies' tokens in clear, for whoever plays an agency on this machine (mode 0600)."""
        return self.root / "tokens.json"

    @property
    def passwords(self) -> Path:
        """The passwords of processes, agencies and analysts in an external database (mode 0600)."""
        return self.root / "passwords.json"

    @property
    def kafka(self) -> Path:
        """The broker's settings and log."""
        return self.root / "kafka"

    def prepare(self) -> None:
        """Make the directory. Raises DirectoryRefused if it cannot be written, DiskFull below 1 GB."""
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
            probe = self.root / ".probe"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise DirectoryRefused(
                f"The directory {self.root} cannot be written: {error.strerror}.",
                "Choose another: liandong up --dir DIR",
            ) from error
        free = free_bytes(self.root)
        if free < NEEDED_BYTES:
            raise DiskFull(
                f"Only {free // 1024**2} MB are free in {self.root}, 1024 MB are needed.",
                "Free some space, or choose another disk: liandong up --dir DIR",
            )

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the directory for the life of a supervisor.

        Raises DirectoryRefused if another one holds it. The kernel frees it when its holder dies, however.
        """
        descriptor = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise DirectoryRefused(
                f"A stack is already running in {self.root}.",
                f"Stop it: liandong down --dir {self.root} (or start beside it with another --dir)",
            ) from None
        try:
            yield
        finally:
            os.close(descriptor)


def free_bytes(path: Path) -> int:
    """Return the space left for us on the disk of a path."""
    return shutil.disk_usage(path).free


def write_private(path: Path, text: str) -> None:
    """Write a file that only we may read, in one step: readers see the old one or the new one."""
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
