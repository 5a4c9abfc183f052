"""The rulebook 规则库: packs of data, their schema, their loader."""

from processors.rulebook.book import Rulebook
from processors.rulebook.pack import Book
from processors.rulebook.source import BrokenPack

__all__ = ["Book", "BrokenPack", "Rulebook"]
