"""What facts are filled with: evidence, documents, citations, times of violations. All of it is invented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from producers.simulate.data import load
from producers.simulate.hours import HOUR, MINUTE, iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from producers.simulate.dice import Dice
    from producers.simulate.tale import Tale

__all__ = ["attachment", "citation", "evidence", "period", "summary", "violation"]

_SITE_KINDS = (
    ("AUDIOVISUAL", "PHOTO"),
    ("AUDIOVISUAL", "PHOTO"),
    ("AUDIOVISUAL", "VIDEO"),
    ("INSPECTION_RECORD", "SITE_RECORD"),
    ("PARTY_STATEMENT", "INTERVIEW_RECORD"),
)
_MEGABYTE = 1_000_000


def evidence(tale: Tale, agency: str, found_at: int, *, photo: bool = True) -> list[dict[str, Any]]:
    """Give one to four pieces of evidence, a photo or a video first unless it was forgotten."""
    dice = tale.dice
    kinds = [dice.pick(_SITE_KINDS[:3] if photo else _SITE_KINDS[3:])]
    kinds += [dice.pick(_SITE_KINDS[0 if photo else 3 :]) for _ in range(dice.number(0, 3))]
    return [_piece(tale, agency, found_at + place * MINUTE, kind) for place, kind in enumerate(kinds, 1)]


def _piece(tale: Tale, agency: str, at: int, kind: tuple[str, str]) -> dict[str, Any]:
    digest = tale.dice.sm3()
    return {
        "evidence_id": f"E-{digest[:12]}",
        "kind": kind[0],
        "subtype": kind[1],
        "collected_at": iso(min(at, tale.now)),
        "collector_agency": agency,
        "sm3": digest,
        "object_ref": f"evidence/{digest[:2]}/{digest}",
    }


def attachment(dice: Dice) -> dict[str, Any]:
    """Give a reference to a scanned document that lies in no store."""
    digest = dice.sm3()
    return {
        "object_id": f"documents/{digest[:2]}/{digest}",
        "sm3": digest,
        "size": dice.number(80_000, 6 * _MEGABYTE),
        "media_type": "application/pdf",
    }


def period(dice: Dice, until: int) -> dict[str, Any]:
    """Give the time of a violation that was found at `until`: an hour or two of the night or day before."""
    start = until - dice.number(3, 34) * HOUR - dice.number(0, 59) * MINUTE
    told: dict[str, Any] = {"start": iso(start), "precision": "MINUTE"}
    if dice.chance(0.8):
        told["end"] = iso(start + dice.number(5, 150) * MINUTE)
    return told


def summary(dice: Dice, cause: Mapping[str, Any]) -> str:
    """Say what was done, in one of the ways in which officers write it."""
    return str(dice.pick(cause["texts"])).format(n=dice.number(2, 30))


def violation(dice: Dice, cause: Mapping[str, Any]) -> dict[str, Any]:
    """Give a `ViolationFact`."""
    return {
        "summary": summary(dice, cause),
        "domain_code": cause["domain"],
        "cause_code": cause["code"],
        "continuing": dice.chance(0.4),
        "legal_basis": [citation(cause)],
    }


def citation(cause: Mapping[str, Any]) -> dict[str, Any]:
    """Give the law of a cause, without an article: none was read for it."""
    return {"law": cause["law"], "article": load("causes.yaml")["marker"], "verified": False}
