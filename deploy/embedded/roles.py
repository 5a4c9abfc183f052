"""The database roles of a stack, and how each process connects as its own."""

from __future__ import annotations

from backbone.logins import role_dsn

__all__ = ["ANALYST", "LOGIN_PARTS", "agency_role", "role_dsn", "role_name"]

ANALYST = "analyst"
"""The role that reads every matter's rows, without the columns that tell of a person."""
LOGIN_PARTS = ("worker", "door", "projector", "api", ANALYST)


def role_name(stack: str, part: str) -> str:
    """Return the login role of one part of a stack, `liandong_worker`, or of its analysts."""
    return f"{stack}_{part}"


def agency_role(stack: str, agency: str) -> str:
    """Return the role that stands for an agency: `310120-JD11` in `liandong` is `liandong_a_310120_jd11`."""
    return f"{stack}_a_{agency.lower().replace('-', '_')}"
