from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from aiokafka import TopicPartition

from backbone import keyring
from backbone.broker import consumer
from schemas.agencies import AGENCIES, PLATFORM
from schemas.calendar import CALENDAR
from schemas.codec import CODEC
from schemas.envelope import Kind, open_envelope

if TYPE_CHECKING:
    from deploy.embedded.testing import StackHandle


async def _query(dsn: str, sql: str) -> list[Any]:
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()


def _provision(stack: StackHandle, mode: str) -> subprocess.CompletedProcess[str]:
    root = stack.directory
    argv = [sys.executable, "-m", "deploy.embedded.provision", "--mode", mode]
    argv += ["--tokens", str(root / "tokens.json"), "--passwords", str(root / "passwords.json")]
    env = os.environ | stack.environment("worker") | {"LIANDONG_DATABASE": stack.dsn("admin")}
    return subprocess.run(argv, env=env, capture_output=True, text=True, check=False)


async def test_every_partition_begins_with_a_genesis_marker_that_the_backbone_vouches_for(
    bare_stack: StackHandle,
) -> None:
    settings = bare_stack.settings("worker")
    ring = keyring.load(settings.keys).stamps
    reader = await consumer(settings, client_id="test-genesis")
    places = [TopicPartition("inbound", partition) for partition in range(6)]
    try:
        reader.assign(places)
        for place in places:
            reader.seek(place, 0)
            record = await reader.getone(place)
            found = open_envelope(record.key, record.value, record.headers, "inbound", place.partition, ring)
            assert (found.kind, found.agency, found.partition) == (Kind.MARKER, PLATFORM, place.partition)
            marker = CODEC.decode(found.value).record
            assert (marker["marker"], marker["seq"]) == ("GENESIS", 0)
            assert marker["calendar_version"] == CALENDAR.version
            assert marker["agencies_version"] == AGENCIES.version
            born = datetime.fromisoformat("2026-09-08T08:00:00+08:00")
            assert record.timestamp == born.timestamp() * 1000
        assert await reader.end_offsets(places) == dict.fromkeys(places, 1)
    finally:
        await reader.stop()


def test_provisioning_again_changes_nothing(bare_stack: StackHandle) -> None:
    # The stack is shared: whatever erasure a test left half done is finished by this first one.
    assert _provision(bare_stack, "simulated").returncode == 0
    before = (
        (bare_stack.directory / "tokens.json").read_bytes(),
        (bare_stack.directory / "keys.json").read_bytes(),
    )
    done = _provision(bare_stack, "simulated")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "provisioned liandong (simulated): 4 topics, 0 genesis markers"
    after = (
        (bare_stack.directory / "tokens.json").read_bytes(),
        (bare_stack.directory / "keys.json").read_bytes(),
    )
    assert after == before


def test_a_simulated_stack_does_not_become_real(bare_stack: StackHandle) -> None:
    done = _provision(bare_stack, "real")
    assert done.returncode == 1
    assert "belongs to the simulated stack liandong" in done.stderr.splitlines()[-1]


async def test_every_agency_has_a_token_that_only_its_digest_keeps(bare_stack: StackHandle) -> None:
    tokens = bare_stack.tokens
    assert tokens.keys() == {agency.code for agency in AGENCIES}
    assert len(set(tokens.values())) == len(AGENCIES)
    rows = await _query(bare_stack.dsn("door"), "select hash, agency from door.token")
    assert {row["agency"] for row in rows} == tokens.keys()
    assert not any(token.encode() in row["hash"] for row in rows for token in tokens.values())


@pytest.mark.parametrize("name", ["keys.json", "tokens.json", "stack.json"])
def test_files_with_secrets_are_ours_alone(bare_stack: StackHandle, name: str) -> None:
    assert (bare_stack.directory / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("role", ["worker", "door", "projector", "api", "310120-JD11"])
async def test_no_process_and_no_agency_is_a_superuser(bare_stack: StackHandle, role: str) -> None:
    sql = (
        "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb as mighty "
        "from pg_roles where rolname = current_user"
    )
    rows = await _query(bare_stack.dsn(role), sql)
    assert [row["mighty"] for row in rows] == [False]


async def test_the_api_may_take_an_agencys_role_but_holds_none_of_its_rights(
    bare_stack: StackHandle,
) -> None:
    sql = (
        "select pg_has_role(current_user, r.role, 'set') as takes, "
        "pg_has_role(current_user, r.role, 'usage') as has from stack.agency_role r"
    )
    rows = await _query(bare_stack.dsn("api"), sql)
    assert len(rows) == len(AGENCIES)
    assert {(row["takes"], row["has"]) for row in rows} == {(True, False)}
    rows = await _query(bare_stack.dsn("worker"), sql)
    assert {(row["takes"], row["has"]) for row in rows} == {(False, False)}


def test_the_status_is_there_for_programs(bare_stack: StackHandle) -> None:
    argv = [sys.executable, "-m", "deploy.command", "status", "--json", "--dir", str(bare_stack.directory)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    status = json.loads(done.stdout)
    assert (status["phase"], status["mode"], status["ephemeral"]) == ("ready", "simulated", True)
    assert status["processes"]["kafka"]["state"] == "running"
    assert status["processes"]["kafka"]["pid"] == bare_stack.pids["kafka"]
    assert status["processes"]["kafka"]["memory"] > 0
