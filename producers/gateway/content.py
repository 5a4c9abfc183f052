"""Checks on content that is ciphertext later, and on what lies across fields: numbers, periods, places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.errors import Code, Refused
from schemas.identifiers import check_citizen_id, check_region, check_uscc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def content_findings(record: dict[str, Any], latest: int) -> list[Refused]:
    """Everything wrong with the content of a record that has the shape of its contract.

    ``latest`` is the last instant (microseconds) at which something may have happened already.
    """
    found = list(_instants(record, latest))
    found += _periods(record.get("violation_time"), latest)
    found += _party(record.get("suspected_party"))
    found += _place(record.get("location"))
    found += _evidence(record.get("evidence"), latest)
    return found


def _instants(record: dict[str, Any], latest: int) -> Iterator[Refused]:
    if record["meta"]["occurred_at"] > latest:
        yield Refused(
            Code.OCCURRED_IN_FUTURE,
            "/occurred_at",
            detail_zh="发生时间比入口时钟超前五分钟以上。",
            detail_en="It lies more than five minutes ahead of the door's clock.",
        )
    if record.get("verified_at", latest) > latest:
        yield Refused(Code.DATE_IN_FUTURE, "/data/verified_at")


def _periods(period: dict[str, Any] | None, latest: int) -> Iterator[Refused]:
    if period is None:
        return
    if period.get("end") is not None and period["end"] < period["start"]:
        yield Refused(Code.PERIOD_REVERSED, "/data/violation_time/end")
    if period["start"] > latest:
        yield Refused(Code.DATE_IN_FUTURE, "/data/violation_time/start")


def _party(party: dict[str, Any] | None) -> Iterator[Refused]:
    if party is None:
        return
    if party.get("party_token"):
        yield Refused(
            Code.UNKNOWN_FIELD,
            "/data/suspected_party/party_token",
            detail_zh="假名由入口填写。",
            detail_en="The pseudonym is filled in by the door.",
        )
    if party.get("uscc"):
        yield from _tried(check_uscc, party["uscc"], "/data/suspected_party/uscc")
    number = party.get("id_number")
    if number and party.get("id_kind") in (None, "RESIDENT_ID"):
        yield from _tried(check_citizen_id, number.upper(), "/data/suspected_party/id_number")


def _place(location: dict[str, Any] | None) -> Iterator[Refused]:
    if location is None:
        return
    yield from _within(location["township_code9"], location["adcode6"], "/data/location/township_code9")
    if location.get("community_code12"):
        yield from _within(
            location["community_code12"], location["township_code9"], "/data/location/community_code12"
        )


def _within(code: str, outer: str, field: str) -> Iterator[Refused]:
    try:
        check_region(code, outer)
    except Refused as refused:
        yield refused.at(field)


def _evidence(items: list[dict[str, Any]] | None, latest: int) -> Iterator[Refused]:
    for index, item in enumerate(items or ()):
        if item["collected_at"] > latest:
            yield Refused(Code.DATE_IN_FUTURE, f"/data/evidence/{index}/collected_at")


def _tried(check: Callable[[str], str], value: str, field: str) -> Iterator[Refused]:
    try:
        check(value)
    except Refused as refused:
        yield refused.at(field)
