"""Erasing a person: from the vault to the ledger, and after a restore from the ledger to the vault."""

from deploy.erasure.carry_out import Decision, Done, Found, NameInReason, Unknown, carry_out, look_up
from deploy.erasure.replay import Replayed, replay
from deploy.erasure.statement import FACT, statement

__all__ = [
    "FACT",
    "Decision",
    "Done",
    "Found",
    "NameInReason",
    "Replayed",
    "Unknown",
    "carry_out",
    "look_up",
    "replay",
    "statement",
]
