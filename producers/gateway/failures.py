"""Every failure of a request becomes a problem that says what to do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from aiokafka.errors import KafkaError
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from backbone.clock import TimeNotSet
from backbone.database import TRANSIENT
from backbone.log import logger
from producers.gateway.answers import PROBLEM, problems
from producers.gateway.measures import REQUESTS, SECONDS
from producers.gateway.pace import TooFast
from producers.gateway.strictjson import pointer
from schemas.errors import Code, Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import FastAPI, Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logger(__name__)

_BY_STATUS = {404: Code.NOT_FOUND, 405: Code.METHOD_NOT_ALLOWED, 413: Code.TOO_LARGE}
_HEADERS = {
    401: {"WWW-Authenticate": 'Bearer realm="liandong"'},
    429: {"Retry-After": "1"},
    503: {"Retry-After": "1"},
}


async def _too_fast(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TooFast)  # noqa: S101 - Starlette hands over what the handler is registered for
    told = answer(error.refused)
    told.headers["Retry-After"] = str(error.seconds)
    return told


def answer(*found: Refused) -> JSONResponse:
    """What was found, as one problem."""
    told = problems(found)
    return JSONResponse(told, told["status"], _HEADERS.get(told["status"]), media_type=PROBLEM)


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)  # noqa: S101 - Starlette hands over what the handler is registered for
    return answer(error)


async def _parameter(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the same
    found = [
        Refused(
            Code.BAD_PARAMETER,
            pointer(*detail["loc"][1:]),
            detail_zh=f"参数 {detail['loc'][-1]} 不正确。",
            detail_en=f"{detail['loc'][-1]}: {detail['msg']}.",
        )
        for detail in error.errors()
    ]
    return answer(*found)


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - the same
    return answer(Refused(_BY_STATUS.get(error.status_code, Code.BAD_PARAMETER), detail_en=str(error.detail)))


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    log.warning("unavailable", path=request.url.path, error=repr(error))
    return answer(Refused(Code.UNAVAILABLE))


async def _internal(request: Request, error: Exception) -> JSONResponse:
    log.error("request_failed", path=request.url.path, exc_info=error)
    return answer(Refused(Code.INTERNAL))


def handle_failures(app: FastAPI) -> None:
    """Register every handler, and measure each request."""
    handlers: dict[type[Exception], Callable[[Request, Exception], Awaitable[JSONResponse]]] = {
        Refused: _refused,
        TooFast: _too_fast,
        RequestValidationError: _parameter,
        HTTPException: _http,
        TimeNotSet: _unavailable,
        KafkaError: _unavailable,
        **dict.fromkeys(TRANSIENT, _unavailable),
        Exception: _internal,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
    app.add_middleware(Measured)


class Measured:
    """Counts requests and their seconds by route, never by address: an address may bear an event id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and note how."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status: dict[str, Any] = {"code": 499}

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                status["code"] = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            REQUESTS.labels(route, str(status["code"])).inc()
            SECONDS.labels(route).observe(time.perf_counter() - began)
