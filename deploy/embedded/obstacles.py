"""What keeps the embedded stack from running, each with the one line that mends it."""

from __future__ import annotations


class Obstacle(Exception):
    """Something stands in the way; a person removes it and starts again.

    The message is one sentence about what is wrong, `remedy` one about what to do (often a command).
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}"


class MissingTool(Obstacle):
    """A program that must be installed on this machine is absent or too old: install it."""


class PortTaken(Obstacle):
    """Another process listens where this one would: stop that one, or choose other ports."""


class DirectoryRefused(Obstacle):
    """The stack's directory cannot be used (in use, of another version or mode, closed): choose another."""


class BrokenDownload(Obstacle):
    """Fetched files do not match our checksums, twice: the mirror serves something else."""


class DiskFull(Obstacle):
    """There is too little space to keep a log that may lose nothing: free some."""


class WouldNotStart(Obstacle):
    """A process ended, or gave no answer in time, while it was being started: read its log."""
