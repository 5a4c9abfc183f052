"""The rulebook 规则库: packs of data, their schema, their loader."""

from processors.rulebook.book import Book, Rulebook
from processors.rulebook.source import BrokenPack

__all__ = ["Book", "BrokenPack", "Rulebook"]
