"""The pages: inbox and timeline of a matter, each with the live part that htmx asks for again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from projections.api.listing import (
    clocks_of,
    find_matter,
    inbox_counts,
    inbox_page,
    personal_of,
    place_of,
    timeline_page,
)
from projections.api.routes import no_such_matter
from projections.api.views import AsOf, as_of
from projections.console.course import days, track
from projections.console.desk import Desk, desk
from projections.console.door import signed_in
from projections.console.moment import Moment, moment
from projections.console.present import about_zh, cards, holder_zh, row
from projections.reveal import circle_for, reveal
from projections.times import beijing, minute_zh
from projections.vocabulary import HELD_REASONS, PARTS, agency_zh
from schemas.calendar import CALENDAR

if TYPE_CHECKING:
    from projections.api.cursor import Place

router = APIRouter(include_in_schema=False)

ROWS = 50
FACTS = 1000
"""A page shows so many facts at most; the query API pages through all of them."""
PARTS_OF_ALL = tuple(PARTS)
BOXES: dict[str, tuple[str, tuple[str, ...], bool | None, str]] = {
    "todo": ("待办", PARTS_OF_ALL, True, "没有待办事项。新来件会自动出现在这里。"),
    "done": ("已办与反馈", ("HANDLE", "RESULT", "NOTICE", "PARTY"), False, "还没有已办结的事项。"),
    "sent": ("已送出", ("SENT",), None, "本机关没有正在他处办理的事项。"),
    "copies": ("抄送", ("COPY",), None, "没有抄送给本机关的事项。"),
    "all": ("全部", PARTS_OF_ALL, None, "没有与本机关有关的事项。"),
}
"""The tabs of the inbox: label, parts, open or not, and what an empty one says."""

Reader = Annotated[str, Depends(signed_in)]
TheDesk = Annotated[Desk, Depends(desk)]
Box = Annotated[str, Query(pattern="^(todo|done|sent|copies|all)$")]
Cursor = Annotated[str | None, Query(max_length=400)]


@router.get("/inbox")
async def inbox(
    request: Request, reader: Reader, at: TheDesk, box: Box = "todo", cursor: Cursor = None
) -> HTMLResponse:
    """The inbox of the agency that is signed in."""
    context = await _inbox(reader, at, box, cursor)
    context["seen"] = _seen(at, request, "_inbox.html", context)
    return at.page(request, "inbox.html", context)


@router.get("/inbox/live")
async def inbox_live(
    request: Request, reader: Reader, at: TheDesk, box: Box = "todo", seen: str = ""
) -> Response:
    """The inbox's changing part; only the time of the data where nothing else has changed."""
    return _live(at, request, "_inbox.html", await _inbox(reader, at, box, None), seen)


@router.get("/matters/{matter}")
async def matter_page(request: Request, matter: str, reader: Reader, at: TheDesk) -> HTMLResponse:
    """A matter with its timeline and clocks."""
    context = await _matter(matter, reader, at)
    context["seen"] = _seen(at, request, "_matter.html", context)
    return at.page(request, "matter.html", context)


@router.get("/matters/{matter}/live")
async def matter_live(request: Request, matter: str, reader: Reader, at: TheDesk, seen: str = "") -> Response:
    """The changing part of a matter's page."""
    return _live(at, request, "_matter.html", await _matter(matter, reader, at), seen)


async def _inbox(reader: str, at: Desk, box: str, cursor: str | None) -> dict[str, Any]:
    _, parts, only_open, empty = BOXES[box]
    after: Place | None = at.cursors.read(cursor, "inbox", reader) if cursor else None
    async with at.views.as_agency(reader) as connection:
        reached = await as_of(connection)
        now = await moment(connection, reached.received_at)
        counts = await inbox_counts(connection)
        items = await inbox_page(connection, parts, after, ROWS + 1, only_open=only_open)
    tabs = {
        "todo": counts["TODO"],
        "done": counts["DONE"],
        "sent": counts.get("SENT", 0),
        "copies": counts.get("COPY", 0),
        "all": counts["ALL"],
    }
    return _common(reader, reached, now) | {
        "here": "inbox",
        # A page reached by a cursor stands still: what comes before it may change under the reader's hands.
        "live": cursor is None,
        "box": box,
        "todo": counts["TODO"],
        "late": counts["LATE"],
        "tabs": [(key, BOXES[key][0], tabs[key]) for key in BOXES],
        "rows": [row(item, now.now, CALENDAR) for item in items[:ROWS]],
        "next": at.cursors.write(place_of(items[ROWS - 1]), reader) if len(items) > ROWS else None,
        "empty": empty,
    }


async def _matter(matter: str, reader: str, at: Desk) -> dict[str, Any]:
    async with at.views.as_agency(reader) as connection:
        reached = await as_of(connection)
        now = await moment(connection, reached.received_at)
        card = await find_matter(connection, matter)
        if card is None:
            raise no_such_matter(matter)
        facts = await timeline_page(connection, matter, 0, FACTS + 1)
        shown = facts[:FACTS]
        clocks = await clocks_of(connection, matter)
        given = await personal_of(connection, matter, shown)
        counts = await inbox_counts(connection)
    circle = circle_for(reader, card.handler, card.originator)
    revealed = await reveal(at.opener, given, shown, circle)
    return _common(reader, reached, now) | {
        "here": "matter",
        "todo": counts["TODO"],
        "card": card,
        "about": about_zh(card),
        "holder_zh": holder_zh(card.handler, several=bool(card.receivers)),
        "held_zh": HELD_REASONS.get(card.held_reason or "", card.held_reason or ""),
        "days": days(shown, revealed, CALENDAR, card.procedure),
        "truncated": FACTS if len(facts) > FACTS else 0,
        "track": track(shown, card),
        "clocks": cards(clocks, now.now, CALENDAR, reader),
    }


def _common(reader: str, reached: AsOf, now: Moment) -> dict[str, Any]:
    return {
        "agency_name": agency_zh(reader),
        "reached": minute_zh(beijing(reached.received_at)) if reached.received_at else "",
        "moment": now,
        "now_zh": minute_zh(now.now),
        "live": True,
        "refresh": True,
        "seen": "",
    }


def _seen(at: Desk, request: Request, template: str, context: dict[str, Any]) -> str:
    """A fingerprint of what the reader sees: an unchanged page is left alone under the reader's eyes."""
    body = at.render(request, template, context | {"seen": ""})
    return hashlib.sha256(body.encode()).hexdigest()[:16]


def _live(at: Desk, request: Request, template: str, context: dict[str, Any], seen: str) -> Response:
    newest = _seen(at, request, template, context)
    time = at.render(request, "_as_of_oob.html", context)
    if newest == seen:
        return HTMLResponse(time, headers={"HX-Reswap": "none"})
    return HTMLResponse(at.render(request, template, context | {"seen": newest}) + time)
