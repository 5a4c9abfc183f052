"""The page at /docs: Swagger UI out of the fetched WebJars, served by us; without them, plain links."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING

from fastapi.responses import FileResponse, HTMLResponse

from schemas.errors import Code, Refused

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import FastAPI, Request
    from starlette.responses import Response

_FILES = frozenset({"swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"})

_HEAD = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>联动 Liandong 接口</title>"""

_SWAGGER = (
    _HEAD
    + """<link rel="icon" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css"></head><body><div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script></body></html>"""
)

_PLAIN = (
    _HEAD
    + """</head><body><h1>联动 Liandong 接口</h1>
<p>界面文件尚未取得，以下为接口描述。The page's files were not fetched; here is the description itself.</p>
<ul><li><a href="/openapi.json">openapi.json</a></li><li><a href="/v1/errors">错误代码 errors</a></li></ul>
</body></html>"""
)

_START = """SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null
});"""

# Nothing on this page may come from or go to anywhere else; Swagger UI sets styles of its own.
_POLICY = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
    "X-Content-Type-Options": "nosniff",
}


def swagger_folder(assets: Path | None) -> Path | None:
    """The newest Swagger UI below the folder of web assets (``swagger-ui/<version>/``), or None."""
    if assets is None:
        return None
    found = sorted(assets.glob("swagger-ui/*/swagger-ui-bundle.js"))
    return found[-1].parent if found else None


def add(app: FastAPI) -> None:
    """Add the page and its files; ``state.assets`` of the application names the folder of web assets."""
    app.add_route("/docs", _page, include_in_schema=False)
    app.add_route("/docs/start.js", _start, include_in_schema=False)
    app.add_route("/docs/assets/{name}", _asset, include_in_schema=False)


async def _page(request: Request) -> Response:
    folder = swagger_folder(request.app.state.assets)
    return HTMLResponse(_PLAIN if folder is None else _SWAGGER, headers=_POLICY)


async def _start(_request: Request) -> Response:
    return HTMLResponse(_START, media_type="text/javascript", headers=_POLICY)


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    folder = swagger_folder(request.app.state.assets)
    if folder is None or name not in _FILES or not (folder / name).is_file():
        raise Refused(Code.NOT_FOUND)
    media_type = mimetypes.guess_type(name)[0]
    return FileResponse(folder / name, media_type=media_type, headers=_POLICY)
