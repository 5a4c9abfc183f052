from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from backbone.lifecycle import Stalled, Watchdog
from backbone.lifecycle.health import Health

if TYPE_CHECKING:
    from collections.abc import Sequence

WORKER = """
import asyncio, sys
from backbone.lifecycle import run

async def serve(service):
    ready = asyncio.get_running_loop().time() + 0.3
    service.readiness("partitions", lambda: asyncio.get_running_loop().time() > ready or "catching up")
    {before}
    await service.stopping.wait()
    {after}

run("worker", serve)
"""


def start(port: int, before: str = "pass", after: str = "pass", **settings: str) -> subprocess.Popen[str]:
    env = os.environ | {"LIANDONG_WORKER_PORT": str(port), "LIANDONG_GRACE": "2"} | settings
    script = WORKER.format(before=before, after=after)
    return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=env)


def told(process: subprocess.Popen[str]) -> list[dict[str, object]]:
    output, _ = process.communicate(timeout=30)
    return [json.loads(line) for line in output.splitlines()]


def ask(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def first(process: subprocess.Popen[str], port: int, path: str, wanted: Sequence[int]) -> tuple[int, str]:
    while process.poll() is None:
        try:
            answer = ask(port, path)
        except OSError:
            continue
        if answer[0] in wanted:
            return answer
    raise AssertionError(told(process))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_tells_how_it_fares_and_stops_when_asked(
    unused_tcp_port: int, number: signal.Signals
) -> None:
    process = start(unused_tcp_port)
    assert json.loads(first(process, unused_tcp_port, "/healthz", [200])[1])["status"] == "alive"
    ready = json.loads(first(process, unused_tcp_port, "/readyz", [200])[1])
    assert ready == {"status": "ready", "process": "worker", "checks": {"partitions": "ok"}}
    assert ask(unused_tcp_port, "/metrics")[0] == 200
    process.send_signal(number)
    lines = told(process)
    assert process.returncode == 0
    assert [line["event"] for line in lines] == ["started", "stopping", "stopped"]


def test_a_process_that_fails_says_why_and_exits_with_1(unused_tcp_port: int) -> None:
    process = start(unused_tcp_port, before='raise ValueError("the ledger has a hole")')
    last = told(process)[-1]
    assert process.returncode == 1
    assert (last["event"], last["error"], last["detail"]) == (
        "ended_by_error",
        "ValueError",
        "the ledger has a hole",
    )


def test_what_fails_beside_the_main_ends_the_process(unused_tcp_port: int) -> None:
    stalled = 'service.watch("fold", lambda: True, lambda: 7)'
    process = start(unused_tcp_port, before=stalled, LIANDONG_PATIENCE="0.5")
    last = told(process)[-1]
    assert process.returncode == 1
    assert last["error"] == "Stalled"
    assert "fold has not moved from 7" in str(last["detail"])


def test_a_process_that_does_not_stop_in_time_is_ended(unused_tcp_port: int) -> None:
    process = start(unused_tcp_port, after="await asyncio.sleep(60)", LIANDONG_GRACE="0.2")
    first(process, unused_tcp_port, "/healthz", [200])
    process.terminate()
    assert "stop_took_too_long" in [line["event"] for line in told(process)]
    assert process.returncode == 0


def test_a_port_that_is_taken_ends_the_process_with_its_reason(unused_tcp_port: int) -> None:
    with socket.create_server(("127.0.0.1", unused_tcp_port)):
        process = start(unused_tcp_port)
        last = told(process)[-1]
    assert process.returncode == 1
    assert last["error"] == "OSError"
    assert "in use" in str(last["detail"])


def test_a_wrong_setting_ends_the_process_with_its_name(unused_tcp_port: int) -> None:
    process = start(unused_tcp_port, LIANDONG_CONSOLE_PORT="many")
    (line,) = told(process)
    assert process.returncode == 78
    assert line["event"] == "misconfigured"
    assert "LIANDONG_CONSOLE_PORT" in str(line["settings"])


async def test_a_process_without_checks_is_not_ready() -> None:
    assert await Health("worker").obstacles() == {"process": "it is starting"}


async def test_a_check_that_fails_is_no_failure_of_the_answer() -> None:
    health = Health("worker")

    async def broken() -> bool:
        raise ConnectionError("the database is away")

    health.add("database", broken)
    health.add("fold", lambda: "it is catching up")
    health.add("partitions", lambda: False)
    health.add("broker", lambda: True)
    assert await health.obstacles() == {
        "database": "ConnectionError: the database is away",
        "fold": "it is catching up",
        "partitions": "not yet",
    }


async def test_a_process_that_is_stopping_is_not_ready() -> None:
    health = Health("gateway")
    health.add("broker", lambda: True)
    health.stop()
    assert await health.obstacles() == {"process": "it is stopping"}


def test_a_watchdog_bites_only_when_work_stands_still() -> None:
    work = {"pending": True, "reached": 1}
    dog = Watchdog("fold", lambda: bool(work["pending"]), lambda: int(work["reached"]), patience=30)
    dog.look(0)
    dog.look(1)
    dog.look(31)
    work["reached"] = 2
    dog.look(32)
    dog.look(33)
    work["pending"] = False
    dog.look(100)
    work["pending"] = True
    dog.look(101)
    dog.look(131)
    with pytest.raises(Stalled, match="fold has not moved from 2"):
        dog.look(132)
