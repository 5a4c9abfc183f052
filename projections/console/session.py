"""Who sits at the console: signed cookies, and codes that open a session once.

A cookie names the agency and, if a token opened the session, its hash: a revoked token ends it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

COOKIE: Final = "liandong"
SESSION_SECONDS: Final = 8 * 3600
CODE_SECONDS: Final = 15 * 60
_TAG: Final = 32
_LONGEST: Final = 1000


def derive(secret: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose, from the key ring's lookup key."""
    return hmac.digest(secret, b"liandong console " + purpose.encode(), "sha256")


class Session(msgspec.Struct, frozen=True, array_like=True):
    """A signed-in agency. `expires` in seconds since the epoch; `token` is the opening one, hashed."""

    agency: str
    expires: int
    token: bytes = b""


class Code(msgspec.Struct, frozen=True, array_like=True):
    """A one-time link for an agency, short-lived."""

    agency: str
    expires: int
    nonce: str


class Signer:
    """Writes and reads cookies and codes under a secret; `now` gives seconds since the epoch, real ones."""

    def __init__(self, secret: bytes, now: Callable[[], float]) -> None:
        self._secret = secret
        self._now = now
        self._used: dict[str, int] = {}

    def cookie(self, agency: str, token: bytes = b"") -> str:
        """The cookie of a new session."""
        return self._seal(b"session", Session(agency, int(self._now()) + SESSION_SECONDS, token))

    def session(self, cookie: str | None) -> Session | None:
        """The session of a cookie; None if it is missing, forged or over."""
        body = self._open(b"session", cookie)
        session = None if body is None else msgspec.json.decode(body, type=Session)
        return session if session is not None and session.expires > self._now() else None

    def code(self, agency: str) -> str:
        """A code for /enter?code=…, good once and for a quarter of an hour."""
        return self._seal(b"code", Code(agency, int(self._now()) + CODE_SECONDS, secrets.token_urlsafe(9)))

    def redeem(self, code: str) -> str | None:
        """The agency of a code; None if it is forged, over or used before."""
        body = self._open(b"code", code)
        if body is None:
            return None
        read = msgspec.json.decode(body, type=Code)
        now = self._now()
        self._used = {nonce: until for nonce, until in self._used.items() if until > now}
        if read.expires <= now or read.nonce in self._used:
            return None
        self._used[read.nonce] = read.expires
        return read.agency

    def _seal(self, purpose: bytes, content: Session | Code) -> str:
        body = msgspec.json.encode(content)
        return base64.urlsafe_b64encode(self._tag(purpose, body) + body).decode().rstrip("=")

    def _open(self, purpose: bytes, word: str | None) -> bytes | None:
        if not word or len(word) > _LONGEST:
            return None
        try:
            raw = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
        except (binascii.Error, ValueError):
            return None
        tag, body = raw[:_TAG], raw[_TAG:]
        return body if hmac.compare_digest(tag, self._tag(purpose, body)) else None

    def _tag(self, purpose: bytes, body: bytes) -> bytes:
        return hmac.digest(self._secret, purpose + b"\0" + body, "sha256")


def entry_code(lookup: bytes, agency: str, now: float) -> str:
    """A code for the console's `/enter?code=…`, made by whoever holds the key ring and its `lookup`."""
    return Signer(derive(lookup, "session"), lambda: now).code(agency)
