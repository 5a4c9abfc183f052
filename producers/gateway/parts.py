"""Checks on the records that facts share: parties, places, periods, and what must come in its order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from schemas.errors import Code, Refused
from schemas.identifiers import check_citizen_id, check_region

if TYPE_CHECKING:
    from schemas.agencies import Register
    from schemas.contracts import Schema

FIRMS = frozenset({"LEGAL_PERSON", "UNINCORPORATED"})
"""Types of party that pass in clear; every other is a person, or may be one."""

_ORDERED = (("start", "end"), ("valid_from", "valid_to"), ("filed_at", "decided_at"))
_TOKEN = re.compile(r"[PN]-[0-9a-f]{32}|U-[0-9A-Z]{18}")


@dataclass(frozen=True, slots=True)
class Look:
    """What a check may know besides the content.

    ``latest`` is the last instant (microseconds) at which something may have happened already, ``register``
    the agencies in force at the door.
    """

    latest: int
    register: Register


Check: TypeAlias = Callable[[Any, str, Look], Iterator[Refused]]


def tried(check: Callable[[str], str], value: str, where: str) -> Iterator[Refused]:
    """What a check of an identifier raises, at its place."""
    try:
        check(value)
    except Refused as refused:
        yield refused.at(where)


def in_order(schema: Schema) -> Check:
    """The check that of two times in one record the later does not come first."""
    names = {field["name"] for field in schema["fields"]}
    pairs = [(first, second) for first, second in _ORDERED if {first, second} <= names]

    def check(value: Mapping[str, Any], where: str, _look: Look) -> Iterator[Refused]:
        for first, second in pairs:
            begun, ended = value.get(first), value.get(second)
            if begun is not None and ended is not None and ended < begun:
                yield Refused(Code.PERIOD_REVERSED, f"{where}/{second}")

    return check


def _period(period: Mapping[str, Any], where: str, look: Look) -> Iterator[Refused]:
    """A period is a stretch of what happened; what still goes on has no end yet."""
    for name in ("start", "end"):
        if period.get(name) is not None and period[name] > look.latest:
            yield Refused(Code.DATE_IN_FUTURE, f"{where}/{name}")


def _place(place: Mapping[str, Any], where: str, _look: Look) -> Iterator[Refused]:
    yield from _within(place["township_code9"], place["adcode6"], f"{where}/township_code9")
    if place.get("community_code12"):
        yield from _within(place["community_code12"], place["township_code9"], f"{where}/community_code12")


def _within(code: str, outer: str, where: str) -> Iterator[Refused]:
    yield from tried(lambda inner: check_region(inner, outer), code, where)


def _party(party: Mapping[str, Any], where: str, _look: Look) -> Iterator[Refused]:
    if party.get("party_token"):
        yield Refused(
            Code.UNKNOWN_FIELD,
            f"{where}/party_token",
            detail_zh="假名由入口填写。",
            detail_en="The pseudonym is filled in by the door.",
        )
    number = party.get("id_number")
    if number and party.get("id_kind") in {None, "RESIDENT_ID"}:
        yield from tried(check_citizen_id, number.upper(), f"{where}/id_number")


def is_bare_party(schema: Schema) -> bool:
    """Whether a record names a party by its token alone, without any encrypted field beside it."""
    names = {field["name"] for field in schema["fields"]}
    return "party_token" in names and not any("personal" in field for field in schema["fields"])


def bare_party(value: Mapping[str, Any], where: str, _look: Look) -> Iterator[Refused]:
    """Where nothing is encrypted only a firm may be named; whoever else it is passes as a token."""
    token, uscc = value.get("party_token") or "", value.get("uscc")
    if token and _TOKEN.fullmatch(token) is None:
        yield in_clear(
            f"{where}/party_token",
            "假名取自线索或案件（P-、N- 或 U- 开头），不得填写姓名或号码。",
            "A token is that of the clue or case (P-, N- or U-…), never a name or a number.",
        )
    firm = value["party_type"] in FIRMS if "party_type" in value else not token.startswith(("P-", "N-"))
    if firm:
        if uscc and token not in {"", f"U-{uscc}"}:
            yield Refused(
                Code.BAD_USCC,
                f"{where}/uscc",
                detail_zh="与 party_token 不是同一单位。",
                detail_en="It is not the firm of party_token.",
            )
        return
    for name in ("org_name", "uscc"):
        if value.get(name):
            yield in_clear(
                f"{where}/{name}",
                "只有法人和非法人组织可以明文列出；自然人、个体工商户只填假名。",
                "Only firms may be named in clear; of a person or an individual business the token alone.",
            )


def in_clear(where: str, zh: str, en: str) -> Refused:
    """A refusal of what would name a person to everyone whom the fact reaches."""
    return Refused(Code.NATURAL_PERSON_IN_CLEAR, where, detail_zh=zh, detail_en=en)


OF_RECORD: dict[str, tuple[Check, ...]] = {
    "Period": (_period,),
    "Location": (_place,),
    "PartyRef": (_party,),
}
"""The checks of a shared record, by its short name."""
