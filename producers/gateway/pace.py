"""How fast one agency may state facts: a measure that fills again, so that none crowds out the others.

Each gateway measures by itself. A request is let in while anything is left, and may take more than is left:
a long list is never impossible, whoever sent it waits longer afterwards.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from schemas.errors import Code, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

BURST = 10.0
"""Seconds' worth of facts that may come at once after a time of quiet."""


class Pace:
    """Facts a second for each agency (0: no limit). ``clock`` gives seconds that never go back."""

    def __init__(self, rate: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, agency: str, facts: int) -> None:
        """Count facts that an agency wants to state.

        Raises TooFast: none of them may come in yet.
        """
        if not self._rate:
            return
        most, now = self._rate * BURST, self._clock()
        left, since = self._left.get(agency, (most, now))
        left = min(most, left + (now - since) * self._rate)
        if left <= 0:
            self._left[agency] = left, now
            raise too_fast((1 - left) / self._rate, self._rate)
        self._left[agency] = left - facts, now


class TooFast(Exception):
    """An agency states more than its rate allows: wait ``seconds``, and send the same again."""

    def __init__(self, refused: Refused, seconds: int) -> None:
        super().__init__(refused.detail_en)
        self.refused = refused
        self.seconds = seconds


def too_fast(seconds: float, rate: float) -> TooFast:
    """The refusal of a request that may come again after so many seconds, rounded up."""
    whole = max(1, math.ceil(seconds))
    refused = Refused(
        Code.BUSY,
        detail_zh=f"本机关每秒最多 {rate:g} 条，请 {whole} 秒后再发。",
        detail_en=f"Your agency may state {rate:g} facts a second; send again in {whole} seconds.",
    )
    return TooFast(refused, whole)
