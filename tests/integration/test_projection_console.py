"""Query API and console over HTTP, on a real database: who is let in, what is answered, what is kept back."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from html import unescape
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from backbone.database import connect, open_pool
from backbone.vault import MemoryKeyProvider
from deploy.embedded.testing import start
from projections.api.cursor import Cursors
from projections.api.views import Views
from projections.console.application import create_app
from projections.console.assets import Assets
from projections.console.desk import Desk, templates
from projections.console.session import Signer, entry_code
from projections.folding import ViewsFold
from projections.testing import CLUE, LedgerBuilder, at, clue, meta

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from deploy.embedded.testing import StackHandle

WATER, TOWN, OTHER_TOWN = "310120-ZG04", "310120-JD11", "310120-JD12"
NOW = 1_789_000_000.0
NAME = "张三"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackHandle]:
    with start(tmp_path_factory.mktemp("served"), simulated=True, processes=()) as stack:
        yield stack


@pytest.fixture(scope="module")
async def keys() -> MemoryKeyProvider:
    return MemoryKeyProvider()


@pytest.fixture(scope="module")
async def matters(served: StackHandle, keys: MemoryKeyProvider) -> list[str]:
    """Five clues from 区水务局 to 南桥镇; the party's name of the last is under a key."""
    builder = LedgerBuilder()
    made = [clue(builder, serial, WATER, TOWN, at("2026-09-08 10:00")) for serial in range(1, 5)]
    last = made[0].replace("000001", "000077")
    key = await keys.data_key("P-00", last)
    name = keys.encrypt(key, "event", "/suspected_party/name", NAME)
    record = CLUE | {"suspected_party": CLUE["suspected_party"] | {"name": name}}
    record |= {"meta": meta(builder, last, WATER, at("2026-09-08 11:00"))}
    builder.append("ClueTransferred", record, at("2026-09-08 11:00"), holder=TOWN, state="transferred")
    connection = await connect(served.dsn("projector"), application="test")
    try:
        for partition, records in builder.records.items():
            if records:
                await ViewsFold().apply(connection, partition, records)
    finally:
        await connection.close()
    return [*made, last]


@pytest.fixture(scope="module")
async def site(
    served: StackHandle,
    keys: MemoryKeyProvider,
    matters: list[str],  # noqa: ARG001 - what is asked for must be there
) -> AsyncIterator[httpx.ASGITransport]:
    pool = await open_pool(served.settings("console"), application="test", schema="views")
    desk = Desk(
        views=Views(pool),
        cursors=Cursors(b"a secret"),
        signer=Signer(b"another", lambda: NOW),
        opener=keys,
        assets=Assets(served.settings("console").assets),
        templates=templates(),
    )
    yield httpx.ASGITransport(create_app(desk), raise_app_exceptions=False)
    await pool.close()


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


@pytest.mark.parametrize(("token", "code"), [(None, "NOT_AUTHENTICATED"), ("made up", "BAD_TOKEN")])
async def test_without_a_good_token_nothing_is_answered(
    site: httpx.ASGITransport, token: str | None, code: str
) -> None:
    async with api(site, token) as client:
        answer = await client.get("/v1/inbox")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["remedy"]
    assert answer.json()["remedy_en"]


async def test_pages_of_the_inbox_hold_every_matter_once_and_say_how_far_the_data_reaches(
    site: httpx.ASGITransport, served: StackHandle, matters: list[str]
) -> None:
    found: list[str] = []
    cursor: str | None = ""
    async with api(site, served.tokens[TOWN]) as client:
        while cursor is not None:
            params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
            page = (await client.get("/v1/inbox", params=params)).json()
            found += [item["matter"] for item in page["items"]]
            cursor = page["next"]
            assert "as_of" in page
    assert sorted(found) == sorted(matters)


async def test_a_forged_cursor_and_one_of_another_agency_are_refused(
    site: httpx.ASGITransport, served: StackHandle
) -> None:
    async with api(site, served.tokens[TOWN]) as town, api(site, served.tokens[WATER]) as water:
        good = (await town.get("/v1/inbox?limit=1")).json()["next"]
        forged = ("A" if good[0] != "A" else "B") + good[1:]
        for client, cursor in ((town, forged), (town, "不是"), (town, "x"), (water, good)):
            answer = await client.get("/v1/inbox", params={"cursor": cursor})
            assert answer.status_code == 400
            assert answer.json()["code"] == "BAD_PARAMETER"
            assert answer.json()["field"] == "/cursor"
        assert (await town.get("/v1/clocks", params={"cursor": good})).status_code == 400


async def test_a_matter_of_other_agencies_is_not_found_as_one_that_does_not_exist(
    site: httpx.ASGITransport, served: StackHandle, matters: list[str]
) -> None:
    async with api(site, served.tokens[OTHER_TOWN]) as other:
        for path in (matters[0], f"{matters[0]}/timeline", "XS-310120-ZG04-20260908-999999-0"):
            answer = await other.get(f"/v1/matters/{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
        assert (await other.get("/v1/inbox")).json()["items"] == []
        assert (await other.get("/v1/clocks")).json()["items"] == []


async def test_a_matter_says_its_state_its_clock_and_the_law_behind_it(
    site: httpx.ASGITransport, served: StackHandle, matters: list[str]
) -> None:
    async with api(site, served.tokens[TOWN]) as client:
        answer: dict[str, Any] = (await client.get(f"/v1/matters/{matters[0]}")).json()
        clocks = (await client.get("/v1/clocks?state=RUNNING&mine=true")).json()["items"]
    assert answer["state"] == {"code": "transferred", "name": "已移送"}
    assert answer["part"] == "HANDLER"
    (clock,) = answer["clocks"]
    assert (clock["rule"], clock["limit"], clock["due_date"]) == ("PN-01@1", "15 个工作日", "2026-09-29")
    assert clock["due"] == "2026-09-30T00:00:00.000+08:00"
    assert clock["citation"]["article"] == "第十五条"
    assert len(clocks) == 4


async def test_the_timeline_of_the_api_pages_by_number_and_never_holds_personal_fields(
    site: httpx.ASGITransport, served: StackHandle, matters: list[str]
) -> None:
    async with api(site, served.tokens[TOWN]) as client:
        first = (await client.get(f"/v1/matters/{matters[0]}/timeline?limit=2")).json()
        rest = (
            await client.get(f"/v1/matters/{matters[0]}/timeline", params={"cursor": first["next"]})
        ).json()
    assert [item["seq"] for item in first["items"] + rest["items"]] == [1, 2, 3]
    assert first["items"][0]["fact"] == {"code": "ClueTransferred", "name": "线索已移送"}
    assert rest["next"] is None
    assert "name" not in first["items"][0]["content"]["suspected_party"]


@pytest.mark.parametrize("query", ["limit=0", "limit=abc", "part=NONSENSE", "open=perhaps"])
async def test_a_wrong_parameter_is_named(site: httpx.ASGITransport, served: StackHandle, query: str) -> None:
    async with api(site, served.tokens[TOWN]) as client:
        answer = await client.get(f"/v1/inbox?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_PARAMETER")
    assert answer.json()["field"].startswith(f"/{query.split('=', maxsplit=1)[0]}")


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
        assert "＊＊＊" in masked
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
