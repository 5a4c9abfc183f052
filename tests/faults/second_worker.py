"""A second worker beside the supervised one: nobody restarts it, and the test says when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from deploy.embedded.child import die_with_parent
from deploy.embedded.ports import free_port
from deploy.embedded.testing import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.embedded.testing import StackHandle

GRACE_SECONDS = 40


class SecondWorker:
    """The process and where it answers about its health."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self._url = f"http://127.0.0.1:{port}/readyz"

    def wait_ready(self) -> None:
        """Wait until it has taken its partitions over. Raises NeverSeen."""
        wait_until("the second worker ready", self._ready)

    def leave(self) -> int:
        """Ask it to end with SIGTERM; gives its exit code."""
        self.process.terminate()
        return self.process.wait(GRACE_SECONDS)

    def _ready(self) -> bool:
        try:
            return httpx.get(self._url, timeout=5).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


@contextmanager
def second_worker(stack: StackHandle) -> Iterator[SecondWorker]:
    """Start it, and end it with the block however the block ends. Call from the main thread."""
    port = free_port()
    env = os.environ | stack.environment("worker") | {"LIANDONG_WORKER_PORT": str(port)}
    with (stack.directory / "logs" / "worker-2.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "processors.worker"],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - it calls prctl and nothing else
        )
    try:
        yield SecondWorker(process, port)
    finally:
        process.kill()
        process.wait()
