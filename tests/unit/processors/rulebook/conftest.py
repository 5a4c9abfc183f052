"""The packs of this house, copied, so that a test can put one mistake into them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from processors.rulebook import BrokenPack, Rulebook
from processors.rulebook.book import PACKS
from processors.rulebook.loading import load_pack
from processors.rulebook.proof import findings

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("national", "delta", "fengxian")


@dataclass(frozen=True, slots=True)
class Packs:
    """A copy of the packs."""

    root: Path

    def change(self, file: str, old: str, new: str) -> int:
        """Change the first place where `old` stands; gives its line."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    def append(self, file: str, text: str) -> int:
        """Add to the end of a file; gives the line of the first that was added."""
        path = self.root / file
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(before + text, encoding="utf-8")
        return before.count("\n") + 1

    def load(self) -> Rulebook:
        """Load the packs."""
        return Rulebook.load(NAMES, self.root)

    def findings(self) -> list[BrokenPack]:
        """Give everything that does not hold together."""
        return findings([load_pack(self.root, name) for name in NAMES])

    def refused(self) -> BrokenPack:
        """Load the packs; gives why they are refused."""
        with pytest.raises(BrokenPack) as caught:
            Rulebook.load(NAMES, self.root)
        return caught.value


@pytest.fixture
def packs(tmp_path: Path) -> Packs:
    shutil.copytree(PACKS, tmp_path / "packs")
    return Packs(tmp_path / "packs")
