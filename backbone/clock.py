"""What time it is.

Nothing decides by this: decisions know the instant of their record alone (`received_at`).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from backbone.remedy import remedy
from backbone.stack import read_identity

if TYPE_CHECKING:
    from backbone.database import Pool

__all__ = ["Clock", "SimulatedClock", "SystemClock", "TimeNotSet"]


class TimeNotSet(LookupError):
    """The simulated stack has no time yet: its driver sets the first instant before anything is sent."""


class Clock(Protocol):
    """Tells the instant in microseconds since 1970 UTC."""

    def now(self) -> int:
        """Return the instant in microseconds since 1970 UTC."""


class SystemClock:
    """The machine's clock: the clock of a real stack."""

    def now(self) -> int:
        """Return the machine's instant in microseconds since 1970 UTC."""
        return time.time_ns() // 1_000


class SimulatedClock:
    """The clock of a simulated stack: it stands still until the stack's driver moves it in the database."""

    def __init__(self, pool: Pool, instant: int | None = None) -> None:
        self._pool = pool
        self._instant = instant

    def now(self) -> int:
        """Return the instant read last, in microseconds since 1970 UTC.

        Raises TimeNotSet before the first.
        """
        if self._instant is None:
            raise TimeNotSet(remedy(TimeNotSet))
        return self._instant

    async def refresh(self) -> int:
        """Read the instant from the database and return it.

        Raises TimeNotSet, and what the database raises.
        """
        async with self._pool.acquire() as connection:
            self._instant = (await read_identity(connection)).simulated_now
        return self.now()
