from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from deploy.embedded.plan import PROCESSES
from deploy.embedded.testing import NeverSeen, StackHandle, start, wait_until


def liandong(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "deploy.command", *words]
    return subprocess.run(
        argv, env=os.environ | env, capture_output=True, text=True, check=False, timeout=200
    )


def test_a_second_stack_in_the_same_directory_is_refused_with_the_way_out(bare_stack: StackHandle) -> None:
    done = liandong("up", "--dir", str(bare_stack.directory))
    assert done.returncode == 1
    assert done.stderr.startswith(
        f"✘ A stack is already running in {bare_stack.directory}. Stop it: liandong down"
    )
    assert len(done.stderr.splitlines()) == 1


def test_a_taken_port_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        base = server.getsockname()[1]
        done = liandong("up", "--dir", str(tmp_path), "--port-base", str(base))
    assert done.returncode == 1
    assert done.stderr.startswith(f"✘ Port {base} (console) is taken by ")
    assert len(done.stderr.splitlines()) == 1


def test_a_path_that_is_no_directory_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = liandong("up", "--dir", str(tmp_path / "file" / "stack"))
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_where_no_stack_was_every_command_says_how_to_start_one(tmp_path: Path) -> None:
    for command in (("status",), ("down",), ("psql", "-c", "select 1")):
        done = liandong(*command, "--dir", str(tmp_path))
        assert done.returncode == 1
        assert done.stderr == f"✘ There is no stack in {tmp_path}. Start one: liandong up\n"


def test_psql_opens_the_database_as_an_agency_that_is_nobody_else(bare_stack: StackHandle) -> None:
    words = ["psql", "--dir", str(bare_stack.directory), "--agency", "310120-JD11", "--", "-Atc"]
    done = liandong(*words, "select current_user, current_setting('search_path')")
    assert done.stdout == "liandong_a_310120_jd11|views\n"
    refused = liandong(*words, "set role liandong_worker")
    assert refused.returncode != 0
    assert "permission denied" in refused.stderr


def test_doctor_finds_a_running_stack_in_order(bare_stack: StackHandle) -> None:
    done = liandong("doctor", "--dir", str(bare_stack.directory))
    assert done.returncode == 0, done.stdout
    assert all(line.startswith("✔ ") for line in done.stdout.splitlines())
    assert "✔ 4 topics as catalogued" in done.stdout.splitlines()


def test_doctor_names_the_command_for_what_is_missing(bare_stack: StackHandle) -> None:
    bare_stack.stop("postgres")
    try:
        done = liandong("doctor", "--dir", str(bare_stack.directory))
    finally:
        bare_stack.resume("postgres")
    assert done.returncode == 1
    assert "✘ the database answers  →  liandong logs postgres" in done.stdout.splitlines()


def test_logs_show_each_process_or_one(bare_stack: StackHandle) -> None:
    done = liandong("logs", "--dir", str(bare_stack.directory), "-n", "1")
    assert {line.split()[0] for line in done.stdout.splitlines()} == {"kafka", "postgres", "provision"}
    alone = liandong("logs", "provision", "--dir", str(bare_stack.directory), "-n", "1")
    assert alone.stdout.startswith("provisioned liandong")


