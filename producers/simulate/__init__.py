"""Agencies of Fengxian and its neighbours that do not exist, and say what such agencies would say.

Everything follows from a seed; no word of it is about a person or a firm that exists.
"""

from producers.simulate.plan import Plan, plan
from producers.simulate.planned import Answer, Planned

__all__ = ["Answer", "Plan", "Planned", "plan"]
