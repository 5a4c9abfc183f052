"""Which stack this is: its name, whether its time is real or simulated, its partition count.

Settled at birth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from backbone.queries import load_queries
from backbone.remedy import remedy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backbone.database import Connection

__all__ = [
    "Identity",
    "StackDiffers",
    "StackUnborn",
    "enrol_agency_roles",
    "move_simulated_time",
    "read_identity",
    "settle_identity",
]

SQL = load_queries("backbone", "sql/stack.sql")


class StackUnborn(LookupError):
    """The database holds no stack yet: provision it (`liandong up` does) before its processes start."""


class StackDiffers(ValueError):
    """A stack keeps its name, mode and partition count for life.

    Use the database of that stack, or a new one.
    """


@dataclass(frozen=True, slots=True)
class Identity:
    """What a stack is from birth.

    `simulated_now` is in microseconds, None in a real stack and before the first.
    """

    name: str
    mode: Literal["real", "simulated"]
    partitions: int
    simulated_now: int | None = None

    @property
    def simulated(self) -> bool:
        """Whether time is data of this stack's driver."""
        return self.mode == "simulated"


async def read_identity(connection: Connection) -> Identity:
    """Read which stack this database belongs to. Raises StackUnborn."""
    row = await connection.fetchrow(SQL["read"])
    if row is None:
        raise StackUnborn(remedy(StackUnborn))
    return Identity(*row)


async def settle_identity(connection: Connection, identity: Identity) -> Identity:
    """Give a new database its identity; verify that of an old one, and return it. Raises StackDiffers."""
    await connection.execute(SQL["settle"], identity.name, identity.mode, identity.partitions)
    found = await read_identity(connection)
    if (found.name, found.mode, found.partitions) != (identity.name, identity.mode, identity.partitions):
        raise StackDiffers(
            f"This database belongs to {_told(found)}, not to {_told(identity)}. {remedy(StackDiffers)}"
        )
    return found


def _told(identity: Identity) -> str:
    return f"the {identity.mode} stack {identity.name} with {identity.partitions} partitions"


async def move_simulated_time(connection: Connection, instant: int) -> None:
    """Move a simulated stack's time on to `instant` (microseconds); it never goes back.

    Raises StackDiffers in a real stack.
    """
    if await connection.fetchval(SQL["move_time"], instant) is None:
        raise StackDiffers("The time of a real stack cannot be moved.")


async def enrol_agency_roles(connection: Connection, roles: Iterable[tuple[str, str]]) -> None:
    """Note which database role stands for which agency: pairs of (role, agency code)."""
    pairs = list(roles)
    await connection.execute(SQL["enrol"], [role for role, _ in pairs], [agency for _, agency in pairs])
