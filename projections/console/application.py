"""Console and query API as one ASGI application."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from projections.api import personal
from projections.api import routes as api
from projections.console import door, pages
from projections.console.security import SecurityHeaders
from projections.console.session import COOKIE
from schemas.errors import Code, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from projections.console.desk import Desk

log = structlog.get_logger()
_STATUS = {404: Code.NOT_FOUND, 405: Code.METHOD_NOT_ALLOWED, 415: Code.UNSUPPORTED_MEDIA_TYPE}
_LOST = "请核对事项编号，或从收件箱进入。"
_BACK = {401: ("/sign-in", "去登录")}


def create_app(desk: Desk, health: Sequence[BaseRoute] = ()) -> FastAPI:
    """Put the application together over what it needs at hand; `health` are the routes of its process."""
    app = FastAPI(
        title="联动查询接口",
        summary="各机关查询与本机关有关的事项、时间线与时限。",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    app.state.desk, app.state.views, app.state.cursors = desk, desk.views, desk.cursors
    app.state.opener = desk.opener
    app.include_router(api.router)
    app.include_router(personal.router)
    app.include_router(door.router)
    app.include_router(pages.router)
    app.add_api_route("/assets/{path:path}", _asset, include_in_schema=False)
    app.add_api_route("/docs", _docs, include_in_schema=False)
    app.router.routes.extend(health)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _failed)
    app.add_middleware(SecurityHeaders)
    return app


async def _asset(request: Request, path: str) -> Response:
    desk: Desk = request.app.state.desk
    found = desk.assets.get(path)
    if found is None:
        raise Refused(Code.NOT_FOUND)
    return Response(found.content, media_type=found.media_type)


async def _docs(request: Request) -> Response:
    desk: Desk = request.app.state.desk
    return desk.page(request, "docs.html", {})


async def _refused(request: Request, error: Exception) -> Response:
    refused = error if isinstance(error, Refused) else Refused(Code.INTERNAL)
    if _wants_data(request):
        return api.problem_response(refused)
    if refused.entry.status == 401 and not request.headers.get("hx-request"):  # noqa: PLR2004
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return answer
    return _error_page(request, refused)


async def _invalid(request: Request, error: Exception) -> Response:
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {"loc": ("",), "msg": ""}
    where = "/" + "/".join(str(part) for part in first["loc"][1:])
    detail = f"参数 {where[1:]} 不正确。"
    return await _refused(request, Refused(Code.BAD_PARAMETER, where, "", detail, str(first["msg"])))


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return await _refused(request, Refused(_STATUS.get(status, Code.INTERNAL)))


async def _failed(request: Request, error: Exception) -> Response:
    """Our own failure: the log has the trace, the reader a page that says so."""
    log.error("request_failed", path=request.url.path, error=type(error).__name__, exc_info=error)
    return await _refused(request, Refused(Code.INTERNAL))


def _wants_data(request: Request) -> bool:
    return request.url.path.startswith("/v1")


def _error_page(request: Request, refused: Refused) -> Response:
    desk: Desk = request.app.state.desk
    entry = refused.entry
    back, back_label = _BACK.get(entry.status, ("/inbox", "回到收件箱"))
    return desk.page(
        request,
        "error.html",
        {
            "status": entry.status,
            "title": entry.title_zh,
            "detail": refused.detail_zh,
            "remedy": _LOST if refused.code is Code.NOT_FOUND else entry.remedy_zh,
            "back": back,
            "back_label": back_label,
        },
        entry.status,
    )
