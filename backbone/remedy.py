"""An error's docstring is its message: what is wrong, and what to do."""

from __future__ import annotations

__all__ = ["remedy"]


def remedy(error: type[BaseException]) -> str:
    """Return the docstring of an error as one line of text."""
    return " ".join((error.__doc__ or "").split())
