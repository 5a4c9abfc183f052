"""The editions 版本 of the rulebook that this release carries: the packs in the wheel, directories beside it.

A published edition is named by its hash. A worker decides only by editions that it carries, and ends where
one is in force that it lacks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from processors.rulebook.book import Rulebook
from processors.rulebook.source import read_source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

EDITION = "edition.yaml"
"""The file of a directory that names the packs of its edition, general first."""


class Library:
    """Editions by hash; the first is the one that this release brings itself."""

    def __init__(self, editions: Sequence[Rulebook]) -> None:
        self.own = editions[0]
        self._by_hash = {edition.hash: edition for edition in reversed(editions)}

    @classmethod
    def load(cls, packs: Sequence[str], directories: Sequence[Path] = ()) -> Self:
        """Load the release's own packs, and every directory's; raises BrokenPack."""
        return cls([Rulebook.load(packs), *(load_edition(each) for each in directories)])

    @property
    def hashes(self) -> frozenset[str]:
        """The hashes of the editions that may be published."""
        return frozenset(self._by_hash)

    def get(self, hash_: str) -> Rulebook | None:
        """Give an edition by its hash; None if it is not carried."""
        return self._by_hash.get(hash_)


def load_edition(directory: Path) -> Rulebook:
    """Load the packs that a directory's `edition.yaml` names; raises BrokenPack."""
    content: dict[str, Any] = read_source(directory, EDITION, "edition").content
    return Rulebook.load(content["packs"], directory)
