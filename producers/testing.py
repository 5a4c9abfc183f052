"""For tests: a gateway process of one's own, and an agency that speaks at a door."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from producers.gateway.openapi import examples

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PATIENCE = 60.0
_STEP = 0.05


class NotReady(AssertionError):
    """The gateway did not become ready; the message is its log."""


class GatewayProcess:
    """`python -m producers.gateway` with the given settings, its log in a file. Whoever starts it ends it."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.url = f"http://127.0.0.1:{environment['LIANDONG_GATEWAY_PORT']}"
        self._environment = dict(environment)
        self._log = log
        self._process = self._spawn()

    def ready(self) -> GatewayProcess:
        """Wait until it says that it can do its work. Raises NotReady."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == httpx.codes.OK:
                    return self
            except httpx.TransportError:
                time.sleep(_STEP)
        raise NotReady(self._log.read_text(encoding="utf-8"))

    def again(self) -> None:
        """Start it again after its end."""
        self._process = self._spawn()

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self._process.send_signal(number)
        return self._process.wait(PATIENCE)

    def lines(self) -> list[dict[str, Any]]:
        """Every line of the log, each of which must be JSON."""
        return [json.loads(line) for line in self._log.read_text(encoding="utf-8").splitlines()]

    def client(self, token: str) -> httpx.Client:
        """A client that bears the token."""
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE)

    def _spawn(self) -> subprocess.Popen[bytes]:
        argv = [sys.executable, "-m", "producers.gateway"]
        with self._log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own module
                argv, env=os.environ | self._environment, stdout=log, stderr=log
            )


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency at a door: ``token`` says which one it is. ``wait`` is how long it waits for a decision."""

    url: str
    token: str
    wait: float = 20.0

    def post(self, body: Any) -> httpx.Response:
        """Send one fact or a list, and wait for the decision."""
        return self.request("POST", "/v1/facts", json=body, params={"wait": self.wait})

    def send(self, body: bytes | str, media_type: str = "application/json") -> httpx.Response:
        """Send a body as it is, and wait for the decision."""
        headers = {"Content-Type": media_type}
        return self.request("POST", "/v1/facts", headers, content=body, params={"wait": self.wait})

    def receipt(self, event_id: str) -> httpx.Response:
        """Ask for a receipt, and wait for it."""
        return self.request("GET", f"/v1/receipts/{event_id}", params={"wait": self.wait})

    def outcome(self, event_id: str) -> str:
        """The status of a receipt at this moment; empty where there is none."""
        answer = self.request("GET", f"/v1/receipts/{event_id}")
        return str(answer.json()["status"]) if answer.status_code == httpx.codes.OK else ""

    def now(self) -> str:
        """The time at the door, ISO 8601."""
        return str(self.request("GET", "/v1/clock").json()["now"])

    def fact(self, name: str = "ClueTransferred", **changes: Any) -> dict[str, Any]:
        """The example of a fact as one that happened just now, with some members changed."""
        made: dict[str, Any] = json.loads(json.dumps(examples()[name]))
        return made | {"occurred_at": self.now()} | changes

    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **what: Any
    ) -> httpx.Response:
        """Any request, with the token."""
        bearer = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return httpx.request(method, self.url + path, headers=bearer, timeout=PATIENCE, **what)
