"""`POST /v1/query` of a real console process, each agency under its own login."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx
import psutil
import pytest

from deploy.embedded.ports import free_port
from deploy.embedded.testing import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.embedded.testing import StackHandle

TOWN, STRANGER = "310120-JD11", "310120-JD13"
ENDLESS = "select generate_series(1, 100000000) as n, repeat('南', 200) as text"


class Console:
    """A console process and how agencies speak to it."""

    def __init__(self, pid: int, url: str, tokens: dict[str, str]) -> None:
        self.pid = pid
        self.client = httpx.Client(base_url=url, timeout=60)
        self._tokens = tokens

    def headers(self, agency: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens[agency]}"}

    def ask(self, sql: str, agency: str = TOWN, **more: Any) -> httpx.Response:
        return self.client.post("/v1/query", json={"sql": sql} | more, headers=self.headers(agency))

    def answers(self) -> bool:
        try:
            return self.client.get("/readyz").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


@pytest.fixture(scope="module")
def console(filled: StackHandle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    port = free_port()
    env = os.environ | filled.environment("console") | {"LIANDONG_CONSOLE_PORT": str(port)}
    with (tmp_path_factory.mktemp("console") / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "projections.console"], env=env, stdout=log, stderr=log
        )
        made = Console(process.pid, f"http://127.0.0.1:{port}", filled.tokens)
        try:
            wait_until("the console ready", made.answers)
            yield made
        finally:
            made.client.close()
            process.terminate()
            process.wait(30)


async def sessions(stack: StackHandle) -> int:
    connection = await asyncpg.connect(stack.dsn("admin"))
    try:
        counted: int = await connection.fetchval(
            "select count(*) from pg_stat_activity where application_name = 'analyst'"
        )
        return counted
    finally:
        await connection.close()


@pytest.mark.parametrize(("agency", "seen"), [(TOWN, 1), (STRANGER, 0)])
def test_an_agency_is_answered_from_its_own_rows_under_its_own_login(
    console: Console, agency: str, seen: int
) -> None:
    sql = "select session_user::text as me, (select count(*) from matter) as n"
    answer = console.ask(sql, agency)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/jsonl"
    role = f"liandong_a_{agency.lower().replace('-', '_')}"
    assert json.loads(answer.text) == {"me": role, "n": seen}


def test_csv_is_given_in_beijing_time(console: Console) -> None:
    answer = console.ask("select opened_at from matter", format="csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text == "opened_at\r\n2026-09-08 10:00:00+08\r\n"


def test_no_rows_are_an_empty_answer(console: Console) -> None:
    answer = console.ask("select matter from matter where false")
    assert (answer.status_code, answer.text) == (200, "")


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("selec 1", 'syntax error at or near "selec" (line 1, column 1).'),
        ("delete from matter returning matter", "cannot execute DELETE"),
        ("select set_config('role', 'liandong_a_310120_jd12', true)", "permission denied to set role"),
        ("select * from door.token", "permission denied for schema door"),
        ("", "Your query is empty."),
        ("select 1 / 0", "division by zero."),
    ],
)
def test_a_query_that_cannot_be_answered_is_a_problem_of_the_query(
    console: Console, sql: str, told: str
) -> None:
    answer = console.ask(sql)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (400, "BAD_PARAMETER", "/sql")
    assert told in answer.text.replace('\\"', '"')


def test_a_format_that_does_not_exist_and_a_field_too_many_are_refused(console: Console) -> None:
    assert console.ask("select 1", format="parquet").status_code == 400
    assert console.ask("select 1", role="postgres").status_code == 400


def test_nobody_asks_without_a_token(console: Console) -> None:
    answer = console.client.post("/v1/query", json={"sql": "select 1"})
    assert (answer.status_code, answer.json()["code"]) == (401, "NOT_AUTHENTICATED")


def test_a_query_that_fails_half_way_ends_without_the_end_of_an_answer(console: Console) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        console.ask("select repeat('x', 200) as text, 1 / (9000 - n) as n from generate_series(1, 10000) n")


def test_a_million_rows_pass_through_without_staying(console: Console) -> None:
    assert console.ask("select n from generate_series(1, 5000) n").status_code == 200
    process = psutil.Process(console.pid)
    before, most, lines = process.memory_info().rss, 0, 0
    question = {"sql": "select n, repeat('南', 50) as text from generate_series(1, 1000000) n"}
    with console.client.stream("POST", "/v1/query", json=question, headers=console.headers(TOWN)) as answer:
        for chunk in answer.iter_bytes():
            lines += chunk.count(b"\n")
            most = max(most, process.memory_info().rss)
    assert lines == 1_000_000
    assert most - before < 32 * 1024 * 1024


def test_one_agency_asks_two_things_at_a_time_and_who_goes_away_leaves_nothing_behind(
    console: Console, filled: StackHandle
) -> None:
    with ExitStack() as running:
        for _ in range(2):
            answer = running.enter_context(
                console.client.stream(
                    "POST", "/v1/query", json={"sql": ENDLESS}, headers=console.headers(TOWN)
                )
            )
            assert answer.status_code == 200
        assert asyncio.run(sessions(filled)) == 2
        refused = console.ask("select 1")
        assert (refused.status_code, refused.json()["code"]) == (429, "BUSY")
        assert refused.headers["retry-after"] == "5"
        assert console.ask("select 1", STRANGER).status_code == 200
    wait_until("no session left", lambda: asyncio.run(sessions(filled)) == 0)
    assert console.ask("select 1").status_code == 200
