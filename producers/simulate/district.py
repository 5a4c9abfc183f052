"""What the simulated agencies share: which numbers were given out, and who is competent for what."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from producers.simulate.data import load
from producers.simulate.hours import day_of, iso
from producers.simulate.numbers import document
from schemas.agencies import AGENCIES, Agency
from schemas.domains import DOMAINS
from schemas.identifiers import make_matter_id

if TYPE_CHECKING:
    from producers.simulate.dice import Dice

__all__ = [
    "BUREAU",
    "CITY",
    "DISTRICT",
    "GOVERNMENT",
    "PROVINCES",
    "District",
    "cause_of",
    "departments",
    "issuer_word",
    "sender_of",
]

BUREAU: Final = "310120-CG01"
"""区城管执法局: triages, sends the digests."""
GOVERNMENT: Final = "310120-GV01"
CITY: Final = "310000-CG01"
"""市城管执法局, the gateway of the province."""
PROVINCES: Final = {"32": "320000-ZJ01", "33": "330000-ZJ01", "34": "340000-ZJ01"}
"""The gateways of the neighbouring provinces."""
DISTRICT: Final = "310120"

_SERIALS_FROM = 100_000
_SERIALS_A_SEED = 1_000
_SEEDS = 800
_WORDS = {
    "310120-ZG01": "沪奉规资",
    "310120-ZG02": "沪奉环",
    "310120-ZG03": "沪奉建管",
    "310120-ZG04": "沪奉水务",
    "310120-ZG05": "沪奉市监",
    "310120-ZG06": "沪奉绿容",
    "310120-ZG07": "沪奉房管",
    "310120-CG01": "沪奉城管",
    "310120-GV01": "沪奉府",
    "310000-CG01": "沪城管执",
}


class District:
    """The numbers that agencies give out in one plan; they move on as facts are planned."""

    def __init__(self, seed: int) -> None:
        self._first = _SERIALS_FROM + seed % _SEEDS * _SERIALS_A_SEED
        self._serials: Counter[tuple[str, int]] = Counter()
        self._documents: Counter[tuple[str, int]] = Counter()

    def matter(self, kind: str, agency: str, at: int) -> str:
        """Give the next matter id of an agency's own numbering.

        Two seeds begin their serials at different numbers, far above those that a door gives out.
        """
        day = day_of(at)
        self._serials[agency, day.toordinal()] += 1
        serial = self._first + self._serials[agency, day.toordinal()]
        return make_matter_id(kind, agency, day, serial)

    def number(self, issuer: str, at: int, *, digits: int = 0) -> str:
        """Give the next document number of an issuer's word and the year of an instant."""
        year = day_of(at).year
        self._documents[issuer, year] += 1
        return document(issuer, year, self._documents[issuer, year], digits=digits)

    def letter(self, agency: str, word: str, doc_type: str, at: int) -> dict[str, Any]:
        """Give a signed document of an agency, as a `DocRef`: `word` says of which series (移, 告, 协)."""
        return {
            "doc_no": self.number(issuer_word(agency) + word, at),
            "doc_type": doc_type,
            "issued_at": iso(at),
            "issuer": AGENCIES.name_zh(agency),
            "signed": True,
        }


def issuer_word(agency: str) -> str:
    """Give the word with which an agency's document numbers begin: 沪奉水务, 沪奉城管(南桥)."""
    if agency in _WORDS:
        return _WORDS[agency]
    short = AGENCIES.name_zh(agency)
    for ending in ("街道", "镇"):
        short = short.removesuffix(ending)
    return f"沪奉城管({short})" if agency.startswith("310120-JD") else f"沪奉{short}"


def departments(domain: str) -> tuple[Agency, ...]:
    """Give the departments of the district that are competent for a domain; none for 09."""
    standings = DOMAINS[domain].departments
    return tuple(each for standing in standings for each in AGENCIES.with_standing(standing, DISTRICT))


def sender_of(dice: Dice, domain: str) -> str:
    """Give the department that finds a violation of a domain and hands it over."""
    competent = departments(domain) or AGENCIES.with_standing("department", DISTRICT)[:7]
    return dice.pick(competent).code


def cause_of(dice: Dice) -> dict[str, Any]:
    """Give one cause of causes.yaml; the domains come up equally often."""
    causes: list[dict[str, Any]] = load("causes.yaml")["causes"]
    return dice.pick(causes)
