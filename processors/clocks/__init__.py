"""Clocks 时限: which facts start, pause, resume and stop them, when they ring, what they then say."""

from processors.clocks.ring import ring
from processors.clocks.run import due_date_from, run_clocks

__all__ = ["due_date_from", "ring", "run_clocks"]
