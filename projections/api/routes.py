"""The query API under /v1: inbox, matters, timelines, clocks, each as the asking agency may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Security
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from projections.api.answers import ClockPage, DigestPage, InboxPage, MatterAnswer, TimelinePage
from projections.api.cursor import Cursors, Place
from projections.api.listing import (
    INBOX_PARTS,
    Fact,
    agencies_of,
    clocks_of,
    clocks_page,
    digest_cases,
    digests,
    find_matter,
    inbox_page,
    place_of,
    timeline_page,
)
from projections.api.telling import (
    agency,
    clock_item,
    digest_item,
    fact_item,
    inbox_item,
    matter_answer,
    reach,
)
from projections.api.views import Views, as_of
from projections.reveal import circle_for, officers_shown
from schemas.errors import Code, Refused, problem

if TYPE_CHECKING:
    from schemas.masking import Circle

router = APIRouter(prefix="/v1", tags=["查询"])
_BEARER = HTTPBearer(auto_error=False, description="机关的访问令牌。The agency's token.")

_HEADERS = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": "1"},
    503: {"Retry-After": "1"},
}
CASES = 2000
"""A digest states so many cases at most."""
Part = Literal["HANDLE", "SUPPLEMENT", "NOTICE", "RESULT", "SENT", "COPY", "PARTY"]
ClockState = Literal["RUNNING", "PAUSED", "MET", "BREACHED", "CANCELLED"]
Month = Annotated[str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="月份，如 2026-10。")]
Limit = Annotated[int, Query(ge=1, le=200, description="每页条数。")]
Cursor = Annotated[str | None, Query(max_length=400, description="上一页给出的翻页标记。")]


def views(request: Request) -> Views:
    """The views that this process serves."""
    found: Views = request.app.state.views
    return found


def cursors(request: Request) -> Cursors:
    """The cursors that this process signs."""
    found: Cursors = request.app.state.cursors
    return found


async def reader(
    source: Annotated[Views, Depends(views)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
) -> str:
    """The agency that asks; raises Refused for a missing or unknown token."""
    if bearer is None:
        raise Refused(Code.NOT_AUTHENTICATED)
    found = await source.agency_of(bearer.credentials)
    if found is None:
        raise Refused(Code.BAD_TOKEN)
    return found


Source = Annotated[Views, Depends(views)]
Reader = Annotated[str, Depends(reader)]
Signed = Annotated[Cursors, Depends(cursors)]


@router.get("/inbox", summary="收件箱")
async def get_inbox(  # noqa: PLR0913, PLR0917 - each is a query parameter of its own
    source: Source,
    asking: Reader,
    signed: Signed,
    part: Annotated[list[Part] | None, Query(description="只看这些；缺省为除 SENT、PARTY 外全部。")] = None,
    open_: Annotated[bool | None, Query(alias="open", description="只看待办或只看已办。")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> InboxPage:
    """等待本机关办理或知悉的事项，最近到期的在前。What waits for the asking agency."""
    after = signed.read(cursor, "inbox", asking) if cursor else None
    async with source.as_agency(asking) as connection:
        reached = await as_of(connection)
        items = await inbox_page(connection, part or INBOX_PARTS, after, limit + 1, only_open=open_)
    following = signed.write(place_of(items[limit - 1]), asking) if len(items) > limit else None
    shown = [inbox_item(item) for item in items[:limit]]
    return InboxPage(as_of=reach(reached), agency=agency(asking), items=shown, next=following)


@router.get("/matters/{matter}", summary="事项")
async def get_matter(matter: str, source: Source, asking: Reader) -> MatterAnswer:
    """一个事项的状态与时限；与本机关无关的答复 404。A matter, 404 if it is none of the asker's."""
    async with source.as_agency(asking) as connection:
        reached = await as_of(connection)
        card = await find_matter(connection, matter)
        if card is None:
            raise no_such_matter(matter)
        parts = dict(await agencies_of(connection, matter))
        return matter_answer(card, parts[asking], await clocks_of(connection, matter), reached)


@router.get("/matters/{matter}/timeline", summary="事项时间线")
async def get_timeline(  # noqa: PLR0913, PLR0917 - each is a parameter of its own
    matter: str, source: Source, asking: Reader, signed: Signed, limit: Limit = 100, cursor: Cursor = None
) -> TimelinePage:
    """事项的每一条事实，按序号；不含个人信息。Every fact of a matter, without its personal fields."""
    listing = f"timeline/{matter}"
    after = int(signed.read(cursor, listing, asking).key) if cursor else 0
    async with source.as_agency(asking) as connection:
        reached = await as_of(connection)
        card = await find_matter(connection, matter)
        if card is None:
            raise no_such_matter(matter)
        facts = await timeline_page(connection, matter, after, limit + 1)
    following = None
    if len(facts) > limit:
        following = signed.write(Place(listing, "", str(facts[limit - 1].seq)), asking)
    circle = circle_for(asking, card.handler, card.originator)
    shown = [fact_item(officerless(fact, circle), card.procedure) for fact in facts[:limit]]
    return TimelinePage(as_of=reach(reached), matter=matter, items=shown, next=following)


@router.get("/clocks", summary="时限")
async def get_clocks(  # noqa: PLR0913, PLR0917 - each is a query parameter of its own
    source: Source,
    asking: Reader,
    signed: Signed,
    state: Annotated[ClockState | None, Query(description="只看此状态。")] = None,
    mine: Annotated[bool, Query(description="只看由本机关负责的。")] = False,  # noqa: FBT002
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ClockPage:
    """本机关可见事项的时限，最近到期的在前。Clocks of the matters that the asking agency may see."""
    after = signed.read(cursor, "clocks", asking) if cursor else None
    async with source.as_agency(asking) as connection:
        reached = await as_of(connection)
        clocks = await clocks_page(connection, state, asking if mine else None, after, limit + 1)
    following = None
    if len(clocks) > limit:
        last = clocks[limit - 1]
        following = signed.write(Place("clocks", last.due.isoformat(), last.clock), asking)
    shown = [clock_item(clock) for clock in clocks[:limit]]
    return ClockPage(as_of=reach(reached), items=shown, next=following)


@router.get("/digests", summary="处罚月报")
async def get_digests(
    source: Source,
    asking: Reader,
    month: Month = None,
    limit: Annotated[int, Query(ge=1, le=50, description="月报份数。")] = 20,
) -> DigestPage:
    """各部门一个月的处罚汇总，由逐件处罚重算，可照此发送。A month's penalties, as they are to be stated."""
    async with source.as_agency(asking) as connection:
        reached = await as_of(connection)
        found = await digests(connection, month, limit)
        cases = [await digest_cases(connection, each.matter, CASES) for each in found]
    items = [digest_item(each, listed) for each, listed in zip(found, cases, strict=True)]
    return DigestPage(as_of=reach(reached), items=items)


def officerless(fact: Fact, circle: Circle) -> Fact:
    """The fact, without its officer's pseudonym where the circle may not see even that."""
    return msgspec.structs.replace(fact, content=officers_shown(fact.content, circle))


def no_such_matter(matter: str) -> Refused:
    """The refusal for a matter that does not exist or is another agency's: nobody learns which."""
    return Refused(
        Code.NOT_FOUND,
        detail_zh=f"没有事项 {matter}，或与本机关无关。",
        detail_en=f"There is no matter {matter}, or it is none of yours.",
    )


def problem_response(refused: Refused) -> JSONResponse:
    """A refusal as problem+json."""
    body: dict[str, Any] = problem(refused)
    status = refused.entry.status
    return JSONResponse(body, status, _HEADERS.get(status), media_type="application/problem+json")
