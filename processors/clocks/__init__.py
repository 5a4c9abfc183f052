"""Clocks 时限: which facts start, pause, resume, extend and stop them, when they ring, what they then say."""

from processors.clocks.recalculate import recalculated, stale
from processors.clocks.ring import ring
from processors.clocks.run import due_date_from, run_clocks
from processors.clocks.setting import Setting, Stroke

__all__ = ["Setting", "Stroke", "due_date_from", "recalculated", "ring", "run_clocks", "stale"]
