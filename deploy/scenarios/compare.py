"""Comparing what is wanted with what is found, and saying both in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deploy.scenarios.words import BEIJING
from schemas.agencies import AGENCIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime


def covers(wanted: Any, found: Any) -> bool:
    """Whether what was found holds all that is wanted: mappings by their keys, the rest as it is."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(
            covers(value, found.get(key)) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(wanted) == len(found)
            and all(covers(one, other) for one, other in zip(wanted, found, strict=True))
        )
    return bool(wanted == found)


def keys(value: Any) -> Iterator[str]:
    """Every name of a field, at any depth."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield name
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


def agencies(codes: str | Iterable[str]) -> str:
    """Name agencies in Chinese."""
    given = [codes] if isinstance(codes, str) else codes
    return "、".join(AGENCIES.name_zh(code) for code in given if code) or "none"


def alarm(at: datetime, to: Sequence[str] | None, level: object) -> str:
    """Say when an alarm was given, at which level, and to whom."""
    told = f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    told += "" if level is None else f" level {level}"
    return told if to is None else f"{told} ▸ {agencies(sorted(to))}"


def flat(content: Mapping[str, Any]) -> dict[str, str]:
    """Give the values as text."""
    return {key: str(value) for key, value in content.items()}


def pairs(values: Mapping[str, str]) -> str:
    """Say names and values in one line."""
    return " ".join(f"{name} {value}" for name, value in values.items())


def listed(values: Sequence[str]) -> str:
    """Say several in one line."""
    return "; ".join(values) or "none"
