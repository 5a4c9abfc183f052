"""What time it is for whoever looks at a page: the stack's own time, simulated or real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backbone.clock import SystemClock
from backbone.stack import read_identity
from projections.times import beijing

if TYPE_CHECKING:
    from datetime import datetime

    from backbone.clock import Clock
    from backbone.database import Connection


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant by which what is left is counted, and whether it is simulated."""

    now: datetime
    simulated: bool


async def moment(connection: Connection, reached: int, clock: Clock | None = None) -> Moment:
    """Read the stack's time; a simulated one that was never set stands where its data does (`reached`)."""
    identity = await read_identity(connection)
    if identity.simulated:
        return Moment(beijing(identity.simulated_now or reached), simulated=True)
    return Moment(beijing((clock or SystemClock()).now()), simulated=False)
