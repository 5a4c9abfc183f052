"""Inbox and page of a matter, whatever its procedure: who has it to do, who still reads it, what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from backbone.database import connect
from projections.folding import ViewsFold
from projections.testing import SCHEDULED, LedgerBuilder, at, clue, short_meta
from schemas.identifiers import reference_matter
from tests.integration.console.browsing import OTHER_TOWN, TOWN, WATER, api, signed_in
from tests.unit.projections.ledger_examples import example

if TYPE_CHECKING:
    import httpx

    from deploy.embedded.testing import StackHandle

SHANGHAI, ZHEJIANG, JIANGSU, ANHUI, DESK = (
    "310000-CG01", "330000-ZJ01", "320000-ZJ01", "340000-ZJ01", "310120-CG01",
)  # fmt: skip
WARNING, CALENDAR = "YJ-310000-CG01-20261012-000001-M", reference_matter("CALENDAR")
NOON = at("2026-10-12 12:00")


class Teller:
    """Tells the views facts of the golden corpus about matters of ours."""

    def __init__(self, served: StackHandle) -> None:
        self.builder = LedgerBuilder()
        self._served = served

    def say(
        self, fact: str, matter: str, agency: str, changes: dict[str, Any] | None = None, **seal: Any
    ) -> None:
        record = example(fact) | (changes or {})
        meta = record["meta"] | {"matter": matter, "event_id": self.builder.event_id()}
        meta |= {"agency": agency} if "agency" in meta else {}
        self.builder.append(fact, record | {"meta": meta}, NOON, agency=agency, **seal)

    def clock(self, fact: str, matter: str, **fields: Any) -> None:
        record = {"meta": short_meta(self.builder, matter, "cause", "PN-01@1")} | fields
        record |= {"clock": f"{matter}/PN-01", "rule": "PN-01@1", "name_zh": "线索核查"}
        self.builder.append(fact, record, NOON, holder=TOWN, state="received")

    async def fold(self) -> None:
        connection = await connect(self._served.dsn("projector"), application="test")
        try:
            for partition, records in self.builder.records.items():
                if records:
                    await ViewsFold().apply(connection, partition, records)
        finally:
            await connection.close()
        self.builder.records.clear()


@pytest.fixture(scope="module")
async def teller(served: StackHandle) -> Teller:
    """A warning of Shanghai to the three others, and a calendar that the district has published."""
    made = Teller(served)
    told: dict[str, Any] = {"procedure": "delta-warning@1", "state": "issued", "holder": ""}
    made.say("DeltaWarningIssued", WARNING, SHANGHAI, addressed_to=(JIANGSU, ZHEJIANG, ANHUI), **told)
    published: dict[str, Any] = {"procedure": "reference-calendar@1", "state": "published"}
    made.say("WorkCalendarPublished", CALENDAR, "310120-GV01", holder="", **published)
    await made.fold()
    return made


async def inbox(
    site: httpx.ASGITransport, served: StackHandle, agency: str, matter: str, *parts: str
) -> tuple[Any, ...] | None:
    """The row of a matter in an agency's inbox: (part, open, clocks overdue); None if it is not there."""
    async with api(site, served.tokens[agency]) as client:
        answer = await client.get("/v1/inbox", params={"part": list(parts), "limit": 200} if parts else {})
    rows = [row for row in answer.json()["items"] if row["matter"] == matter]
    return (rows[0]["part"], rows[0]["open"], rows[0]["breached"]) if rows else None


async def test_a_warning_waits_in_each_inbox_until_that_agency_has_acknowledged_it(
    site: httpx.ASGITransport, served: StackHandle, teller: Teller
) -> None:
    for province in (JIANGSU, ZHEJIANG, ANHUI):
        assert await inbox(site, served, province, WARNING) == ("NOTICE", True, 0)
    assert await inbox(site, served, SHANGHAI, WARNING, "SENT") == ("SENT", False, 0)
    told: dict[str, Any] = {"procedure": "delta-warning@1", "state": "issued", "holder": ""}
    teller.say("DeltaWarningAcknowledged", WARNING, ZHEJIANG, addressed_to=(SHANGHAI,), **told)
    await teller.fold()
    assert await inbox(site, served, ZHEJIANG, WARNING) == ("NOTICE", False, 0)
    assert await inbox(site, served, JIANGSU, WARNING) == ("NOTICE", True, 0)


