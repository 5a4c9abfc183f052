"""Checks of what a fact says about itself: shape, bounds, sender, ids, times. Each refuses or passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.agencies import PLATFORM
from schemas.bounds import check_bounds
from schemas.contracts import contracts
from schemas.days import day_of
from schemas.errors import Code, Refused
from schemas.identifiers import parse_event_id, parse_matter_id

if TYPE_CHECKING:
    from processors.admit.case import Case

DEEPEST = 4
"""How many effects may follow upon each other."""

LAST_DAY = "2199-12-31"
"""The last day to which a limit may be extended: instants of facts lie before 2200."""

AHEAD = 300_000_000
"""How far (micros) a sender's clock may run ahead of ours: five minutes."""


def is_an_agencys_fact(case: Case) -> None:
    """Pass facts with a full meta; the platform's own are not accepted from anyone."""
    meta = case.record.get("meta")
    if meta is None:
        raise Refused(
            Code.UNKNOWN_FACT,
            detail_zh=f"{case.fact} 不是机关可以作出的事实。",
            detail_en=f"{case.fact} is no fact of an agency.",
        )
    if "agency" not in meta or contracts()[case.fact].stated == "PLATFORM":
        raise Refused(
            Code.PLATFORM_FACT,
            detail_zh=f"{case.fact} 由平台作出。",
            detail_en=f"{case.fact} is the platform's own.",
        )


def is_within_bounds(case: Case) -> None:
    """Nothing may be admitted that could not be kept, shown or folded."""
    violations = check_bounds(case.fact, case.record)
    if violations:
        first = violations[0]
        raise Refused(first.code, first.path, detail_zh=first.detail_zh, detail_en=first.detail_en)


def is_what_was_stamped(case: Case) -> None:
    """Pass a fact that names the agency, matter and event id which its door vouched for."""
    meta, incoming = case.meta, case.incoming
    if meta["agency"] != incoming.agency:
        raise Refused(
            Code.AGENCY_MISMATCH,
            "/meta/agency",
            detail_zh=f"事实写的是 {meta['agency']}，而认证的机关是 {incoming.agency}。",
            detail_en=f"The fact says {meta['agency']}, the door authenticated {incoming.agency}.",
        )
    if meta["matter"] != incoming.matter:
        raise Refused(
            Code.BAD_MATTER_ID,
            "/meta/matter",
            detail_zh="事实所写的事项与封装的事项不同。",
            detail_en="The fact names another matter than its envelope.",
        )
    if meta["event_id"] != incoming.event_id:
        raise Refused(
            Code.BAD_EVENT_ID,
            "/meta/event_id",
            detail_zh="事实所写的事件编号与封装的不同。",
            detail_en="The fact names another event id than its envelope.",
        )


def is_from_a_known_agency(case: Case) -> None:
    """Pass a sender of the register of agencies in force; nobody else may be the platform."""
    code = case.meta["agency"]
    if code == PLATFORM or code not in case.rules.agencies:
        raise Refused(
            Code.UNKNOWN_AGENCY,
            "/meta/agency",
            detail_zh=f"机关 {code} 不在名册中。",
            detail_en=f"{code} is not in the register.",
        )


def has_a_sound_event_id(case: Case) -> None:
    """Pass a UUIDv7; in a real stack no more than five minutes ahead of its arrival."""
    made_at = parse_event_id(case.meta["event_id"])
    if not case.rules.simulated and made_at > case.incoming.received_at + AHEAD:
        raise Refused(
            Code.EVENT_ID_IN_FUTURE,
            "/meta/event_id",
            detail_zh="事件编号所含时间比收到时间晚 5 分钟以上。",
            detail_en="The id's time lies more than five minutes after the fact arrived.",
        )


def happened_already(case: Case) -> None:
    """Pass what happened not more than five minutes after it arrived."""
    if case.meta["occurred_at"] > case.incoming.received_at + AHEAD:
        raise Refused(
            Code.OCCURRED_IN_FUTURE,
            "/meta/occurred_at",
            detail_zh="发生时间比收到时间晚 5 分钟以上。",
            detail_en="It is said to have happened more than five minutes after it arrived.",
        )


def names_a_sound_matter(case: Case) -> None:
    """Pass a matter id with the form and the check character of one."""
    try:
        parse_matter_id(case.meta["matter"])
    except Refused as refused:
        raise refused.at("/meta/matter") from None


def names_a_known_item(case: Case) -> None:
    """Pass what names no item of the catalogue of assistance, or one that is valid on the day it arrived."""
    code, catalogue = case.record.get("item_code"), case.rules.catalogue
    if code and (catalogue is None or catalogue.item(code, day_of(case.instant)) is None):
        raise Refused(
            Code.CATALOGUE_ITEM_UNKNOWN,
            "/item_code",
            detail_zh=f"执法协助事项清单中没有现行有效的事项 {code}。",
            detail_en=f"The catalogue of assistance has no item {code} that is valid now.",
        )


def extends_to_a_day_that_can_be_counted_from(case: Case) -> None:
    """Pass an extension to a date of the years in which instants lie: its ladder counts days beyond it."""
    for trigger in case.book.triggers.get(case.fact, ()):
        name = "" if trigger.extension is None else trigger.extension.to_field
        if name and str(case.record[name]) > LAST_DAY:
            raise Refused(
                Code.EXTENSION_TOO_LONG,
                f"/{name}",
                trigger.rule.id,
                f"新的期限不得晚于 {LAST_DAY}。",
                f"The new limit is not later than {LAST_DAY}.",
            )


def is_an_effect(case: Case) -> None:
    """Pass what one matter may owe another; only the backbone sends it."""
    if not contracts()[case.fact].effect:
        raise Refused(
            Code.NOT_AN_EFFECT,
            detail_zh=f"{case.fact} 不是事项之间的效果。",
            detail_en=f"{case.fact} is no effect.",
        )


def is_not_too_deep(case: Case) -> None:
    """Pass an effect of an effect, four deep: rules that chase each other come to an end here."""
    depth = case.meta["depth"]
    if depth > DEEPEST:
        raise Refused(
            Code.TOO_DEEP,
            "/meta/depth",
            case.meta["rule"],
            f"效果已传递 {depth} 层，上限 {DEEPEST} 层。",
            f"The effect is {depth} deep; the limit is {DEEPEST}.",
        )


def is_the_effect_that_was_stamped(case: Case) -> None:
    """Pass an effect that names the matter and event id of its envelope."""
    for name, said in (("matter", case.incoming.matter), ("event_id", case.incoming.event_id)):
        if case.meta[name] != said:
            raise Refused(
                Code.NOT_AN_EFFECT,
                f"/meta/{name}",
                detail_zh="效果所写与封装的不同。",
                detail_en="The effect names another than its envelope.",
            )


EFFECT_CHECKS = (
    is_an_effect,
    is_within_bounds,
    is_the_effect_that_was_stamped,
    is_not_too_deep,
    names_a_sound_matter,
)
"""What an effect passes, in this order."""

CHECKS = (
    is_an_agencys_fact,
    is_within_bounds,
    is_what_was_stamped,
    is_from_a_known_agency,
    has_a_sound_event_id,
    happened_already,
    names_a_sound_matter,
)
"""In this order: what follows may rely on what stands before."""
