"""Effects 效果: what a fact owes other matters, and how it gets there."""

from processors.effects.owed import EFFECT_OWED, Owed, owed_by

__all__ = ["EFFECT_OWED", "Owed", "owed_by"]
