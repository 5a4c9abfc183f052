"""The console over HTTP: signing in, what its pages show, and what they never show."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from backbone.database import connect
from projections.console.session import Signer, entry_code

if TYPE_CHECKING:
    import httpx

    from backbone.vault import MemoryKeyProvider
    from deploy.embedded.testing import StackHandle

from tests.integration.console.browsing import NAME, NOW, OTHER_TOWN, TOWN, WATER, api, signed_in


async def test_signing_in_gives_a_cookie_that_no_script_reads_and_no_other_site_sends(
    site: httpx.ASGITransport, served: StackHandle
) -> None:
    async with api(site, None) as browser:
        answer = await browser.post("/sign-in", data={"token": served.tokens[TOWN]})
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert served.tokens[TOWN] not in answer.headers["set-cookie"]
        page = await browser.get("/inbox")
    assert page.status_code == 200
    assert "南桥镇" in page.text
    assert "模拟时间" in page.text


async def test_without_a_session_every_page_leads_to_the_sign_in_page(site: httpx.ASGITransport) -> None:
    async with api(site, None) as browser:
        browser.cookies.set("liandong", "forged")
        for path in ("/inbox", "/matters/any"):
            answer = await browser.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert (await browser.post("/sign-in", data={"token": "wrong"})).status_code == 401


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://elsewhere.test"}])
async def test_a_form_of_another_site_is_refused(
    site: httpx.ASGITransport, served: StackHandle, headers: dict[str, str]
) -> None:
    async with api(site, None) as browser:
        answer = await browser.post("/sign-in", data={"token": served.tokens[TOWN]}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_a_link_opens_a_session_once(site: httpx.ASGITransport) -> None:
    code = Signer(b"another", lambda: NOW).code(TOWN)
    async with api(site, None) as browser:
        first = await browser.get("/enter", params={"code": code})
        assert first.status_code == 200
        assert (await browser.get("/inbox")).status_code == 200
    async with api(site, None) as browser:
        assert (await browser.get("/enter", params={"code": code})).status_code == 401
        stale = Signer(b"another", lambda: NOW - 3600).code(TOWN)
        assert (await browser.get("/enter", params={"code": stale})).status_code == 401
        forged = entry_code(b"not the ring's", TOWN, NOW)
        assert (await browser.get("/enter", params={"code": forged})).status_code == 401


async def test_a_revoked_token_ends_the_sessions_that_it_opened(
    site: httpx.ASGITransport, served: StackHandle
) -> None:
    admin = await connect(served.dsn("admin"), application="test")
    try:
        async with signed_in(site, served, "310120-JD13") as browser:
            assert (await browser.get("/inbox")).status_code == 200
            await admin.execute("update door.token set revoked_at = now() where agency = '310120-JD13'")
            assert (await browser.get("/inbox")).status_code == 303
    finally:
        await admin.close()


async def test_the_partys_name_is_shown_to_the_handling_agency_and_masked_for_the_sender(
    site: httpx.ASGITransport, served: StackHandle, matters: list[str], keys: MemoryKeyProvider
) -> None:
    async with signed_in(site, served, TOWN) as town, signed_in(site, served, WATER) as water:
        path = f"/matters/{matters[-1]}"
        seen = (await town.get(path)).text
        assert NAME in seen
        masked = (await water.get(path)).text
        assert NAME not in masked
        assert "张**" in masked
        assert "无法读取" in seen, "bytes that no key opens hide themselves and nothing else"
        await keys.erase("P-00")
        erased = (await town.get(path)).text
    assert NAME not in erased
    assert "已删除" in erased


async def test_another_agencys_matter_is_an_error_page_and_no_trace(
    site: httpx.ASGITransport, served: StackHandle, matters: list[str]
) -> None:
    async with signed_in(site, served, OTHER_TOWN) as browser:
        answer = await browser.get(f"/matters/{matters[0]}")
        empty = await browser.get("/inbox")
    assert answer.status_code == 404
    assert "回到收件箱" in answer.text
    assert "Traceback" not in answer.text
    assert "没有待办事项" in empty.text


@pytest.mark.parametrize("page", ["/inbox", "matter"])
async def test_an_unchanged_page_is_left_alone_and_only_told_how_far_the_data_reaches(
    site: httpx.ASGITransport, served: StackHandle, matters: list[str], page: str
) -> None:
    path = page if page == "/inbox" else f"/matters/{matters[0]}"
    async with signed_in(site, served, TOWN) as browser:
        found = re.search(r'hx-get="([^"]+)"', (await browser.get(path)).text)
        assert found
        same = await browser.get(unescape(found.group(1)))
        changed = await browser.get(f"{path}/live?seen=older")
    assert same.headers["HX-Reswap"] == "none"
    assert 'id="as-of"' in same.text
    assert 'id="live"' not in same.text
    assert "HX-Reswap" not in changed.headers
    assert 'id="live"' in changed.text


async def test_every_answer_forbids_what_is_not_ours_and_stays_out_of_caches(
    site: httpx.ASGITransport,
) -> None:
    async with api(site, None) as browser:
        for path in ("/sign-in", "/v1/inbox", "/nowhere", "/assets/../../etc/passwd"):
            answer = await browser.get(path)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'self'" in policy
            assert "unsafe" not in policy
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"
        page = (await browser.get("/sign-in")).text
        style = re.search(r'href="(/assets/console\.[0-9a-f]+\.css)"', page)
        assert style
        assert "immutable" in (await browser.get(style.group(1))).headers["cache-control"]
    assert "http://" not in page
    assert "https://" not in page
