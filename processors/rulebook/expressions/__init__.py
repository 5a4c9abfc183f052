"""Expressions 表达式 of packs, checked against the contracts: a tree, types that know null and symbols."""

from processors.rulebook.expressions.check import Around, Mistake, check_condition, drawn_from, learned_from

__all__ = ["Around", "Mistake", "check_condition", "drawn_from", "learned_from"]
