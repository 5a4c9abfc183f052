"""The drill: facts, stop, backup, all gone, restore, start; nothing is missing and the work goes on."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from deploy.embedded.testing import StackHandle, start, wait_until
from deploy.verify import verify
from producers.testing import Agency

if TYPE_CHECKING:
    from pathlib import Path

WATER = "310120-ZG04"
PORTS = ["--port-base", "19410"]


def liandong(*words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "deploy.command", *words]
    return subprocess.run(argv, env=os.environ, capture_output=True, text=True, check=False, timeout=200)


def water(stack: StackHandle) -> Agency:
    return Agency(stack.gateway_url, stack.tokens[WATER])


def failures(stack: StackHandle, acknowledged: list[str]) -> tuple[str, ...]:
    found = asyncio.run(verify(stack.settings("worker"), stack.dsn("admin"), acknowledged))
    return found.failures


def admitted(stack: StackHandle, fact: dict[str, Any]) -> dict[str, Any]:
    answer = water(stack).post(fact)
    assert answer.status_code == 200, answer.text
    receipt: dict[str, Any] = answer.json()
    assert receipt["status"] == "admitted"
    return receipt


def test_what_was_backed_up_is_restored_whole_and_the_next_fact_is_decided(open_directory: Path) -> None:
    root, copy, keys = (open_directory / name for name in ("stack", "copy", "keys.backup"))
    there = ["--dir", str(root)]
    with start(root, ephemeral=False, options=PORTS) as stack:
        facts = [water(stack).fact() for _ in range(3)]
        receipts = [admitted(stack, fact) for fact in facts]
        running = liandong("backup", str(copy), "--keys", str(keys), *there)
        assert running.returncode == 1
        assert "A stack is already running" in running.stderr
        assert liandong("reset", "--yes", *there).returncode == 1
        over = liandong("restore", str(copy), "--keys", str(keys), *there)
        assert over.returncode == 1
    done = liandong("backup", str(copy), "--keys", str(keys), *there)
    assert done.returncode == 0, done.stderr
    assert keys.stat().st_mode & 0o777 == 0o600
    sums = subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=copy, check=False)
    assert sums.returncode == 0
    full = liandong("restore", str(copy), "--keys", str(keys), *there)
    assert full.returncode == 1
    assert "holds something" in full.stderr
    (root / "up.log").unlink()
    gone = liandong("reset", "--yes", *there)
    assert gone.returncode == 0, gone.stderr
    assert [path.name for path in root.rglob("*")] == []
    assert not root.exists()
    back = liandong("restore", str(copy), "--keys", str(keys), *there)
    assert back.returncode == 0, back.stderr
    with start(root, ephemeral=False, options=PORTS) as stack:
        ids = [receipt["event_id"] for receipt in receipts]
        wait_until("the folds at the ledger's end", lambda: failures(stack, ids) == ())
        for fact, receipt in zip(facts, receipts, strict=True):
            # The same bytes again: the restored keys encrypt as the lost ones did.
            again = admitted(stack, fact | {"event_id": receipt["event_id"]})
            assert (again["matter"], again["seq"]) == (receipt["matter"], receipt["seq"])
        ids.append(admitted(stack, water(stack).fact())["event_id"])
        wait_until("the new fact folded too", lambda: failures(stack, ids) == ())
