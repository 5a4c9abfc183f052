"""`POST /v1/query`: SQL that an agency writes, on a connection that is logged in as that agency's role."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from backbone.database import DatabaseAway
from backbone.logins import read_passwords, role_dsn
from projections.api.routes import Reader, Source, problem_response
from projections.asking.formats import FORMATS
from projections.asking.run import QueryRefused, ask
from schemas.errors import Code, Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

log = structlog.get_logger()
router = APIRouter(prefix="/v1", tags=["查询"])

SECONDS_AT_ONCE = 30
"""The database may take so long for the next rows, and the reader to take them."""
SECONDS_IN_ALL = 600
OF_AN_AGENCY = 2
"""So many queries of one agency run at a time."""
IN_ALL = 8
_RETRY_AFTER = 5
_MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/jsonl"}


class Logins:
    """How agencies log in: the database, the passwords of their roles, and how many are at it now."""

    def __init__(self, dsn: str, passwords: Path) -> None:
        self._dsn = dsn
        self._passwords = passwords
        self._running: Counter[str] = Counter()

    def dsn(self, role: str) -> str:
        """How to connect as this role. Reads a file."""
        return role_dsn(self._dsn, role, read_passwords(self._passwords))

    @asynccontextmanager
    async def turn(self, agency: str) -> AsyncIterator[None]:
        """Count a query while it runs; raises Refused(BUSY) if too many run already."""
        if self._running[agency] >= OF_AN_AGENCY or self._running.total() >= IN_ALL:
            raise Refused(Code.BUSY)
        self._running[agency] += 1
        try:
            yield
        finally:
            self._running[agency] -= 1


class Question(BaseModel):
    """What is asked, and how the answer is wanted."""

    model_config = ConfigDict(extra="forbid")

    sql: str = Field(max_length=20_000, description="一条 select 语句。One select statement.")
    format: Literal["csv", "json"] = Field(
        default="json", description="json：每行一个对象。One object a line, or CSV with a line of names."
    )


class _Streamed(StreamingResponse):
    """Streams an answer, and lets go of its connection whether or not the reader stays to the end."""

    def __init__(self, pieces: AsyncIterator[str], media_type: str, held: AsyncExitStack) -> None:
        super().__init__(pieces, media_type=media_type)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._held:
            await super().__call__(scope, receive, send)


def logins(request: Request) -> Logins:
    """How agencies log in at this process."""
    found: Logins = request.app.state.logins
    return found


@router.post("/query", summary="SQL 查询", response_class=StreamingResponse)
async def post_query(
    question: Question, source: Source, asking: Reader, login: Annotated[Logins, Depends(logins)]
) -> Response:
    """以本机关的身份只读查询视图，逐行返回，时间为北京时间。Ask the views in SQL as one's own agency."""
    role = await source.role_of(asking)
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(login.turn(asking))
            dsn = await asyncio.to_thread(login.dsn, role)
            answer = await stack.enter_async_context(ask(dsn, question.sql, SECONDS_AT_ONCE))
            pieces = _timed(FORMATS[question.format](answer))
            # The first piece decides whether there is an answer or a problem; later there is no way back.
            first = await anext(pieces, "")
        except Refused as refused:
            response = problem_response(refused)
            response.headers["Retry-After"] = str(_RETRY_AFTER)
            return response
        except QueryRefused as refused:
            told = str(refused)
            raise Refused(Code.BAD_PARAMETER, "/sql", "", told, told) from refused
        except DatabaseAway as away:
            log.warning("query_without_database", agency=asking, error=str(away))
            raise Refused(Code.UNAVAILABLE) from away
        return _Streamed(_behind(first, pieces), _MEDIA[question.format], stack.pop_all())
    raise AssertionError


async def _timed(pieces: AsyncIterator[str]) -> AsyncIterator[str]:
    """The pieces, for as long as one query may take in all."""
    end = time.monotonic() + SECONDS_IN_ALL
    while True:
        try:
            yield await asyncio.wait_for(anext(pieces), end - time.monotonic())
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise QueryRefused("The query took too long", "Ask for less at a time.") from error


async def _behind(first: str, pieces: AsyncIterator[str]) -> AsyncIterator[str]:
    yield first
    async for piece in pieces:
        yield piece
