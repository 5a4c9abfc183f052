"""What can go wrong, named by what the caller does about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Failed(Exception):
    """What did not get through. ``event_id`` names the fact, and is empty where none is meant."""

    def __init__(self, message: str, *, problem: Mapping[str, Any] | None = None, event_id: str = "") -> None:
        super().__init__(message)
        self.problem = dict(problem or {})
        self.event_id = event_id

    @property
    def code(self) -> str:
        """The code of the problem, as `/v1/errors` lists it; empty where the door did not answer itself."""
        return str(self.problem.get("code", ""))


class Refused(Failed):
    """The fact is wrong: mend what ``problem`` names (field, rule, remedy), and state it as a new fact."""


class TryLater(Failed):
    """Nothing is wrong with the fact: publish the same one, with its event id, in ``retry_after`` seconds.

    It may have been taken already; the event id keeps it from counting twice.
    """

    def __init__(self, message: str, *, retry_after: float, event_id: str = "") -> None:
        super().__init__(message, event_id=event_id)
        self.retry_after = retry_after


class GiveUp(Failed):
    """No repetition helps: a person must look (token, address, permission, a fact that was skipped)."""