@pytest.mark.usefixtures("teller")
async def test_reference_data_are_in_nobodys_inbox_and_open_for_who_published_them(
    site: httpx.ASGITransport, served: StackHandle
) -> None:
    parts = ("HANDLE", "SUPPLEMENT", "NOTICE", "RESULT", "SENT", "COPY", "PARTY")
    assert await inbox(site, served, "310120-GV01", CALENDAR, *parts) is None
    async with signed_in(site, served, "310120-GV01") as browser:
        page = await browser.get(f"/matters/{CALENDAR}")
    assert page.status_code == 200
    assert "工作日历发布" in page.text
    assert "承办机关" not in page.text


async def test_a_former_handler_reads_on_and_finds_the_matter_again(
    site: httpx.ASGITransport, served: StackHandle, teller: Teller
) -> None:
    matter = clue(teller.builder, 41, WATER, TOWN, NOON)
    told: dict[str, Any] = {"procedure": "clue-transfer@1"}
    teller.say(
        "ClueJurisdictionDisputed", matter, TOWN, addressed_to=(DESK,), holder=DESK, state="disputed", **told
    )
    teller.say(
        "ClueForwarded",
        matter,
        DESK,
        addressed_to=(OTHER_TOWN,),
        holder=OTHER_TOWN,
        state="forwarded",
        **told,
    )
    await teller.fold()
    assert await inbox(site, served, OTHER_TOWN, matter) == ("HANDLE", True, 0)
    # The clock of this story was not cancelled, so the town still has it to stop.
    assert (await inbox(site, served, TOWN, matter, "PARTY") or ())[0] == "PARTY"
    assert await inbox(site, served, DESK, matter, "PARTY") == ("PARTY", False, 0)
    async with api(site, served.tokens[TOWN]) as client:
        items = (await client.get(f"/v1/matters/{matter}/timeline")).json()["items"]
    assert items[-1]["state"] == {"code": "forwarded", "name": "已流转"}


async def test_what_was_done_too_late_is_late_for_ever_and_waits_no_more(
    site: httpx.ASGITransport, served: StackHandle, teller: Teller
) -> None:
    matter = clue(teller.builder, 42, WATER, TOWN, NOON)
    due = {name: SCHEDULED[name] for name in ("due", "due_date")}
    teller.clock("DeadlineBreached", matter, responsible=TOWN, to=["310120-CG02"], **due)
    await teller.fold()
    assert await inbox(site, served, TOWN, matter) == ("HANDLE", True, 1)
    teller.clock("DeadlineMet", matter, met_at=NOON, breached_before=True, **due)
    await teller.fold()
    assert await inbox(site, served, TOWN, matter) == ("HANDLE", True, 0)
    async with api(site, served.tokens[TOWN]) as client:
        (clock,) = (await client.get(f"/v1/matters/{matter}")).json()["clocks"]
    assert clock["state"] == {"code": "BREACHED", "name": "超期后办结"}
    assert clock["open"] is False
    async with signed_in(site, served, TOWN) as browser:
        assert "超期后办结" in (await browser.get(f"/matters/{matter}")).text


async def test_what_found_no_receiver_is_its_senders_to_do(
    site: httpx.ASGITransport, served: StackHandle, teller: Teller
) -> None:
    matter = "XZ-310120-JD11-20260929-000001-8"
    teller.say("AssistanceRequested", matter, TOWN, procedure="assistance@1", state="undelivered", holder="")
    teller.say(
        "RoutingDenied",
        matter,
        "000000-PT01",
        procedure="assistance@1",
        state="undelivered",
        addressed_to=(TOWN,),
    )
    await teller.fold()
    assert await inbox(site, served, TOWN, matter) == ("HANDLE", True, 0)
