"""How the tests of this folder reach the site: as a program with a token, or as a person signed in."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from deploy.embedded.testing import StackHandle

WATER, TOWN, OTHER_TOWN = "310120-ZG04", "310120-JD11", "310120-JD12"
NOW = 1_789_000_000.0
NAME = "张三"


def api(site: httpx.ASGITransport, token: str | None) -> httpx.AsyncClient:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(transport=site, base_url="http://console.test", headers=headers)


@asynccontextmanager
async def signed_in(
    site: httpx.ASGITransport, served: StackHandle, agency: str
) -> AsyncIterator[httpx.AsyncClient]:
    async with api(site, None) as browser:
        answer = await browser.post("/sign-in", data={"token": served.tokens[agency]})
        assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
        yield browser
