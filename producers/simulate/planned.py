"""What a plan consists of: who states what when, and what is to be answered."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from producers.simulate.hours import iso

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Answer", "Planned"]


class Answer(StrEnum):
    """What becomes of a planned fact, by the law of the district."""

    ADMITTED = "admitted"
    REFUSED = "refused"
    """By the owner of the matter: the code stands in its receipt."""
    TURNED_AWAY = "turned-away"
    """By the door, at once: it never reaches the ledger."""
    REPEATED = "repeated"
    """It was stated before: the first receipt again, and nothing else."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One fact: stated by `agency` at the instant `at` (microseconds), as the JSON `body` of a request.

    `code` is that of the refusal, `mistake` what the person did wrong ("" for nothing; a mistake need not
    lead to a refusal: a late signature is admitted, late).
    """

    at: int
    agency: str
    body: Mapping[str, Any] = field(hash=False)
    answer: Answer = Answer.ADMITTED
    code: str = ""
    mistake: str = ""

    @property
    def event_id(self) -> str:
        """The id of the fact."""
        return str(self.body["event_id"])

    @property
    def fact(self) -> str:
        """The type of the fact."""
        return str(self.body["type"])

    @property
    def matter(self) -> str:
        """The id of its matter."""
        return str(self.body["matter"])

    def as_json(self) -> str:
        """Give it as one line: the same plan gives the same bytes."""
        told = {
            "at": iso(self.at),
            "agency": self.agency,
            "answer": self.answer.value,
            "code": self.code,
            "mistake": self.mistake,
            "body": self.body,
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
