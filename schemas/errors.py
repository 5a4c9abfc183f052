"""Everything that can go wrong with a fact, as one closed vocabulary, and what to do about each.

A code says what is wrong; its entry in `reference/errors.yaml` says so in Chinese for people and in English
for programmers, and names the remedy. Every refusal bears one of these codes, whoever finds the mistake.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any, Self

from schemas.reference import load

__all__ = ["CATALOGUE", "Code", "Entry", "Reaction", "Refused", "problem", "problem_type"]


class Reaction(StrEnum):
    """What becomes of the thing that is wrong."""

    REQUEST = "request"
    """Refused at the door at once: nothing was written, the sender mends it and sends again."""
    REFUSED = "refused"
    """Refused by a door or by the owner: the sender's mistake, told in a receipt, nobody waits."""
    HELD = "held"
    """Our failure: the matter waits until an operator replays or skips it."""
    DEADLETTER = "deadletter"
    """Nobody's word: stamp, key or partition is wrong, kept raw, touches no event id."""
    OURS = "ours"
    """A service is down or busy: nothing is wrong with what was sent, send it again later."""


class Code(StrEnum):
    """Every code there is. Its text, status and remedy stand in `reference/errors.yaml`."""

    # The request
    NOT_AUTHENTICATED = "NOT_AUTHENTICATED"
    BAD_TOKEN = "BAD_TOKEN"  # noqa: S105 - the name of a mistake, no secret
    NOT_PERMITTED = "NOT_PERMITTED"
    NOT_FOUND = "NOT_FOUND"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    TOO_LARGE = "TOO_LARGE"
    NOT_UTF8 = "NOT_UTF8"
    MALFORMED_JSON = "MALFORMED_JSON"
    BAD_PARAMETER = "BAD_PARAMETER"
    BAD_CURSOR = "BAD_CURSOR"
    CURSOR_GONE = "CURSOR_GONE"
    EMPTY_BATCH = "EMPTY_BATCH"
    BATCH_TOO_LONG = "BATCH_TOO_LONG"
    RECEIPT_UNKNOWN = "RECEIPT_UNKNOWN"

    # The contract
    UNKNOWN_FACT = "UNKNOWN_FACT"
    PLATFORM_FACT = "PLATFORM_FACT"
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    MISSING_FIELD = "MISSING_FIELD"
    WRONG_TYPE = "WRONG_TYPE"
    UNKNOWN_SYMBOL = "UNKNOWN_SYMBOL"
    TOO_LONG = "TOO_LONG"
    TOO_SHORT = "TOO_SHORT"
    TOO_MANY = "TOO_MANY"
    TOO_FEW = "TOO_FEW"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    BAD_FORMAT = "BAD_FORMAT"
    CONTRACT_VIOLATION = "CONTRACT_VIOLATION"
    FACT_TOO_LARGE = "FACT_TOO_LARGE"
    UNDECODABLE = "UNDECODABLE"
    CONTROL_CHARACTER = "CONTROL_CHARACTER"
    LONE_SURROGATE = "LONE_SURROGATE"

    # Identifiers and codes
    BAD_MATTER_ID = "BAD_MATTER_ID"
    MATTER_KIND_DIFFERS = "MATTER_KIND_DIFFERS"
    MATTER_OF_ANOTHER = "MATTER_OF_ANOTHER"
    BAD_EVENT_ID = "BAD_EVENT_ID"
    EVENT_ID_IN_FUTURE = "EVENT_ID_IN_FUTURE"
    BAD_AGENCY_CODE = "BAD_AGENCY_CODE"
    UNKNOWN_AGENCY = "UNKNOWN_AGENCY"
    UNKNOWN_RECIPIENT = "UNKNOWN_RECIPIENT"
    BAD_REGION = "BAD_REGION"
    BAD_USCC = "BAD_USCC"
    BAD_CITIZEN_ID = "BAD_CITIZEN_ID"
    BAD_DOCUMENT_NUMBER = "BAD_DOCUMENT_NUMBER"

    # Time
    OCCURRED_IN_FUTURE = "OCCURRED_IN_FUTURE"
    DATE_IN_FUTURE = "DATE_IN_FUTURE"
    PERIOD_REVERSED = "PERIOD_REVERSED"

    # Who may say what
    AGENCY_MISMATCH = "AGENCY_MISMATCH"
    NOT_YOUR_FACT = "NOT_YOUR_FACT"
    NOT_YOUR_ROLE = "NOT_YOUR_ROLE"
    NOT_YOUR_MATTER = "NOT_YOUR_MATTER"
    PURPOSE_MISSING = "PURPOSE_MISSING"

    # The life of a matter
    CONTENT_DIFFERS = "CONTENT_DIFFERS"
    NO_SUCH_MATTER = "NO_SUCH_MATTER"
    MATTER_EXISTS = "MATTER_EXISTS"
    STATE_DOES_NOT_ALLOW = "STATE_DOES_NOT_ALLOW"
    GUARD_FAILED = "GUARD_FAILED"
    SECOND_HAND_OVER = "SECOND_HAND_OVER"
    FORWARD_DIFFERS = "FORWARD_DIFFERS"
    NOT_SUPPLEMENT_OVERDUE = "NOT_SUPPLEMENT_OVERDUE"
    COMPETENT_AGENCY_MISSING = "COMPETENT_AGENCY_MISSING"
    CATALOGUE_ITEM_UNKNOWN = "CATALOGUE_ITEM_UNKNOWN"
    EXTENSION_TOO_LATE = "EXTENSION_TOO_LATE"
    EXTENSION_TOO_LONG = "EXTENSION_TOO_LONG"
    ALREADY_EXTENDED = "ALREADY_EXTENDED"
    NOT_BY_OFFICERS = "NOT_BY_OFFICERS"
    SIMPLE_PENALTY_TOO_HIGH = "SIMPLE_PENALTY_TOO_HIGH"
    PERIODS_TOO_SHORT = "PERIODS_TOO_SHORT"
    DIGEST_DIFFERS = "DIGEST_DIFFERS"
    DIGEST_TOO_EARLY = "DIGEST_TOO_EARLY"
    NATURAL_PERSON_IN_CLEAR = "NATURAL_PERSON_IN_CLEAR"
    ERASED = "ERASED"

    # Reference data
    BAD_REFERENCE = "BAD_REFERENCE"
    LIMIT_TOO_LONG = "LIMIT_TOO_LONG"
    RULEBOOK_NOT_CARRIED = "RULEBOOK_NOT_CARRIED"

    # What follows from a fact
    NOT_AN_EFFECT = "NOT_AN_EFFECT"
    TOO_DEEP = "TOO_DEEP"

    # Routing
    NO_RECEIVER = "NO_RECEIVER"
    SCOPE_TOO_NARROW = "SCOPE_TOO_NARROW"

    # Our own failures
    UNKNOWN_SCHEMA = "UNKNOWN_SCHEMA"
    RULE_FAILED = "RULE_FAILED"
    ALARM_FAILED = "ALARM_FAILED"
    BEHIND_HELD = "BEHIND_HELD"
    UNAVAILABLE = "UNAVAILABLE"
    BUSY = "BUSY"
    INTERNAL = "INTERNAL"

    # A mend
    NOT_HELD = "NOT_HELD"
    NOT_PARKED = "NOT_PARKED"

    # Dead letters
    STAMP_MISSING = "STAMP_MISSING"
    STAMP_KEY_UNKNOWN = "STAMP_KEY_UNKNOWN"
    STAMP_KEY_NOT_BOUND = "STAMP_KEY_NOT_BOUND"
    STAMP_KEY_FACTS_ONLY = "STAMP_KEY_FACTS_ONLY"
    BAD_STAMP = "BAD_STAMP"
    REPEATED_HEADER = "REPEATED_HEADER"
    BAD_HEADER = "BAD_HEADER"
    UNKNOWN_KIND = "UNKNOWN_KIND"
    NO_VALUE = "NO_VALUE"
    WRONG_KEY = "WRONG_KEY"
    WRONG_PARTITION = "WRONG_PARTITION"


