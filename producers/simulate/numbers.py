"""Numbers of firms, persons and documents: their form and check characters are right, nobody has them.

The organisation code within a firm's number begins with MADEM, as the project's published test values do. The
sequence code of a citizen's number is 996 to 999, which was kept for people of a hundred years and more; here
it goes with birthdays of younger ones. So no number can be taken for a registered one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stdnum.cn import ric, uscc

if TYPE_CHECKING:
    from datetime import date

    from producers.simulate.dice import Dice

__all__ = ["citizen_id", "document", "firm_code", "phone", "spoiled"]

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_SYNTHETIC = "MADEM"
_SEQUENCES = ("996", "997", "998", "999")
FIRMS: Final = len(_USCC_ALPHABET) ** 3
"""How many firms of one kind a region can have."""


def firm_code(index: int, region: str, kind: str = "91") -> str:
    """Return the unified social credit code (GB 32100-2015) of the `index`-th firm of a region.

    `kind`: 91 a firm, 92 an individual business 个体工商户. Indices repeat after `FIRMS`.
    """
    letters = ""
    for _ in range(3):
        index, place = divmod(index, len(_USCC_ALPHABET))
        letters = _USCC_ALPHABET[place] + letters
    organisation = _SYNTHETIC + letters
    total = sum(w * _ALPHABET.index(c) for w, c in zip(_ORG_WEIGHTS, organisation, strict=True))
    inner = "0123456789X0"[11 - total % 11]
    body = f"{kind}{region}{organisation}{inner}"
    return body + str(uscc.calc_check_digit(body))


def citizen_id(dice: Dice, region: str, birthday: date) -> str:
    """Return a citizen's number (GB 11643-1999) given by a region, which may be one of former times."""
    body = f"{region}{birthday:%Y%m%d}{dice.pick(_SEQUENCES)}"
    return body + str(ric.calc_check_digit(body + "0"))


def phone(dice: Dice) -> str:
    """Return a Shanghai number that no subscriber has: none begins with 0."""
    return f"021-0{dice.number(0, 9_999_999):07d}"


def document(issuer: str, year: int, number: int, *, digits: int = 0) -> str:
    """Return a document number (发文字号): 沪奉水务移〔2026〕第12号."""
    return f"{issuer}〔{year}〕第{number:0{digits}d}号"


def spoiled(number: str) -> str:
    """Return a number whose check character is wrong: the slip of one who copies by hand."""
    replaced = "0" if number[-1] != "0" else "1"
    return number[:-1] + replaced
