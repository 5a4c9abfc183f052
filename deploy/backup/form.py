"""What a backup is on disk.

A directory with the folders `kafka` and `postgres`, `stack.json`, `backup.json` and, written last,
`SHA256SUMS` over all of them, which `sha256sum -c` reads too. The key ring and the agencies' tokens stand in
one file elsewhere, because whoever has both can read every person. Both bear the same id: the vault's rows
in the database are opened by the ring of that moment and by no other.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from deploy.embedded.obstacles import DirectoryRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ABOUT, STATE, SUMS = "backup.json", "stack.json", "SHA256SUMS"
KAFKA, POSTGRES = "kafka", "postgres"
VERSION = 1
# A process id in it means nothing after the copy, and might be somebody else's.
LEFT_OUT = frozenset({"postmaster.pid", "postmaster.opts"})


class BrokenBackup(DirectoryRefused):
    """The backup is not whole, or not what it says: nothing was restored."""


class About(msgspec.Struct, frozen=True):
    """What `backup.json` says: which stack was copied, when (ISO 8601), and the id that its keys bear too."""

    version: int
    id: str
    stack: str
    mode: str
    made_at: str


class Secrets(msgspec.Struct, frozen=True):
    """The file of the keys: key ring and tokens as the stack had them, for the backup of the same id."""

    version: int
    id: str
    keys: str
    tokens: str


def files_below(root: Path) -> Iterator[Path]:
    """Give every file below a folder, in order. Raises BrokenBackup for what is neither file nor folder."""
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise BrokenBackup(f"{path} is no ordinary file.", "Nothing of ours makes such a thing: look.")
        if path.is_file():
            yield path


def sum_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_sums(root: Path) -> int:
    """Write the sums of all files below a folder, and return how many there are."""
    lines = [f"{sum_of(path)}  {path.relative_to(root).as_posix()}\n" for path in files_below(root)]
    (root / SUMS).write_text("".join(lines), encoding="utf-8")
    return len(lines)


def check_sums(root: Path) -> int:
    """Return how many files a backup has. Raises BrokenBackup if one is missing, changed or was added."""
    try:
        lines = (root / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenBackup(
            f"{root} holds no whole backup: {SUMS} cannot be read.", "Choose another."
        ) from error
    said = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    found = {path.relative_to(root).as_posix(): path for path in files_below(root) if path != root / SUMS}
    for name in sorted(said.keys() ^ found.keys()):
        what = "is missing from" if name in said else "was added to"
        raise BrokenBackup(f"{name} {what} the backup in {root}.", "Choose another.")
    for name, path in found.items():
        if sum_of(path) != said[name]:
            raise BrokenBackup(f"{name} of the backup in {root} was changed.", "Choose another.")
    return len(found)
