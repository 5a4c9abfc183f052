"""What 区城管执法局 reads in order to state a month's digest, and who else may read it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter

from backbone.database import connect
from projections.folding import ViewsFold
from projections.testing import LedgerBuilder, at, meta, penalty
from schemas.facts import FACTS
from schemas.identifiers import derived_matter_id
from tests.integration.console.browsing import OTHER_TOWN, WATER, api

if TYPE_CHECKING:
    import httpx

    from deploy.embedded.testing import StackHandle

DESK = "310120-CG01"
DIGEST = derived_matter_id("HZ", DESK, "310120-ZG04/2026-10", "penalty-digest", 0)
OCTOBER = {"month": "2026-10"}
FIRM = "91310120MA1HN00000"


async def fold(served: StackHandle, builder: LedgerBuilder) -> None:
    connection = await connect(served.dsn("projector"), application="test")
    try:
        for partition, records in builder.records.items():
            if records:
                await ViewsFold().apply(connection, partition, records)
    finally:
        await connection.close()
    builder.records.clear()


@pytest.fixture(scope="module")
async def october(served: StackHandle) -> LedgerBuilder:
    """Three penalties of October: two causes, two towns, one of them of a firm, folded one by one."""
    builder = LedgerBuilder()
    penalty(builder, DIGEST, DESK, at("2026-10-12 10:00"))
    await fold(served, builder)
    penalty(
        builder, DIGEST, DESK, at("2026-10-20 10:00"), cause_code="01002", township_code9="310120102",
        amount=20_000, case_no="沪奉奉城案〔2026〕3号", uscc=FIRM, issuer="310120-JD12",
    )  # fmt: skip
    penalty(builder, DIGEST, DESK, at("2026-10-30 10:00"), amount=80_000, case_no="沪奉南桥案〔2026〕47号")
    await fold(served, builder)
    return builder


async def read(site: httpx.ASGITransport, served: StackHandle, agency: str) -> list[dict[str, Any]]:
    async with api(site, served.tokens[agency]) as client:
        answer = await client.get("/v1/digests", params=OCTOBER)
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.usefixtures("october")
async def test_totals_are_counted_from_the_penalties_and_sorted_as_they_are_to_be_stated(
    site: httpx.ASGITransport, served: StackHandle
) -> None:
    (digest,) = await read(site, served, DESK)
    assert digest["matter"] == DIGEST
    assert digest["department"] == {"code": WATER, "name": "区水务局"}
    assert digest["totals"] == {"key": "all", "count": 3, "amount": 600_000}
    assert digest["by_cause"] == [
        {"key": "01002", "count": 1, "amount": 20_000},
        {"key": "04001", "count": 2, "amount": 580_000},
    ]
    assert digest["by_township"] == [
        {"key": "310120101", "count": 2, "amount": 580_000},
        {"key": "310120102", "count": 1, "amount": 20_000},
    ]
    assert (digest["event_count"], digest["omitted"], digest["sent_at"]) == (3, 0, None)
    assert [case["uscc"] for case in digest["cases"]] == [None, FIRM, None]


@pytest.mark.usefixtures("october")
async def test_what_is_read_can_be_stated_as_it_is(site: httpx.ASGITransport, served: StackHandle) -> None:
    (digest,) = await read(site, served, DESK)
    same = ("month", "totals", "by_cause", "by_township", "cases", "event_count")
    stated = {name: digest[name] for name in same} | {
        "digest_no": "沪奉城管月报〔2026〕10号",
        "department": digest["department"]["code"],
        "problems": None,
    }
    fact = FACTS["PenaltyDigestSent"]
    fields = {name: field for name, field in fact.model_fields.items() if name != "meta"}
    assert stated.keys() == fields.keys()
    for name, value in stated.items():
        adapter: TypeAdapter[Any] = TypeAdapter(fields[name].rebuild_annotation())
        adapter.validate_json(json.dumps(value))


async def test_the_department_reads_it_once_it_was_sent_and_another_town_never(
    site: httpx.ASGITransport, served: StackHandle, october: LedgerBuilder
) -> None:
    assert await read(site, served, WATER) == []
    sent: dict[str, Any] = {
        "meta": meta(october, DIGEST, DESK, at("2026-11-03 10:00")),
        "digest_no": "沪奉城管月报〔2026〕10号", "month": "2026-10", "department": WATER,
        "totals": {"key": "all", "count": 3, "amount": 600_000}, "by_cause": [], "by_township": [],
        "cases": [], "problems": None, "event_count": 3,
    }  # fmt: skip
    october.append(
        "PenaltyDigestSent", sent, at("2026-11-03 10:00"), holder=WATER, addressed_to=(WATER,), state="sent",
        procedure="penalty-digest@1",
    )  # fmt: skip
    await fold(served, october)
    (digest,) = await read(site, served, WATER)
    assert (digest["digest_no"], digest["sent_by"]["code"]) == ("沪奉城管月报〔2026〕10号", DESK)
    assert digest["sent_at"] == "2026-11-03T10:00:00.000+08:00"
    assert await read(site, served, OTHER_TOWN) == []


async def test_a_month_that_is_none_is_refused_with_the_parameters_name(
    site: httpx.ASGITransport, served: StackHandle
) -> None:
    async with api(site, served.tokens[DESK]) as client:
        answer = await client.get("/v1/digests", params={"month": "2026-13"})
    assert answer.status_code == 400
    assert answer.json()["field"] == "/month"
