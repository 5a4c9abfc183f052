"""The words of scenarios: agencies by their names, instants in Beijing, rules as people write them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from schemas.agencies import AGENCIES

BEIJING = timezone(timedelta(hours=8))
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}")
CODE = re.compile(r"[0-9]{6}-[A-Z]{2}[0-9]{2}")

_CODES = {each.name_zh: each.code for each in AGENCIES}


class Unknown(ValueError):
    """A scenario says a word that means nothing here."""

    def __init__(self, what: str, remedy: str = "Mend the word, or add what it names.") -> None:
        super().__init__(what)
        self.remedy = remedy


def agency_code(name: str) -> str:
    """Give the code of an agency by its short Chinese name; a code stands for itself. Raises Unknown."""
    if CODE.fullmatch(name):
        return name
    found = _CODES.get(name)
    if found is None:
        raise Unknown(f"no agency is named {name!r}", "Write its short name as the register has it.")
    return found


def instant(text: str) -> datetime:
    """Read an instant in Beijing: 2026-09-08 10:00. Raises Unknown."""
    if not INSTANT.fullmatch(text):
        raise Unknown(f"{text!r} is no instant", "Write it as 2026-09-08 10:00, Beijing time.")
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)
    except ValueError as error:
        raise Unknown(f"{text!r} is no instant: {error}", "Write a day and hour that exist.") from error


def is_rule(written: str, rule: str) -> bool:
    """Whether a rule of the rulebook is the one that a scenario names, with or without its version."""
    return rule == written or ("@" not in written and rule.partition("@")[0] == written)
