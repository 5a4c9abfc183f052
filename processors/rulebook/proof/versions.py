"""Proof of versions: no two versions of a rule hold on one day, none ends before it begins or is over."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from processors.rulebook.proof.found import Found, found_in
from processors.rulebook.shapes import base_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from processors.rulebook.pack import Pack
    from processors.rulebook.source import BrokenPack

FIRST, LAST = "0000-00-00", "9999-99-99"


def version_findings(packs: Sequence[Pack], today: str = "") -> Iterator[BrokenPack]:
    """Give what is wrong with the validity of rules; on a day (ISO), also which rules are over by then."""
    versions: dict[tuple[str, str, str], list[Found]] = {}
    for found in found_in(packs):
        versions.setdefault((found.pack.name, found.what, base_of(found.id)), []).append(found)
        yield from _days(found)
    for same in versions.values():
        yield from _overlaps(same)
        if today:
            yield from _over(same, today)


def _days(found: Found) -> Iterator[BrokenPack]:
    for name in ("valid_from", "valid_to"):
        if name in found.content and not _is_day(found.content[name]):
            yield found.broken(
                (name,), f"there is no day {found.content[name]}.", "Write a date, 2026-07-01."
            )
            return
    begin, end = _days_of(found)
    if end < begin:
        yield found.broken(
            ("valid_to",),
            f"{found.id} ends on {end}, before it begins on {begin}.",
            "Let it end later, or leave the rule out.",
        )


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _days_of(found: Found) -> tuple[str, str]:
    return found.content.get("valid_from", FIRST), found.content.get("valid_to", LAST)


def _overlaps(versions: Sequence[Found]) -> Iterator[BrokenPack]:
    for one, other in combinations(versions, 2):
        begin = max(_days_of(one)[0], _days_of(other)[0])
        end = min(_days_of(one)[1], _days_of(other)[1])
        if begin <= end:
            since = "always" if begin == FIRST else f"from {begin} on"
            yield other.broken(
                (),
                f"{one.id} and {other.id} hold at the same time, {since}.",
                "End the older one (`valid_to`) the day before the newer begins (`valid_from`).",
            )


def _over(versions: Sequence[Found], today: str) -> Iterator[BrokenPack]:
    """A rule whose last version is over has either a successor or nothing left to say."""
    last = max(versions, key=lambda found: _days_of(found)[1])
    end = _days_of(last)[1]
    if end < today:
        yield last.broken(
            ("valid_to",),
            f"{last.id} has expired on {end}, and no later version follows.",
            "Write its successor; keep the expired one, for what was decided by it.",
        )
