"""Log files that do not grow without end, and a disk that is watched while they do."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

from deploy.embedded.layout import NEEDED_BYTES, Layout, free_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LARGEST = 10 * 1024 * 1024
KEPT = 3
_LOOK_EVERY = 5.0


def rotate(log: Path, largest: int = LARGEST, kept: int = KEPT) -> bool:
    """Copy a log that has grown too large to `<log>.1` (older ones move on) and empty it.

    The process goes on writing to the same open file, in append mode; what it writes between the copy and the
    emptying is lost. Renaming would lose nothing, but every process would have to open its file again.
    """
    if not log.exists() or log.stat().st_size < largest:
        return False
    for number in range(kept - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    with log.open("r+b") as file:
        file.truncate(0)
    return True


def last_line(log: Path, longest: int = 300) -> str:
    """Return the last line of a log that is not empty, "" if there is none."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8192))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return next((line.strip()[:longest] for line in reversed(lines) if line.strip()), "")


async def mind(layout: Layout, report: Callable[[str], None]) -> None:
    """Rotate a stack's logs and say once when its disk runs full, until cancelled."""
    warned = False
    stuck: set[Path] = set()
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        for log in layout.logs.glob("*.log"):
            try:
                await asyncio.to_thread(rotate, log)
            except OSError as error:
                if log not in stuck:
                    report(f"{log} cannot be rotated: {error.strerror}")
                stuck.add(log)
        full = free_bytes(layout.root) < NEEDED_BYTES
        if full and not warned:
            report(f"less than 1 GB is free in {layout.root}: free some before the broker stops")
        warned = full
