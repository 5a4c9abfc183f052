"""共享流 over HTTP: a feed's own receiver pulls it page by page, or has it sent as it grows."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query, Request
from pydantic import BaseModel, Field

from projections.api.cursor import Place
from projections.api.routes import Reader, Signed  # noqa: TC001 - FastAPI reads the annotations
from projections.api.streaming import EventStream
from projections.api.subscribers import Room, Subscribers
from projections.feeds.subscription import Reached
from schemas.errors import Code, Refused
from schemas.feeds import FEEDS, Feed

if TYPE_CHECKING:
    from backbone.settings import Settings
    from projections.api.cursor import Cursors
    from projections.feeds.subscription import Subscription

router = APIRouter(prefix="/v1/feeds", tags=["共享流"])

_LOOK_SECONDS = 0.5
_PATIENCE_SECONDS = 15.0
_EVENT_STREAM = {"content": {"text/event-stream": {}}, "description": "事件流。Events as they come."}


class FeedEvent(BaseModel):
    """共享流的一条记录，CloudEvents 1.0 结构化 JSON。One record, in CloudEvents' structured JSON."""

    offset: int = Field(description="在共享流中的位移。Its offset in the feed.")
    specversion: str = Field(examples=["1.0"])
    id: str = Field(
        description="记录的编号，重复时据此略过。The record's id, by which a repetition is known."
    )
    source: str = Field(examples=["/liandong/liandong/feed.zhejiang"])
    type: str = Field(examples=["liandong.feed.PenaltyShared"])
    subject: str = Field(description="事项编号。The matter.")
    time: str = Field(description="平台收到原事实的时间。When the platform received the original.")
    datacontenttype: str = Field(examples=["application/json"])
    data: dict[str, Any] = Field(description="按 type 的契约；original 指明原事实及其哈希。")


class FeedPage(BaseModel):
    """共享流的一页，按位移。A page of a feed, in the order of the offsets."""

    feed: str = Field(examples=["zhejiang"])
    items: list[FeedEvent]
    next: str = Field(description="下一次请求的游标，总是给出。The cursor of the next request; always there.")


def offer(app: FastAPI, settings: Settings, stopping: asyncio.Event) -> None:
    """Serve the feeds from an application too; `stopping` ends the streams and those who wait."""
    app.state.subscribers = Subscribers(settings, stopping)
    app.include_router(router)


def subscribers(request: Request) -> Subscribers:
    """Those who read feeds from this process."""
    found: Subscribers = request.app.state.subscribers
    return found


def own_feed(
    asking: Reader, name: Annotated[str, Path(description="共享流名称，如 zhejiang。", max_length=64)]
) -> Feed:
    """The feed, for its receiver alone. Raises Refused(NOT_FOUND, NOT_PERMITTED)."""
    feed = FEEDS.get(name)
    if feed is None:
        raise Refused(Code.NOT_FOUND, "/name", "", "没有这个共享流。", "There is no such feed.")
    if feed.receiver != asking:
        raise Refused(
            Code.NOT_PERMITTED,
            detail_zh=f"共享流 {name} 只供{feed.name_zh}（{feed.receiver}）读取。",
            detail_en=f"Feed {name} is for {feed.receiver} alone.",
        )
    return feed


Reading = Annotated[Subscribers, Depends(subscribers)]
Own = Annotated[Feed, Depends(own_feed)]
Cursor = Annotated[str | None, Query(max_length=400, description="上一次答复的 next；没有则从头读。")]
LastEventId = Annotated[str | None, Header(max_length=400, description="最后收到的事件的 id。")]
Limit = Annotated[int, Query(ge=1, le=500, description="至多几条。")]
Wait = Annotated[
    float, Query(ge=0, le=30, description="没有新记录时至多等几秒。Seconds to wait for a record.")
]


@router.get("/{name}", summary="共享流：拉取")  # noqa: FAST003 - `own_feed` takes the name
async def pull(  # noqa: PLR0913, PLR0917 - each is a parameter of its own
    request: Request,
    feed: Own,
    signed: Signed,
    reading: Reading,
    cursor: Cursor = None,
    limit: Limit = 100,
    wait: Wait = 0,
) -> FeedPage:
    """按位移读取游标之后的记录。Records behind the cursor; with `wait`, as soon as there is one."""
    after = reached(signed, feed, cursor, "/cursor")
    async with reading.subscribed(feed, after, Room.PULL) as subscription:
        items = await _page(request, subscription, limit, wait)
        following = write_cursor(signed, feed, subscription.reached)
    return FeedPage(feed=feed.name, items=[FeedEvent(**item) for item in items], next=following)


@router.get(
    "/{name}/stream",  # noqa: FAST003 - `own_feed` takes the name
    summary="共享流：事件流",
    responses={200: _EVENT_STREAM},
    response_class=EventStream,
)
async def stream(
    feed: Own, signed: Signed, reading: Reading, cursor: Cursor = None, last_event_id: LastEventId = None
) -> EventStream:
    """记录一经写入即推送；断线后凭 Last-Event-ID 续读。Each record as it comes; resumed by Last-Event-ID."""
    where = "/Last-Event-ID" if last_event_id else "/cursor"
    after = reached(signed, feed, last_event_id or cursor, where)
    held = AsyncExitStack()
    subscription = await held.enter_async_context(reading.subscribed(feed, after, Room.STREAM))

    def name(event: dict[str, Any]) -> str:
        return write_cursor(signed, feed, Reached(event["offset"], event["id"]))

    return EventStream(subscription, name, held.aclose, reading.stopping)


def write_cursor(signed: Cursors, feed: Feed, last: Reached) -> str:
    """The cursor behind a record, for the feed's receiver."""
    return signed.write(Place(_listing(feed), last.event, str(last.offset)), feed.receiver)


def reached(signed: Cursors, feed: Feed, cursor: str | None, field: str) -> Reached | None:
    """What a cursor says, None without one. Raises Refused(BAD_CURSOR) if this feed did not give it."""
    if not cursor:
        return None
    try:
        place = signed.read(cursor, _listing(feed), feed.receiver)
    except Refused as refused:
        raise Refused(
            Code.BAD_CURSOR, field=field, detail_zh=refused.detail_zh, detail_en=refused.detail_en
        ) from refused
    return Reached(int(place.key), place.rank)


def _listing(feed: Feed) -> str:
    return f"feed/{feed.name}"


async def _page(
    request: Request, subscription: Subscription, limit: int, wait: float
) -> list[dict[str, Any]]:
    """Read up to `limit` records; without any, wait for the first unless the reader has gone."""
    reading: Subscribers = request.app.state.subscribers
    clock = asyncio.get_running_loop().time
    begun = clock()
    items: list[dict[str, Any]] = []
    while len(items) < limit:
        items += await subscription.more(limit - len(items), _LOOK_SECONDS)
        ended = await subscription.at_end()
        if (ended and items) or reading.stopping.is_set() or await request.is_disconnected():
            break
        if clock() - begun >= (wait if ended else _PATIENCE_SECONDS):
            break
    return items
