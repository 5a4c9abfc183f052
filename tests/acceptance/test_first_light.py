"""The first story, played through the door on a real Kafka and a real PostgreSQL.

Expected dates come from the published scenarios (SC-01, SC-02) and the State Council's calendar for 2026,
counted by hand: 2026-09-20 is a working Sunday, 09-25 to 09-27 and 10-01 to 10-07 are holidays.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from backbone.database import open_pool
from backbone.keyring import load as load_keys
from deploy.demo.play import Player
from deploy.demo.story import FIRST_LIGHT, load_story
from deploy.embedded.testing import start
from deploy.simulation import open_driver
from deploy.verify import Verdict, verify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deploy.embedded.testing import StackHandle

PARTITIONS = 6


@dataclass
class Played:
    """What a playing of the story left behind.

    Every fact told, the verdict, and what the town's inbox shows.
    """

    verdict: Verdict
    matters: Mapping[str, str]
    facts: list[dict[str, Any]] = field(default_factory=list)
    inbox: list[dict[str, Any]] = field(default_factory=list)

    def of(self, clue: str, kind: str) -> list[dict[str, Any]]:
        """Facts of one kind on one clue, in order."""
        return [f for f in self.facts if f["matter"] == self.matters[clue] and f["fact"]["code"] == kind]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The story, played once on a stack of its own: time in it runs one way."""
    with start(tmp_path_factory.mktemp("story"), simulated=True) as stack:
        return asyncio.run(_play(stack))


async def _play(stack: StackHandle) -> Played:
    settings = stack.settings("worker").model_copy(update={"database": stack.dsn("admin")})
    pool = await open_pool(settings, application="test-story")
    driver = await open_driver(settings, pool, load_keys(settings.keys), PARTITIONS)
    facts: list[dict[str, Any]] = []
    try:
        async with (
            httpx.AsyncClient(base_url=stack.gateway_url, timeout=30) as gateway,
            httpx.AsyncClient(base_url=stack.console_url, timeout=30) as console,
        ):
            player = Player(driver, gateway, console, stack.tokens)
            async for told in player.play(load_story(FIRST_LIGHT)):
                facts += [dict(fact) for fact in told.facts]
            bearer = {"Authorization": f"Bearer {stack.tokens['310120-JD11']}"}
            inbox = (await console.get("/v1/inbox", headers=bearer)).json()["items"]
        verdict = await verify(settings, stack.dsn("admin"), player.acknowledged)
    finally:
        await driver.close()
    return Played(verdict, player.matters, facts, inbox)


def test_ledger_tables_receipts_and_views_agree_after_the_story(played: Played) -> None:
    assert played.verdict.failures == ()
    assert (played.verdict.admitted, played.verdict.refused, played.verdict.held) == (9, 1, 0)


def test_the_clue_goes_to_the_street_where_it_happened_by_r10(played: Played) -> None:
    """沪奉府办发〔2024〕17号 四(四)2: 一般情况下直接移送街镇; the bureau of urban management is copied."""
    (routed,) = played.of("river", "FactRouted")
    assert routed["rule"] == "R-10@1"
    assert (routed["content"]["to"], routed["content"]["cc"]) == ("310120-JD11", ["310120-CG01"])
    assert routed["citation"]["law"] == "沪奉府办发〔2024〕17号"


def test_signing_is_due_the_next_working_day(played: Played) -> None:
    """SC-01: received 2026-09-08, to be signed for by 09-09."""
    (sign,) = [f for f in played.of("street", "DeadlineScheduled") if f["rule"].startswith("FX-01-SIGN")]
    assert sign["content"]["due_date"] == "2026-09-09"
    assert sign["content"]["verified"] is False


def test_verification_is_due_after_fifteen_working_days_and_warned_before(played: Played) -> None:
    """SC-01: by 09-29, the warning of one working day on 09-28; half of 15 days is the eighth, 09-18."""
    (verify_clock,) = [f for f in played.of("street", "DeadlineScheduled") if f["rule"].startswith("PN-01")]
    assert verify_clock["content"]["due_date"] == "2026-09-29"
    assert verify_clock["citation"]["law"] == "住房和城乡建设行政处罚程序规定"
    warned = [
        f["received_at"] for f in played.of("street", "DeadlineWarned") if f["rule"].startswith("PN-01")
    ]
    assert [instant[:16] for instant in warned] == ["2026-09-18T09:00", "2026-09-28T09:00"]


def test_a_missing_element_is_admitted_returned_at_once_and_pauses_the_verification(played: Played) -> None:
    """SC-02.

    The clue keeps its number, the platform returns it, a supplement is due in three working days.
    """
    transferred, returned = (
        played.of("river", "ClueTransferred")[0],
        played.of("river", "ClueReturnedForSupplement")[0],
    )
    assert transferred["received_at"] == returned["received_at"]
    assert [item["element"] for item in returned["content"]["missing"]] == ["management_notice_records"]
    assert [f["rule"].partition("@")[0] for f in played.of("river", "DeadlinePaused")] == ["PN-01"]
    supplement = [f for f in played.of("river", "DeadlineScheduled") if f["rule"].startswith("FX-02")]
    assert [f["content"]["due_date"] for f in supplement] == ["2026-09-11"]


def test_days_touched_by_the_pause_do_not_count(played: Played) -> None:
    """Paused 09-08 to 09-10. Counted: 09-11, 14-18, 20, 21-24 (eleven), 28-30 (fourteen), 10-08 (fifteen)."""
    (resumed,) = played.of("river", "DeadlineResumed")
    assert resumed["content"]["due_date"] == "2026-10-08"


def test_a_made_up_saturday_is_a_working_day(played: Played) -> None:
    """国务院办公厅 2026 年安排: Saturday 10-10 is worked. Received on Friday 10-09, due on 10-10."""
    (sign,) = [f for f in played.of("stalls", "DeadlineScheduled") if f["rule"].startswith("FX-01-SIGN")]
    assert sign["content"]["due_date"] == "2026-10-10"


def test_nobody_signs_and_the_breach_bears_the_first_instant_too_late(played: Played) -> None:
    (breach,) = [f for f in played.of("street", "DeadlineBreached") if f["rule"].startswith("FX-01-SIGN")]
    assert breach["received_at"].startswith("2026-09-10T00:00:00")
    assert breach["content"]["responsible"] == "310120-JD12"


def test_the_town_finds_the_clue_in_its_inbox_with_its_result_fed_back(played: Played) -> None:
    (item,) = [item for item in played.inbox if item["matter"] == played.matters["river"]]
    assert item["from"]["name"] == "区水务局"
    assert item["state"]["name"] == "已反馈"


def test_every_fact_of_a_matter_is_numbered_without_a_gap(played: Played) -> None:
    for matter in played.matters.values():
        numbers = [f["seq"] for f in played.facts if f["matter"] == matter]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
