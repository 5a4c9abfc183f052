"""The query API's one answer with personal fields: those of a matter, as the asking agency may see them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from projections.api.answers import PersonalItem, PersonalPage
from projections.api.cursor import Place
from projections.api.listing import find_matter, personal_of, timeline_page
from projections.api.routes import Cursor, Limit, Reader, Signed, Source, no_such_matter
from projections.api.telling import reach
from projections.api.views import as_of
from projections.reveal import Opener, circle_for, reveal

router = APIRouter(prefix="/v1", tags=["查询"])


def opener(request: Request) -> Opener:
    """Whoever opens personal fields in this process."""
    found: Opener = request.app.state.opener
    return found


@router.get("/matters/{matter}/personal", summary="事项中的个人信息")
async def get_personal(  # noqa: PLR0913, PLR0917 - each is a parameter of its own
    matter: str,
    source: Source,
    asking: Reader,
    signed: Signed,
    keys: Annotated[Opener, Depends(opener)],
    limit: Limit = 100,
    cursor: Cursor = None,
) -> PersonalPage:
    """事项中的个人信息与自由文本，按本机关可见的程度显示。Personal fields as the asking agency may see them.

    In clear to the handling agency, masked or hidden for others, and never again of who was erased. `limit`
    counts facts.
    """
    listing = f"personal/{matter}"
    after = int(signed.read(cursor, listing, asking).key) if cursor else 0
    async with source.as_agency(asking) as connection:
        reached = await as_of(connection)
        card = await find_matter(connection, matter)
        if card is None:
            raise no_such_matter(matter)
        facts = await timeline_page(connection, matter, after, limit + 1)
        page = facts[:limit]
        given = await personal_of(connection, matter, page)
    circle = circle_for(asking, card.handler, card.originator)
    shown = await reveal(keys, given, page, circle)
    following = None
    if len(facts) > limit:
        following = signed.write(Place(listing, "", str(page[-1].seq)), asking)
    return PersonalPage(
        as_of=reach(reached),
        matter=matter,
        circle=circle.value,
        items=[
            PersonalItem(seq=seq, path=path, text=what.text, mark=what.mark)
            for (seq, path), what in shown.items()
        ],
        next=following,
    )
