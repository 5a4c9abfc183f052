"""`liandong erase` on a running stack: what it asks, what it refuses, and what an interruption leaves."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from backbone.stack import move_simulated_time, read_identity
from backbone.vault.erasure import Tombstone, doomed, erase, erasing, is_known, tombstone
from deploy.erasure.statement import statement
from producers.testing import Agency, person
from tests.integration.conftest import NOON

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from backbone.database import Connection
    from deploy.embedded.testing import StackHandle

NAMES = (f"欧阳试{number}" for number in count(1))
GROUND = ("--why", "保存期限届满", "--who", "区城管执法局法制科")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SERIALS = count(101)


def new_number() -> str:
    """A number that nobody has used here, with its check digit (GB 11643-1999)."""
    head = f"31012019870614{next(SERIALS)}"
    return head + "10X98765432"[sum(w * int(d) for w, d in zip(WEIGHTS, head, strict=True)) % 11]


@dataclass
class Someone:
    """A person who was named in one clue."""

    name: str
    number: str
    matter: str
    pseudonym: str


@dataclass
class Desk:
    """Someone at a terminal."""

    stack: StackHandle
    admin: Connection

    def erase(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        argv = [
            sys.executable,
            "-m",
            "deploy.command",
            "erase",
            *arguments,
            "--dir",
            str(self.stack.directory),
        ]
        return subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False)

    async def somebody(self, **fact: Any) -> Someone:
        name, number = next(NAMES), new_number()
        water = Agency(self.stack.gateway_url, self.stack.tokens["310120-ZG04"])
        body = water.fact(**fact)
        body["data"]["suspected_party"] = person(name, number)
        answer = await asyncio.to_thread(water.post, body)
        assert answer.status_code == 200, answer.text
        matter = answer.json()["matter"]
        token = await self.admin.fetchval(
            "select person from vault.data_key where matter = $1 and person <> ''", matter
        )
        return Someone(name, number, matter, token)

    async def stated(self, who: str) -> int:
        """How often the views show the statement of an erasure."""
        said = statement(Tombstone(who, "", "", 0, 0))
        return int(
            await self.admin.fetchval("select count(*) from views.timeline where matter = $1", said.matter)
        )


@pytest.fixture(scope="module")
def noon(stack: StackHandle) -> StackHandle:
    asyncio.run(_reach_noon(stack))
    return stack


async def _reach_noon(stack: StackHandle) -> None:
    connection = await asyncpg.connect(stack.dsn("admin"))
    try:
        if ((await read_identity(connection)).simulated_now or 0) < NOON:
            await move_simulated_time(connection, NOON)
    finally:
        await connection.close()


@pytest.fixture
async def desk(noon: StackHandle) -> AsyncIterator[Desk]:
    admin = await asyncpg.connect(noon.dsn("admin"))
    yield Desk(noon, admin)
    await admin.close()


async def test_it_tells_what_it_will_destroy_asks_and_destroys_nothing_without_a_yes(desk: Desk) -> None:
    who = await desk.somebody()
    done = desk.erase(who.pseudonym, *GROUND, stdin="n\n")
    assert done.returncode == 1
    assert who.matter in done.stdout
    assert "没有删除任何内容" in done.stderr
    assert (await doomed(desk.admin, who.pseudonym)).keys == 1
    assert await tombstone(desk.admin, who.pseudonym) is None


async def test_a_number_is_read_unseen_and_never_taken_as_an_argument_nor_repeated(desk: Desk) -> None:
    who = await desk.somebody()
    shown = desk.erase(who.number, *GROUND, "--yes")
    assert shown.returncode == 2
    assert "PERSON" in shown.stderr
    wrong = who.number[:-1] + ("1" if who.number[-1] != "1" else "2")
    mistyped = desk.erase("--id-number", *GROUND, "--yes", stdin=f"{wrong}\n")
    assert mistyped.returncode == 1
    unknown = desk.erase("--id-number", *GROUND, "--yes", stdin=f"{new_number()}\n")
    assert "从未有过此号码" in unknown.stderr
    erased = desk.erase("--id-number", *GROUND, "--yes", stdin=f"{who.number}\n")
    assert (erased.returncode, erased.stderr) == (0, "")
    for done in (mistyped, unknown, erased):
        assert who.number not in done.stdout + done.stderr
        assert wrong not in done.stdout + done.stderr
    assert await desk.stated(who.pseudonym) == 1


@pytest.mark.parametrize("arguments", [(), ("--id-number", "P-1"), ("P-1",), ("P-1", *GROUND[:2])])
async def test_half_an_order_is_no_order(desk: Desk, arguments: tuple[str, ...]) -> None:
    assert desk.erase(*arguments, "--yes").returncode == 2


async def test_a_pseudonym_that_nobody_has_is_told_so(desk: Desk) -> None:
    done = desk.erase("P-" + "0" * 32, *GROUND, "--yes")
    assert done.returncode == 1
    assert "密钥库中没有此假名" in done.stderr
    assert not await is_known(desk.admin, "P-" + "0" * 32)


@pytest.mark.parametrize("reason", ["{name}要求删除", "{number}申请", "电话13912345678的当事人申请"])
async def test_a_reason_that_tells_of_the_person_is_refused_and_nothing_is_destroyed(
    desk: Desk, reason: str
) -> None:
    who = await desk.somebody()
    said = reason.format(name=who.name, number=who.number)
    done = desk.erase(who.pseudonym, "--why", said, "--who", "法制科", "--yes")
    assert done.returncode == 1
    assert "只写依据和部门" in done.stderr
    assert await tombstone(desk.admin, who.pseudonym) is None


async def test_what_was_interrupted_between_vault_and_ledger_is_finished_by_doing_it_again(
    desk: Desk,
) -> None:
    who = await desk.somebody()
    now = (await read_identity(desk.admin)).simulated_now or 0
    await erase(desk.admin, Tombstone(who.pseudonym, "法制科", "期满", 0, now), count=True)
    assert await desk.stated(who.pseudonym) == 0
    done = desk.erase(who.pseudonym, "--why", "另一说法", "--who", "另一部门", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert "此前已删除" in done.stdout
    assert await desk.stated(who.pseudonym) == 1
    left = await tombstone(desk.admin, who.pseudonym)
    assert left == Tombstone(who.pseudonym, "法制科", "期满", 1, now)
    again = desk.erase(who.pseudonym, *GROUND, "--yes")
    assert again.returncode == 0
    assert await desk.stated(who.pseudonym) == 1


async def test_two_at_once_do_not_meet(desk: Desk) -> None:
    who = await desk.somebody()
    async with erasing(desk.admin):
        done = desk.erase(who.pseudonym, *GROUND, "--yes")
    assert done.returncode == 1
    assert "Another erasure is under way" in done.stderr
    assert await tombstone(desk.admin, who.pseudonym) is None
    await desk.admin.execute("select pg_advisory_unlock_all()")


async def test_without_a_worker_it_is_destroyed_at_once_and_stated_when_one_is_back(desk: Desk) -> None:
    who = await desk.somebody()
    desk.stack.stop("worker")
    try:
        done = desk.erase(who.pseudonym, *GROUND, "--yes")
    finally:
        desk.stack.resume("worker")
    assert done.returncode == 0
    assert "尚未处理" in done.stdout
    assert (await doomed(desk.admin, who.pseudonym)).keys == 0
    for _ in range(600):
        if await desk.stated(who.pseudonym):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("never stated")


async def test_the_text_of_an_assistance_in_the_same_case_is_hinted_at_and_destroyed_when_named(
    desk: Desk,
) -> None:
    who = await desk.somebody()
    town = Agency(desk.stack.gateway_url, desk.stack.tokens["310120-JD11"])
    case_no = f"沪奉南城案〔2026〕第{who.number[-4:-1]}号"
    case = town.fact("CaseFiled")
    case["data"] |= {"case_no": case_no, "clue_refs": [], "party": person(who.name, who.number)}
    asked = town.fact("AssistanceRequested")
    asked["data"] |= {"case_no": case_no, "item_code": None, "off_catalogue_reason": "清单未列此项认定。"}
    answers = [await asyncio.to_thread(town.post, body) for body in (case, asked)]
    assert [answer.status_code for answer in answers] == [200, 200], [answer.text for answer in answers]
    matter = answers[1].json()["matter"]
    hinted = desk.erase(who.pseudonym, *GROUND, stdin="n\n")
    assert f"--also {matter}" in hinted.stdout
    done = desk.erase(who.pseudonym, *GROUND, "--also", matter, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert (await doomed(desk.admin, who.pseudonym)).matters == tuple(
        sorted([who.matter, answers[0].json()["matter"], matter])
    )
    wrapped = "select count(*) from vault.data_key where matter = $1 and wrapped is not null"
    assert await desk.admin.fetchval(wrapped, matter) == 0
