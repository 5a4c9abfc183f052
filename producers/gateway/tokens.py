"""Tokens of agencies: who sends is what the token says, never what the body says."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from backbone.queries import load_queries
from schemas.errors import Code, Refused
from schemas.seal import sm3

if TYPE_CHECKING:
    from backbone.database import Connection

SQL = load_queries("producers.gateway", "sql/door.sql")

_BYTES = 32
_SCHEME = "bearer"
_LONGEST = 512


def digest(token: str) -> bytes:
    """What is kept of a token: its SM3. A token has 256 random bits, so no salt is needed."""
    return sm3(token.encode())


async def issue(connection: Connection, agency: str, label: str) -> str:
    """Make a token for an agency and return it, the only time it is seen. ``label`` says who holds it."""
    token = secrets.token_urlsafe(_BYTES)
    await enrol(connection, agency, label, token)
    return token


async def enrol(connection: Connection, agency: str, label: str, token: str) -> None:
    """Let in a token that was made elsewhere; doing so again changes nothing."""
    await connection.execute(SQL["add_token"], digest(token), agency, label)


async def revoke(connection: Connection, agency: str, label: str) -> None:
    """Shut out every token of an agency with that label, from the next request on."""
    await connection.execute(SQL["revoke_tokens"], agency, label)


def bearer(authorization: str | None) -> str:
    """The token in an ``Authorization`` header.

    Raises Refused: NOT_AUTHENTICATED if there is none.
    """
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip()
    if scheme.lower() != _SCHEME or not token:
        raise Refused(Code.NOT_AUTHENTICATED)
    return token


async def agency_of(connection: Connection, token: str) -> str:
    """The agency that a token stands for.

    Raises Refused: BAD_TOKEN if it is unknown, expired or revoked.
    """
    found = (
        None if len(token) > _LONGEST else await connection.fetchval(SQL["agency_of_token"], digest(token))
    )
    if found is None:
        raise Refused(Code.BAD_TOKEN)
    return str(found)
