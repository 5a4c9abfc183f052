from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import psutil
import pytest

from deploy.embedded import kafka
from deploy.embedded.postgres import remove_socket_directory
from deploy.embedded.state import PartState, StackState, is_alive, read_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 90.0
SCRIPT = Path(__file__).parent / "few_parts.py"


def wait_until(what: str, seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not seen():
        if time.monotonic() > deadline:
            pytest.fail(f"never seen: {what}")
        time.sleep(0.05)


class Few:
    """The supervisor under test, in a process of its own."""

    def __init__(self, root: Path, *program: str) -> None:
        self.root = root
        self.process = subprocess.Popen(
            [sys.executable, SCRIPT, root, *program],
            env=os.environ | {"PYTHONPATH": str(SCRIPT.parents[3])},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def state(self) -> StackState:
        state = read_state(self.root / "stack.json")
        assert state is not None
        return state

    def part(self, name: str) -> PartState:
        return self.state.parts[name]

    def ready(self) -> Few:
        wait_until("ready", lambda: (self.root / "stack.json").exists() and self.state.phase == "ready")
        return self

    def end(self) -> str:
        socket = self.state.socket if (self.root / "stack.json").exists() else ""
        if self.process.poll() is None:
            self.process.terminate()
        told, _ = self.process.communicate(timeout=PATIENCE)
        remove_socket_directory(Path(socket))
        return told


@pytest.fixture
def few(tmp_path: Path) -> Iterator[Few]:
    few = Few(tmp_path)
    try:
        yield few.ready()
    finally:
        few.end()


def family(few: Few) -> list[psutil.Process]:
    return list(psutil.Process(few.process.pid).children(recursive=True))


def gone(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


async def test_ready_means_that_broker_and_database_answer(few: Few) -> None:
    assert await kafka.is_ready(few.state.kafka)
    connection = await asyncpg.connect(few.state.database)
    try:
        assert await connection.fetchval("show timezone") == "Asia/Shanghai"
        assert await connection.fetchval("show server_encoding") == "UTF8"
        assert await connection.fetchval("show listen_addresses") == ""
        assert str(await connection.fetchval("show server_version")).startswith("18.")
    finally:
        await connection.close()


async def test_nothing_is_left_when_the_supervisor_is_killed(few: Few) -> None:
    connection = await asyncpg.connect(few.state.database)
    processes = family(few)
    names = {process.name() for process in processes}
    assert {"java", "postgres"} <= names
    assert len(processes) > 3  # PostgreSQL's own children are among them
    few.process.kill()
    connection.terminate()
    for process in processes:
        await asyncio.to_thread(wait_until, f"{process} gone", lambda each=process: gone(each))  # type: ignore[misc]


def test_what_dies_is_started_again_and_said_so_in_one_line(few: Few) -> None:
    for name in ("small", "postgres"):
        before = few.part(name)
        assert before.pid is not None
        os.kill(before.pid, signal.SIGKILL)
        wait_until(
            f"{name} again",
            lambda name=name, before=before: (  # type: ignore[misc]
                few.part(name).condition == "running" and few.part(name).pid != before.pid
            ),
        )
        assert few.part(name).restarts == 1
    told = few.end()
    assert f"small ended (killed by SIGKILL); again in 0.5 s; log {few.root}/logs/small.log\n" in told
    assert "postgres is running again\n" in told


def test_a_stopped_process_does_not_keep_the_stack_from_stopping(few: Few) -> None:
    pid = few.part("small").pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    processes = family(few)
    few.end()
    assert few.process.returncode == 0
    assert all(gone(process) for process in processes)
    assert {part.condition for part in few.state.parts.values()} == {"stopped"}
    assert not any(is_alive(part.pid, part.started) for part in few.state.parts.values())


def test_a_part_that_does_not_come_up_is_named_with_the_last_line_of_its_log(tmp_path: Path) -> None:
    few = Few(tmp_path, "import sys; sys.exit('no schema registry')")
    wait_until("the end", lambda: few.process.poll() is not None)
    told = few.end()
    assert few.process.returncode != 0
    assert "small ended (exit 1): no schema registry" in told
    assert not family_left(few)


def family_left(few: Few) -> bool:
    return any(is_alive(part.pid, part.started) for part in few.state.parts.values())
