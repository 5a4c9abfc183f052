"""Work to do and no progress: the process ends with a clear line, and its supervisor starts it anew."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from backbone.remedy import remedy

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Stalled", "Watchdog"]

_LOOK_SECONDS = 1.0


class Stalled(RuntimeError):
    """There was work to do and nothing moved for longer than `LIANDONG_PATIENCE` seconds.

    The process is started anew.
    """


@dataclass(slots=True)
class Watchdog:
    """Watches one piece of work.

    `pending` says whether there is any, `progress` is a number that moves with it.
    """

    name: str
    pending: Callable[[], bool]
    progress: Callable[[], int]
    patience: float
    _seen: int | None = field(default=None, init=False)
    _since: float | None = field(default=None, init=False)

    def look(self, now: float) -> None:
        """Look once, at an instant in seconds. Raises Stalled."""
        seen = self.progress()
        if not self.pending() or seen != self._seen:
            self._seen, self._since = seen, None
        elif self._since is None:
            self._since = now
        elif now - self._since > self.patience:
            raise Stalled(
                f"{self.name} has not moved from {seen} for {now - self._since:.0f} s. {remedy(Stalled)}"
            )

    async def watch(self) -> None:
        """Look once a second until cancelled. Raises Stalled."""
        loop = asyncio.get_running_loop()
        while True:
            self.look(loop.time())
            await asyncio.sleep(_LOOK_SECONDS)