@dataclass(frozen=True, slots=True)
class Entry:
    """What one code means: the HTTP status it has at a door, its title, and the way out."""

    code: Code
    reaction: Reaction
    status: int
    title_zh: str
    title_en: str
    remedy_zh: str
    remedy_en: str


@cache
def _catalogue() -> dict[Code, Entry]:
    entries = {}
    for name, body in load("errors.yaml")["codes"].items():
        code = Code(name)
        title, remedy = body["title"], body["remedy"]
        entries[code] = Entry(
            code,
            Reaction(body["reaction"]),
            body["status"],
            title["zh"],
            title["en"],
            remedy["zh"],
            remedy["en"],
        )
    return entries


CATALOGUE: dict[Code, Entry] = _catalogue()


@dataclass(eq=False)
class Refused(Exception):
    """The sender's mistake: never retry it, tell the sender `code`, where it is, and the remedy.

    `field` is a JSON pointer into what was sent ("" for the whole), `rule` the id of the rule that refuses,
    `detail_zh` and `detail_en` say what was found (without personal data), `source` cites the law if any.
    """

    code: Code
    field: str = ""
    rule: str = ""
    detail_zh: str = ""
    detail_en: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        """Hand the same values to `Exception`, so that a refusal can be pickled and printed."""
        super().__init__(self.code, self.field, self.rule, self.detail_zh, self.detail_en, self.source)

    def __str__(self) -> str:
        where = f" at {self.field}" if self.field else ""
        return f"{self.code}{where}: {self.detail_en or self.entry.title_en} {self.entry.remedy_en}"

    @property
    def entry(self) -> Entry:
        """What the code means."""
        return CATALOGUE[self.code]

    def at(self, field: str) -> Self:
        """Return the same refusal, found at another place of what was sent."""
        return replace(self, field=field)


def problem_type(code: Code) -> str:
    """Return the RFC 9457 problem type of a code, a path: "/problems/second-hand-over"."""
    return f"/problems/{code.value.lower().replace('_', '-')}"


def problem(refused: Refused) -> dict[str, Any]:
    """Return a refusal as the members of an RFC 9457 problem; `field`, `rule`, `source` may be empty."""
    entry = refused.entry
    return {
        "type": problem_type(refused.code),
        "title": entry.title_zh,
        "title_en": entry.title_en,
        "status": entry.status,
        "code": refused.code.value,
        "detail": refused.detail_zh or entry.title_zh,
        "detail_en": refused.detail_en or entry.title_en,
        "field": refused.field,
        "rule": refused.rule,
        "remedy": entry.remedy_zh,
        "remedy_en": entry.remedy_en,
        "source": refused.source,
    }
