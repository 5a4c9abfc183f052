"""What a door says of a fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a fact so far; ``body`` is the door's whole answer (`routed`, `clocks`, `problem`, …).

    ``status``: `accepted` (taken, not decided yet), `admitted`, `waiting` (an operator must mend something of
    ours first), `refused` or `skipped`; the last two come from a `Subscriber` alone, publishing raises them.
    """

    event_id: str
    matter: str
    status: str
    body: Mapping[str, Any]

    @property
    def decided(self) -> bool:
        """Whether the answer is final."""
        return self.status not in {"accepted", "waiting"}

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read what the door answered: a receipt, or where to ask for it."""
        return cls(body["event_id"], body["matter"], body.get("status", "accepted"), body)
