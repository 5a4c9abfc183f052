"""Numbers that others issue, and their check characters: regions, firms, persons, documents.

Each function raises BadIdentifier, which says what is wrong and, where only the check character differs,
which one was expected. Nothing is silently repaired: what is written in two ways would be two things.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric, uscc

from schemas.errors import Code, Refused

__all__ = [
    "BadIdentifier",
    "DocumentNumber",
    "bad",
    "check_citizen_id",
    "check_region",
    "check_uscc",
    "parse_document_number",
    "real_day",
    "wrong_check",
]

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_REGION = re.compile(r"[0-9]{6}(?:[0-9]{3}(?:[0-9]{3})?)?")
_CITIZEN = re.compile(r"[0-9]{17}[0-9X]")
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_DOCUMENT = re.compile(
    r"(?P<org>[\u4e00-\u9fff][\u4e00-\u9fff()（）]*)\s*[〔(（\[]\s*(?P<year>[0-9]{4})\s*[〕)）\]]"
    r"\s*第?\s*(?P<number>[0-9]+)\s*号"
)
# GB/T 2260, and 81-83 of the residence permits of Hong Kong, Macau and Taiwan. Not more than the province is
# checked: a number keeps the county code of the year in which it was given, whatever became of that county.
_PROVINCES = frozenset(
    """
    11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43
    44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83
    """.split()  # noqa: SIM905 - a table of 35 codes reads better than a list of 35 strings
)
_FOREIGNER = "9"


class BadIdentifier(Refused, ValueError):
    """An identifier that cannot be right. The sender mends it as the message says."""


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A document number (发文字号) taken apart: 沪奉府办发, 2024, 17."""

    issuer: str
    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.issuer}〔{self.year}〕{self.number}号"


def bad(code: Code, zh: str, en: str) -> BadIdentifier:
    """Return a refusal of that code which says, in both languages, what was found."""
    return BadIdentifier(code, detail_zh=zh, detail_en=en)


def wrong_check(code: Code, found: str, expected: str) -> BadIdentifier:
    """Return the refusal of a last character that does not fit the ones before it."""
    return bad(
        code,
        f"末位校验位应为 {expected}，而不是 {found}；也可能是前面某一位抄错了。",
        f"The check character should be {expected}, not {found}; or another character is mistyped.",
    )


def real_day(digits: str, code: Code) -> date:
    """Return the date that eight digits write. Raises BadIdentifier of that code if there is no such day."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise bad(code, "其中的日期不存在。", "The date within it does not exist.") from None


def check_region(code: str, county: str = "") -> str:
    """Return a region code of 6, 9 or 12 digits as it is; with `county`, it must lie within that county.

    Raises BadIdentifier.
    """
    if _REGION.fullmatch(code) is None:
        raise bad(
            Code.BAD_REGION,
            f"“{code[:20]}”不是 6、9 或 12 位数字。",
            f"{code[:20]!r} is not 6, 9 or 12 digits.",
        )
    if not code.startswith(county):
        raise bad(Code.BAD_REGION, f"{code} 不属于 {county}。", f"{code} does not lie within {county}.")
    return code


def check_uscc(code: str) -> str:
    """Return a unified social credit code (GB 32100-2015) as it is. Raises BadIdentifier.

    The organisation code within it (characters 9 to 17) bears a check character of its own (GB 11714).
    """
    if _USCC.fullmatch(code) is None:
        raise bad(Code.BAD_USCC, "应为 18 位大写字母和数字。", "It must be 18 upper-case letters and digits.")
    expected = uscc.calc_check_digit(code[:-1])
    if code[-1] != expected:
        raise wrong_check(Code.BAD_USCC, code[-1], expected)
    total = sum(weight * _ALPHABET.index(c) for weight, c in zip(_ORG_WEIGHTS, code[8:16], strict=True))
    inner = "0123456789X0"[11 - total % 11]
    if code[16] != inner:
        raise bad(
            Code.BAD_USCC,
            f"第 17 位（组织机构代码的校验位）应为 {inner}，而不是 {code[16]}。",
            f"Character 17, the check of the organisation code, should be {inner}, not {code[16]}.",
        )
    return code


def check_citizen_id(number: str) -> str:
    """Return a citizen identity number (GB 11643-1999) as it is.

    Raises BadIdentifier, which never names the number.

    The region is checked to the province only, and not against the year of birth: numbers were given from
    1984 on, by the regions of that day, to people born long before. Those that begin with 9 are of
    foreigners' permanent residence cards.
    """
    if _CITIZEN.fullmatch(number) is None:
        raise bad(
            Code.BAD_CITIZEN_ID,
            "应为 17 位数字加数字或大写 X。",
            "It must be 17 digits and a digit or capital X.",
        )
    expected = ric.calc_check_digit(number)
    if number[-1] != expected:
        raise wrong_check(Code.BAD_CITIZEN_ID, number[-1], expected)
    real_day(number[6:14], Code.BAD_CITIZEN_ID)
    if number[:2] not in _PROVINCES and not number.startswith(_FOREIGNER):
        raise bad(Code.BAD_CITIZEN_ID, "前两位不是省级代码。", "The first two digits are no province's.")
    return number


def parse_document_number(text: str) -> DocumentNumber:
    """Take a document number apart, whichever brackets it is written with; the text itself is what is kept.

    Raises BadIdentifier if it has no issuer, no year in brackets, or no number.
    """
    found = _DOCUMENT.fullmatch(text.strip())
    if found is None:
        raise bad(
            Code.BAD_DOCUMENT_NUMBER,
            f"“{text[:60]}”不是“机关代字〔年份〕序号号”的格式。",
            f"{text[:60]!r} is not written as issuer〔year〕number号.",
        )
    return DocumentNumber(found["org"], int(found["year"]), int(found["number"]))
