"""Masks: what each circle of readers sees of a personal field, as a table and the ways of showing it.

The table is `reference/masks.yaml`, the system's own proposal (`verified` is false). Everything here is a
pure function of an opened field; whoever opens one must send it through `Matrix.way` and `show` before it
leaves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from schemas.reference import load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["MASKS", "Circle", "Matrix", "Row", "Way", "circle_of", "matrix", "show"]


class Circle(StrEnum):
    """A circle of readers around a matter, from the inside to the outside."""

    HANDLER = "HANDLER"  # 承办机关
    DISTRICT = "DISTRICT"  # 同区他机关
    CITY = "CITY"  # 市
    DELTA = "DELTA"  # 长三角
    PUBLIC = "PUBLIC"  # 公开


class Way(StrEnum):
    """A way of showing a field."""

    CLEAR = "CLEAR"
    CASE = "CASE"
    SURNAME = "SURNAME"
    SOMEBODY = "SOMEBODY"
    ID_ENDS = "ID_ENDS"
    PHONE_ENDS = "PHONE_ENDS"
    PLATE_ENDS = "PLATE_ENDS"
    TO_STREET = "TO_STREET"
    TO_DISTRICT = "TO_DISTRICT"
    TO_CITY = "TO_CITY"
    TOKEN = "TOKEN"  # noqa: S105 - the pseudonym of a party, not a secret
    HIDDEN = "HIDDEN"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: for which fields, classes of fields or roles of parties it holds."""

    id: str
    zh: str
    fields: frozenset[str]
    classes: frozenset[str]
    parties: frozenset[str]
    ways: Mapping[Circle, Way]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The table of one version. `verified`: whether the agencies have settled it."""

    version: int
    verified: bool
    rows: tuple[Row, ...]

    def row(self, field: str, kind: str, party_role: str = "") -> Row | None:
        """The row for a field: that of its party's role before that of its name before that of its class."""
        for found in (
            next((row for row in self.rows if party_role in row.parties), None),
            next((row for row in self.rows if field in row.fields), None),
            next((row for row in self.rows if kind in row.classes), None),
        ):
            if found is not None:
                return found
        return None

    def way(self, field: str, kind: str, circle: Circle, party_role: str = "") -> Way:
        """How a circle sees a field (`kind`: `person` or `text`).

        What no row names is read by the handling agency alone.
        """
        row = self.row(field, kind, party_role)
        if row is not None:
            return row.ways[circle]
        return Way.CASE if circle is Circle.HANDLER else Way.HIDDEN


def matrix(content: Mapping[str, Any]) -> Matrix:
    """Build the table from the content of its file. Raises ValueError if a row leaves a circle open."""
    rows = []
    for entry in content["rows"]:
        if entry["ways"].keys() != {circle.value for circle in Circle}:
            raise ValueError(f"row {entry['id']} must say a way for each of {', '.join(Circle)}")
        rows.append(
            Row(
                id=entry["id"],
                zh=entry["zh"],
                fields=frozenset(entry.get("fields", ())),
                classes=frozenset(entry.get("classes", ())),
                parties=frozenset(entry.get("parties", ())),
                ways={Circle(circle): Way(way) for circle, way in entry["ways"].items()},
            )
        )
    return Matrix(content["version"], content["verified"], tuple(rows))


_CONTENT: Final[Mapping[str, Any]] = load("masks.yaml")
MASKS: Final[Matrix] = matrix(_CONTENT)


def circle_of(reader_region: str, matter_region: str, *, handles: bool) -> Circle:
    """The circle in which a reader stands: division codes of both, and whether the reader handles the matter.

    A reader or a matter whose region is not known belongs to the public.
    """
    if handles:
        return Circle.HANDLER
    reader, matter = reader_region[:6], matter_region[:6]
    if not reader or not matter:
        return Circle.PUBLIC
    if reader == matter:
        return Circle.DISTRICT
    return Circle.CITY if reader[:2] == matter[:2] else Circle.DELTA


_COMPOUND_SURNAMES = frozenset(_CONTENT["compound_surnames"].split())
_LONG_NUMBERS = frozenset({15, 18})
_MOBILE = re.compile(r"(?:\+?86)?(1\d{10})")
_STREET = re.compile(r"^.*?(?:区|县|市).*?(?:街道|镇|乡)")
_DISTRICT = re.compile(r"^.*?市.*?(?:区|县)|^.*?(?:区|县)")
_CITY = re.compile(r"^.*?市")


def _surname(name: str) -> str:
    name = name.strip()
    return name[:2] if len(name) > 2 and name[:2] in _COMPOUND_SURNAMES else name[:1]  # noqa: PLR2004


def _id_ends(number: str) -> str:
    number = number.strip()
    # Of a short number six characters would be most of it.
    shown = 6 if len(number) in _LONG_NUMBERS else 0
    return number[:shown] + "*" * max(len(number) - shown - 1, 4) + number[-1:]


def _phone_ends(number: str) -> str:
    digits = re.sub(r"[\s\-]", "", number)
    mobile = _MOBILE.fullmatch(digits)
    if mobile:
        return f"{mobile[1][:3]}****{mobile[1][-4:]}"
    # A landline: who has eight digits shows four of them.
    return f"****{digits[-4:]}" if len(digits) >= 8 else "****"  # noqa: PLR2004


def _plate_ends(plate: str) -> str:
    return f"{plate[:2]}***{plate[-2:]}" if len(plate) >= 7 else "***"  # noqa: PLR2004


def _up_to(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def run(address: str) -> str:
        found = pattern.search(address)
        return f"{found[0]}***" if found else "***"

    return run


_SHOWN: Final[Mapping[Way, Callable[[str], str]]] = {
    Way.CLEAR: str,
    Way.CASE: str,
    Way.SURNAME: lambda name: f"{_surname(name)}**",
    Way.SOMEBODY: lambda name: f"{_surname(name)}某某",
    Way.ID_ENDS: _id_ends,
    Way.PHONE_ENDS: _phone_ends,
    Way.PLATE_ENDS: _plate_ends,
    Way.TO_STREET: _up_to(_STREET),
    Way.TO_DISTRICT: _up_to(_DISTRICT),
    Way.TO_CITY: _up_to(_CITY),
}


def show(way: Way, text: str, token: str = "") -> str | None:
    """What a way leaves of an opened field; `token` is its party's pseudonym. None: nothing is shown."""
    if way is Way.TOKEN:
        return token or None
    if way is Way.HIDDEN:
        return None
    return _SHOWN[way](text)
