"""What every route may ask of its request: the application's parts, and which agency sends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from producers.gateway.pace import Pace
from producers.gateway.reading import Limits
from producers.gateway.tokens import agency_of, bearer

if TYPE_CHECKING:
    from backbone.database import Pool
    from producers.gateway.door import Door
    from producers.gateway.history import History
    from producers.gateway.receipts import Receipts


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes work with, made by the process that serves them."""

    pool: Pool
    door: Door
    receipts: Receipts
    history: History
    limits: Limits = field(default_factory=Limits)
    pace: Pace = field(default_factory=Pace)


def parts_of(request: Request) -> Parts:
    """The parts of the application that answers this request."""
    parts: Parts = request.app.state.parts
    return parts


async def authenticated(request: Request) -> str:
    """The agency whose token the request bears. Raises Refused: NOT_AUTHENTICATED, BAD_TOKEN."""
    token = bearer(request.headers.get("authorization"))
    async with parts_of(request).pool.acquire() as connection:
        return await agency_of(connection, token)


Agency = Annotated[str, Depends(authenticated)]
"""A parameter of a route that only an agency may use."""
