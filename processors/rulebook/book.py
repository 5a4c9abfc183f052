"""The rulebook 规则库: the packs that are in force, and which of their rules hold in a region.

A region's own pack goes before the ones that hold more widely. No code asks which instance it is: a pack says
for which regions it is, a fact where it happened.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Self

from processors.rulebook.loading import load_pack
from processors.rulebook.pack import Book, Pack, book_of, near
from processors.rulebook.proof import prove
from schemas.seal import sm3

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.rulebook.shapes import DeadlineRule, Procedure

PACKS = Path(__file__).with_name("packs")


class Rulebook:
    """Every pack that was loaded, and `hash`: SM3 (hex) over what they say, without comments and layout."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        self.packs = tuple(packs)
        self.hash = _hash_of(self.packs)
        self._books: dict[tuple[str, ...], Book] = {}
        self._deadlines = {r.id: r for pack in packs for r in pack.deadlines}
        self._procedures = {p.id: p for pack in packs for p in pack.procedures}

    @classmethod
    def load(cls, names: Sequence[str], root: Path = PACKS) -> Self:
        """Load packs by name; raises BrokenPack, which names file, line, mistake and remedy."""
        packs = [load_pack(root, name) for name in names]
        prove(packs)
        return cls(packs)

    def book(self, region: str) -> Book:
        """Give the rules that hold in a region (6, 9 or 12 digits), the closest pack first."""
        here = near(self.packs, region)
        names = tuple(p.name for p in here)
        book = self._books.get(names)
        if book is None:
            book = self._books[names] = book_of(here)
        return book

    def deadline(self, rule: str) -> DeadlineRule | None:
        """Give a deadline rule by its id with version; None if no pack has it any more."""
        return self._deadlines.get(rule)

    def procedure(self, procedure: str) -> Procedure | None:
        """Give a procedure by its id with version; None if no pack has it any more."""
        return self._procedures.get(procedure)


def _hash_of(packs: Sequence[Pack]) -> str:
    content = [{source.file: source.content for source in pack.sources} for pack in packs]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sm3(text.encode()).hex()
