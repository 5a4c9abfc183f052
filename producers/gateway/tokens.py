"""Tokens of agencies: who sends is what the token says, never what the body says."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backbone.queries import load_queries
from schemas.agencies import AGENCIES
from schemas.errors import Code, Refused
from schemas.seal import sm3

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from backbone.database import Connection

SQL = load_queries("producers.gateway", "sql/door.sql")

_BYTES = 32
_SCHEME = "bearer"
_LONGEST = 512
_SHOWN = 12


def digest(token: str) -> bytes:
    """What is kept of a token: its SM3. A token has 256 random bits, so no salt is needed."""
    return sm3(token.encode())


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of a token. ``short`` are the first digits of its SM3, enough to tell it from others."""

    short: str
    agency: str
    label: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    valid: bool


async def issue(connection: Connection, agency: str, label: str, valid: timedelta | None = None) -> str:
    """Make a token for an agency and return it, the only time it is seen.

    ``label`` says who holds it, ``valid`` how long it opens the door (for ever if not given).
    """
    token = secrets.token_urlsafe(_BYTES)
    await enrol(connection, agency, label, token)
    if valid is not None:
        await connection.execute(SQL["expire_token"], digest(token), valid)
    return token


async def enrol(connection: Connection, agency: str, label: str, token: str) -> None:
    """Let in a token that was made elsewhere. Doing so again changes nothing: one revoked stays so."""
    await connection.execute(SQL["add_token"], digest(token), agency, label)


async def rotate(connection: Connection, agency: str, label: str, grace: timedelta) -> str:
    """A new token in place of those of an agency with that label, which open the door for ``grace`` more."""
    async with connection.transaction():
        token = await issue(connection, agency, label)
        await connection.execute(SQL["retire_tokens"], agency, label, digest(token), grace)
    return token


async def revoke(connection: Connection, agency: str, label: str | None) -> int:
    """Shut out the tokens of an agency, those with a label or all, from the next request on; how many."""
    done: str = await connection.execute(SQL["revoke_tokens"], agency, label)
    return int(done.rpartition(" ")[2])


async def known(connection: Connection, agency: str | None) -> list[Known]:
    """Every token that was ever issued, of one agency or of all."""
    rows = await connection.fetch(SQL["tokens"], agency)
    return [Known(row["hash"].hex()[:_SHOWN], *tuple(row)[1:]) for row in rows]


async def is_registered(connection: Connection, agency: str) -> bool:
    """Whether a code is an agency's, of this release or registered since."""
    return agency in AGENCIES or bool(await connection.fetchval(SQL["is_registered"], agency))


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
