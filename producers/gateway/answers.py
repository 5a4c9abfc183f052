"""What the door answers: problems, receipts, and one status for many results. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from schemas.errors import CATALOGUE, Code, Reaction, Refused, problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROBLEM = "application/problem+json"
"""Media type of a problem (RFC 9457)."""

SHANGHAI = timezone(timedelta(hours=8))
"""China has had one offset and no summer time since 1992."""

_ERROR_MEMBERS = (
    "code",
    "field",
    "rule",
    "title",
    "title_en",
    "detail",
    "detail_en",
    "remedy",
    "remedy_en",
    "source",
)
_OK, _ACCEPTED, _MIXED = 200, 202, 207


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one submission so far.

    ``receipt`` once the ledger tells it; ``problem`` if door or owner refused it, or if we failed; neither
    while it is on its way. ``number`` is its line or place in the request.
    """

    number: int
    event_id: str = ""
    matter: str = ""
    receipt: Mapping[str, Any] | None = None
    problem: Mapping[str, Any] | None = field(default=None)

    @property
    def status(self) -> int:
        """The HTTP status that this answer has on its own."""
        if self.problem is not None:
            return int(self.problem["status"])
        return _ACCEPTED if self.receipt is None or self.receipt["status"] == "waiting" else _OK

    def body(self) -> dict[str, Any]:
        """The answer as JSON: a problem, the receipt if it is there, or the ids and where to ask for it."""
        if self.problem is not None:
            return {**self.problem, "event_id": self.event_id, "matter": self.matter}
        if self.receipt is not None:
            return dict(self.receipt)
        return {"event_id": self.event_id, "matter": self.matter, "receipt": address(self.event_id)}


def address(event_id: str) -> str:
    """Where the receipt of an event is found."""
    return f"/v1/receipts/{event_id}"


def problems(found: Sequence[Refused]) -> dict[str, Any]:
    """One problem for all that was found: the first in full; where there are more, ``errors`` lists each."""
    told = problem(found[0])
    if len(found) > 1:
        told["errors"] = [{name: problem(each)[name] for name in _ERROR_MEMBERS} for each in found]
    return told


def overall(answers: Sequence[Answer]) -> int:
    """The status of a request with many facts: theirs if they agree, 207 if some fared worse than others.

    All refused gives 422 (each bears its own status), all ours-to-mend 503.
    """
    statuses = {answer.status for answer in answers}
    if len(statuses) == 1 and statuses <= {_OK, _ACCEPTED, CATALOGUE[Code.UNAVAILABLE].status}:
        return statuses.pop()
    if statuses <= {_OK, _ACCEPTED}:
        return _ACCEPTED
    if statuses & {_OK, _ACCEPTED} or any(_is_ours(answer) for answer in answers):
        return _MIXED
    return CATALOGUE[Code.CONTRACT_VIOLATION].status


def _is_ours(answer: Answer) -> bool:
    return answer.problem is not None and CATALOGUE[Code(answer.problem["code"])].reaction is Reaction.OURS


def many(answers: Sequence[Answer]) -> dict[str, Any]:
    """The body for many: a count of each kind, and one result a submission, in their order."""
    refused = sum(answer.problem is not None for answer in answers)
    return {
        "accepted": len(answers) - refused,
        "refused": refused,
        "results": [{"line": a.number, "status": a.status, **_nested(a)} for a in answers],
    }


NOT_FORETOLD = {
    "zh": "入口看不到事项的经过：是否有权陈述、状态是否允许、编号是否已用于其他内容、"
    "当事人信息是否已删除，以及加密后的大小，收下后由回执告知。",
    "en": "A door does not know the matter's course: whether you may state it, whether the state allows it, "
    "whether the id bears other content, whether a person was erased, how large it is when sealed. "
    "The receipt says.",
}
"""What a dry run says about itself: the door's own checks are not all that can refuse a fact."""


def rehearsed(answers: Sequence[Answer]) -> dict[str, Any]:
    """The body of a dry run: what the door would refuse, and what it cannot foretell."""
    found = [
        {"line": each.number, "passes": each.problem is None, "event_id": each.event_id}
        | ({} if each.problem is None else {"problem": dict(each.problem)})
        for each in answers
    ]
    passes = all(each["passes"] for each in found)
    return {"dry_run": True, "passes": passes, "results": found, "not_foretold": NOT_FORETOLD}


def _nested(answer: Answer) -> dict[str, Any]:
    result: dict[str, Any] = {"event_id": answer.event_id, "matter": answer.matter}
    if answer.problem is not None:
        return {**result, "problem": dict(answer.problem)}
    if answer.receipt is not None:
        return {**result, "receipt": address(answer.event_id), "decided": dict(answer.receipt)}
    return {**result, "receipt": address(answer.event_id)}


def instant(micros: int) -> str:
    """An instant (microseconds since 1970, UTC) as ISO 8601 in the time of Shanghai."""
    return (
        datetime.fromtimestamp(micros // 1_000_000, SHANGHAI)
        .replace(microsecond=micros % 1_000_000)
        .isoformat(timespec="milliseconds")
    )
