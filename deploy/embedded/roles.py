"""The database roles of a stack, and how each process connects as its own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

ANALYST = "analyst"
"""The role that reads every matter's rows, without the columns that tell of a person."""
LOGIN_PARTS = ("worker", "door", "projector", "api", ANALYST)


def role_name(stack: str, part: str) -> str:
    """Return the login role of one part of a stack, `liandong_worker`, or of its analysts."""
    return f"{stack}_{part}"


def agency_role(stack: str, agency: str) -> str:
    """Return the role that stands for an agency: `310120-JD11` in `liandong` is `liandong_a_310120_jd11`."""
    return f"{stack}_a_{agency.lower().replace('-', '_')}"


def role_dsn(admin: str, role: str, passwords: Mapping[str, str]) -> str:
    """Return the administrator's DSN with another role (and its password, if the database asks for one).

    User and password are taken out wherever a DSN may carry them; host, port, database and options stay.
    """
    parts = urlsplit(admin)
    place = parts.netloc.rpartition("@")[2]
    login = quote(role)
    if role in passwords:
        login += f":{quote(passwords[role], safe='')}"
    options = [
        option
        for option in parts.query.split("&")
        if option and option.partition("=")[0] not in {"user", "password"}
    ]
    return parts._replace(netloc=f"{login}@{place}", query="&".join(options)).geturl()
