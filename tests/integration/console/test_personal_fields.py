"""Personal fields at the query API: what each agency reads of one clue, before and after an erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backbone.database import connect
from backbone.vault import MemoryKeyProvider  # noqa: TC001 - pytest reads the annotations of fixtures' users

if TYPE_CHECKING:
    import httpx

    from deploy.embedded.testing import StackHandle

from tests.integration.console.browsing import NAME, OTHER_TOWN, TOWN, WATER, api

PARTY = "/suspected_party/name"


async def personal(
    site: httpx.ASGITransport, served: StackHandle, agency: str, matter: str, **query: Any
) -> dict[str, Any]:
    async with api(site, served.tokens[agency]) as program:
        answer = await program.get(f"/v1/matters/{matter}/personal", params=query)
    said: dict[str, Any] = answer.json()
    return said | {"status_code": answer.status_code}


def texts(answer: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {item["path"]: (item["text"], item["mark"]) for item in answer["items"]}


async def test_the_handling_agency_reads_the_name_and_the_sender_a_mask(
    site: httpx.ASGITransport, served: StackHandle, matters: list[str]
) -> None:
    town = await personal(site, served, TOWN, matters[-1])
    water = await personal(site, served, WATER, matters[-1])
    assert (town["circle"], texts(town)[PARTY]) == ("HANDLER", (NAME, "personal"))
    assert (water["circle"], texts(water)[PARTY]) == ("DISTRICT", ("张**", "masked"))


async def test_who_has_nothing_to_do_with_the_matter_learns_not_even_that_it_exists(
    site: httpx.ASGITransport, served: StackHandle, matters: list[str]
) -> None:
    other = await personal(site, served, OTHER_TOWN, matters[-1])
    nowhere = await personal(site, served, OTHER_TOWN, matters[-1].replace("ZG04", "ZG05"))
    assert (other["status_code"], nowhere["status_code"]) == (404, 404)
    assert other["code"] == nowhere["code"]


async def test_pages_follow_the_facts_by_a_cursor_that_is_bound_to_reader_and_matter(
    site: httpx.ASGITransport, served: StackHandle, matters: list[str]
) -> None:
    first = await personal(site, served, TOWN, matters[0], limit=1)
    assert first["items"]
    rest = await personal(site, served, TOWN, matters[0], limit=200, cursor=first["next"])
    assert (rest["items"], rest["next"]) == ([], None)
    stolen = await personal(site, served, WATER, matters[0], cursor=first["next"])
    assert stolen["status_code"] == 400


async def test_to_the_api_alone_a_name_is_given_as_ciphertext_for_masking(
    served: StackHandle, matters: list[str]
) -> None:
    query = "select count(*) from views.personal where matter = $1 and class = 'person'"
    reader = await connect(served.dsn("api"), application="test")
    water = await connect(served.dsn(WATER), application="test")
    try:
        assert await water.fetchval(query, matters[-1]) == 0
        async with reader.transaction():
            await reader.execute("set local role liandong_a_310120_zg04")
            assert await reader.fetchval(query, matters[-1]) == 1
            await reader.execute("set local role liandong_a_310120_jd12")
            assert await reader.fetchval(query, matters[-1]) == 0
    finally:
        await reader.close()
        await water.close()


async def test_after_an_erasure_every_reader_sees_that_it_was_deleted(
    site: httpx.ASGITransport, served: StackHandle, matters: list[str], keys: MemoryKeyProvider
) -> None:
    await keys.erase("P-00")
    for agency in (TOWN, WATER):
        answer = await personal(site, served, agency, matters[-1])
        assert texts(answer)[PARTY] == ("已删除（已销毁密钥）", "erased")
        assert NAME not in str(answer)
