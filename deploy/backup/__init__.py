"""A copy of a stopped embedded stack, its keys by themselves, and the way back."""

from deploy.backup.restoring import restore
from deploy.backup.taking import take

__all__ = ["restore", "take"]