async def test_an_existing_kafka_and_postgresql_are_used_by_settings_alone(
    bare_stack: StackHandle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANDONG_KAFKA", bare_stack.kafka)
    monkeypatch.setenv("LIANDONG_DATABASE", bare_stack.dsn("admin").replace("/liandong?", "/beside?"))
    with start(tmp_path, simulated=True, processes=(), options=["--stack", "beside"]) as beside:
        assert beside.pids == {}
        assert "using the Kafka at" in (tmp_path / "up.log").read_text()
        connection = await asyncpg.connect(beside.dsn("worker"))
        try:
            assert await connection.fetchval("select current_user") == "beside_worker"
        finally:
            await connection.close()
    assert bare_stack.pids.keys() == {"kafka", "postgres"}


async def test_data_outlive_a_restart_on_other_ports(open_directory: Path) -> None:
    with start(open_directory, ephemeral=False, processes=(), options=["--port-base", "19310"]) as stack:
        connection = await asyncpg.connect(stack.dsn("admin"))
        await connection.execute("create table kept as select 42 as answer")
        await connection.close()
        tokens = stack.tokens
    with start(open_directory, ephemeral=False, processes=(), options=["--port-base", "19330"]) as stack:
        connection = await asyncpg.connect(stack.dsn("admin"))
        assert await connection.fetchval("select answer from kept") == 42
        await connection.close()
        assert stack.tokens == tokens
        told = (open_directory / "logs" / "provision.log").read_text().splitlines()[-1]
    # The markers of the first start are still there.
    assert told == "provisioned liandong (real): 4 topics, 0 genesis markers"
    refused = liandong("up", "--simulated", "--dir", str(open_directory))
    assert "was born real and cannot become simulated" in refused.stderr


def test_a_stack_whose_supervisor_was_killed_starts_again_at_once(open_directory: Path) -> None:
    with start(open_directory, ephemeral=False, processes=(), options=["--port-base", "19350"]) as stack:
        first = stack.state
        os.kill(stack.supervisor.pid, signal.SIGKILL)
        stack.supervisor.wait()
        again = liandong("up", "--detach", "--processes", "", "--dir", str(open_directory))
        try:
            assert again.returncode == 0, again.stderr
            assert stack.state.phase == "ready"
            assert stack.state.supervisor != first.supervisor
            assert stack.state.ports == first.ports
        finally:
            done = liandong("down", "--dir", str(open_directory))
    assert done.stdout == "  stopped\n"
    status = liandong("status", "--json", "--dir", str(open_directory))
    assert status.returncode == 3
    assert json.loads(status.stdout)["phase"] == "stopped"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's database runs under another uid")
def test_below_a_closed_folder_the_database_of_root_goes_elsewhere_and_erasing_finds_it(
    tmp_path: Path,
) -> None:
    root = tmp_path / "closed"
    root.mkdir(mode=0o700)
    with start(root, ephemeral=False, processes=(), options=["--port-base", "19370"]) as stack:
        data = Path(stack.state.data)
        assert data.is_relative_to("/var/lib/liandong")
        assert f"the database is in {data}" in (root / "up.log").read_text()
    (root / "up.log").unlink()
    (root / "mine.txt").write_text("not the stack's")
    done = liandong("down", "--erase", "--dir", str(root))
    assert done.stdout == "  it was not running\n  erased\n"
    assert not data.parent.exists()
    assert [path.name for path in root.iterdir()] == ["mine.txt"]


def test_detached_it_says_why_it_did_not_come_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        base = server.getsockname()[1]
        done = liandong("up", "--detach", "--dir", str(tmp_path), "--port-base", str(base))
    assert done.returncode == 1
    assert done.stderr.startswith(f"✘ Port {base} (console) is taken by ")


def test_an_ephemeral_stack_leaves_only_its_logs_and_secrets(tmp_path: Path) -> None:
    with start(tmp_path, processes=()) as stack:
        place = stack.state.socket
    assert not os.path.exists(place)  # noqa: PTH110 - a plain question
    assert not (tmp_path / "kafka").exists()


def test_the_whole_stack_runs_and_what_is_killed_comes_back(stack: StackHandle) -> None:
    assert {"kafka", "postgres", *PROCESSES} == stack.pids.keys()
    for name in PROCESSES:
        killed = stack.kill(name)
        assert stack.wait_running(name, instead_of=killed) != killed


def test_waiting_for_what_never_comes_is_named() -> None:
    with pytest.raises(NeverSeen, match="never seen: the moon"):
        wait_until("the moon", lambda: False, patience=0.01)
