"""How to connect as another role of the same database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["read_passwords", "role_dsn"]


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


def read_passwords(path: Path) -> dict[str, str]:
    """Read the passwords of the login roles; none where the database asks for none."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}
