"""The query API over HTTP: who is let in, what is answered, what is kept back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from deploy.embedded.testing import StackHandle

from tests.integration.console.browsing import OTHER_TOWN, TOWN, WATER, api


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
