"""The HTTP surface of the door: routes, and every failure as a problem."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.requests import ClientDisconnect

from producers.gateway import cloudevents, lookup, openapi, pages
from producers.gateway.answers import PROBLEM, instant, many, overall, rehearsed
from producers.gateway.asking import Agency, Parts, parts_of
from producers.gateway.failures import handle_failures
from producers.gateway.reading import LINES, OBJECTS, Limits, collect, split
from schemas.errors import CATALOGUE, Code, Refused, problem_type
from schemas.identifiers import event_time

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence
    from pathlib import Path

    from starlette.routing import BaseRoute


LONGEST_WAIT = 30.0
"""Seconds for which a request may wait for a receipt; who asks for more gets this."""

BODY_PATIENCE = 60.0
"""Seconds within which a body must have arrived."""

T = TypeVar("T")
Wait = Annotated[
    float,
    Query(
        ge=0,
        description="最多等待多少秒，直到有了回执（上限 30）。Seconds to wait for the receipt, 30 at most.",
    ),
]

DryRun = Annotated[
    bool,
    Query(
        description="只检查，不收下。Only check, take nothing: what the door would refuse; "
        "what the matter's owner alone can tell is not foretold."
    ),
]


async def post_facts(
    request: Request, agency: Agency, wait: Wait = 0, *, dry_run: DryRun = False
) -> Response:
    """报送事实：一条、一组，或每行一条。State facts: one, a list, or one a line."""
    parts = parts_of(request)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in OBJECTS | LINES | cloudevents.MEDIA:
        raise Refused(Code.UNSUPPORTED_MEDIA_TYPE)
    declared = request.headers.get("content-length", "")
    raw = await _body(request, media_type, parts.limits, int(declared) if declared.isdigit() else 0)
    body = await asyncio.to_thread(split, raw, media_type, parts.limits)
    if media_type in cloudevents.MEDIA:
        body = cloudevents.structured(body)
    elif (event := cloudevents.attributes(request.headers)) is not None:
        body = cloudevents.binary(body, event)
    parts.pace.take(agency, len(body.items))
    if dry_run:
        return JSONResponse(rehearsed(await parts.door.rehearse(agency, body)))
    answers = await unless_gone(request, parts.door.publish(agency, body, min(wait, LONGEST_WAIT)))
    if answers is None:
        return Response(status_code=499)
    if body.many:
        return JSONResponse(many(answers), overall(answers))
    (answer,) = answers
    media = PROBLEM if answer.problem is not None else None
    return JSONResponse(answer.body(), answer.status, media_type=media)


async def _body(request: Request, media_type: str, limits: Limits, declared: int) -> bytes:
    try:
        async with asyncio.timeout(BODY_PATIENCE):
            return await collect(request.stream(), media_type, limits, declared)
    except TimeoutError:
        seconds = int(BODY_PATIENCE)
        raise Refused(
            Code.MALFORMED_JSON,
            detail_zh=f"请求正文没有在 {seconds} 秒内传完。",
            detail_en=f"The body did not arrive within {seconds} seconds.",
        ) from None


async def get_receipts(
    request: Request,
    agency: Agency,
    after: Annotated[
        str, Query(description="上一次回答中的游标；不填则从头开始。The cursor of the answer before.")
    ] = "",
    wait: Wait = 0,
) -> Response:
    """本机关的回执，从游标之后开始。The receipts of your agency since a cursor, and the next cursor."""
    history = parts_of(request).history
    found = await unless_gone(request, history.after(agency, after, min(wait, LONGEST_WAIT)))
    return Response(status_code=499) if found is None else JSONResponse(found)


async def get_receipt(request: Request, event_id: str, agency: Agency, wait: Wait = 0) -> Response:
    """查询回执；被拒绝的事实也有回执，原因在其中。The receipt of a fact of your own; a refusal is one too."""
    receipts = parts_of(request).receipts
    try:
        event_time(event_id)
    except Refused as refused:
        raise Refused(
            Code.RECEIPT_UNKNOWN, "/event_id", "", refused.detail_zh, refused.detail_en
        ) from refused
    with receipts.listening(event_id) as bell:
        waiting = receipts.wait(bell, lambda: receipts.first(agency, event_id), min(wait, LONGEST_WAIT))
        found = await unless_gone(request, waiting)
    if found is None:
        raise Refused(Code.RECEIPT_UNKNOWN, "/event_id")
    return JSONResponse(found)


async def unless_gone(request: Request, work: Awaitable[T]) -> T | None:
    """What the work gives; None if the client hangs up before, and then the work is ended.

    The body must have been read. A fact that is on its way stays so: its sender asks for the receipt later.
    """
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_disconnect(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for each in (task, gone):
            each.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _disconnect(request: Request) -> None:
    while True:
        try:
            message = await request.receive()
        except ClientDisconnect:
            return
        if message["type"] == "http.disconnect":
            return


async def get_clock(request: Request) -> dict[str, Any]:
    """入口时钟；模拟环境中为模拟时间。The door's clock; simulated time in a simulated stack."""
    now, simulated = await parts_of(request).door.clock()
    return {"now": instant(now), "simulated": simulated}


def get_errors() -> list[dict[str, Any]]:
    """全部错误代码、含义与补救办法。Every code, what it means and what to do."""
    return [describe(code) for code in CATALOGUE]


def get_problem(name: str) -> dict[str, Any]:
    """一个错误代码的含义与补救办法。What one problem type means."""
    for code in CATALOGUE:
        if problem_type(code).rpartition("/")[2] == name:
            return describe(code)
    raise Refused(Code.NOT_FOUND)


def describe(code: Code) -> dict[str, Any]:
    """One entry of the catalogue as JSON."""
    entry = CATALOGUE[code]
    return {
        "type": problem_type(code),
        "code": code.value,
        "status": entry.status,
        "reaction": entry.reaction.value,
        "title": entry.title_zh,
        "title_en": entry.title_en,
        "remedy": entry.remedy_zh,
        "remedy_en": entry.remedy_en,
    }


def make_app(parts: Parts, assets: Path | None, routes: Sequence[BaseRoute] = ()) -> FastAPI:
    """The application over its parts; ``assets``: fetched web assets, ``routes``: what comes beside ours."""
    app = FastAPI(title=openapi.TITLE, version="1", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.parts = parts
    app.state.assets = assets
    handle_failures(app)
    app.add_api_route("/v1/facts", post_facts, methods=["POST"], tags=["事实"], **openapi.POST_FACTS)
    app.add_api_route("/v1/receipts", get_receipts, methods=["GET"], tags=["回执"], **openapi.GET_RECEIPTS)
    app.add_api_route(
        "/v1/receipts/{event_id}", get_receipt, methods=["GET"], tags=["回执"], **openapi.GET_RECEIPT
    )
    app.add_api_route("/v1/clock", get_clock, methods=["GET"], tags=["运行"], summary="入口时钟")
    app.add_api_route("/v1/errors", get_errors, methods=["GET"], tags=["错误代码"], summary="错误代码表")
    app.add_api_route("/problems/{name}", get_problem, methods=["GET"], tags=["错误代码"], summary="错误代码")
    app.add_route("/openapi.json", lambda _: JSONResponse(openapi.document(app)), include_in_schema=False)
    app.add_route("/", lambda _: RedirectResponse("/docs"), include_in_schema=False)
    lookup.add(app)
    pages.add(app)
    app.router.routes.extend(routes)
    return app
