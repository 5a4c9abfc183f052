"""What a supervisor says of itself and its processes in `<dir>/stack.json`, for every command to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
import psutil

from deploy.embedded.layout import write_private

if TYPE_CHECKING:
    from pathlib import Path

Mode = Literal["real", "simulated"]
Phase = Literal["starting", "ready", "stopping", "stopped", "failed"]
Condition = Literal["waiting", "starting", "running", "restarting", "done", "stopped"]


class PartState(msgspec.Struct):
    """One process: pid, start time (the pid alone may be somebody else's by now), condition."""

    pid: int | None = None
    started: float | None = None
    condition: Condition = "waiting"
    port: int | None = None
    restarts: int = 0
    note: str = ""
    log: str = ""


class Ports(msgspec.Struct, frozen=True):
    """Where a stack listens on loopback."""

    console: int = 8080
    gateway: int = 8081
    worker: int = 8082
    projector: int = 8083
    kafka: int = 9092
    controller: int = 9093
    feeds: int = 8084


class StackState(msgspec.Struct):
    """One stack: where it is reached, how far it is, and its parts in the order of their start."""

    stack: str
    mode: Mode
    ephemeral: bool
    ports: Ports
    kafka: str = ""
    database: str = ""
    socket: str = ""
    data: str = ""
    host: str = "127.0.0.1"
    supervisor: int | None = None
    supervisor_started: float | None = None
    phase: Phase = "starting"
    note: str = ""
    environment: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    parts: dict[str, PartState] = msgspec.field(default_factory=dict)

    @property
    def gateway_url(self) -> str:
        """The door."""
        return f"http://{self.host}:{self.ports.gateway}"

    @property
    def console_url(self) -> str:
        """The console and the query API."""
        return f"http://{self.host}:{self.ports.console}"

    @property
    def greeting(self) -> str:
        """What people are told when the stack is ready."""
        return f"ready: console {self.console_url}  gateway {self.gateway_url}  Kafka {self.kafka}"

    @property
    def alive(self) -> bool:
        """Whether its supervisor lives."""
        return is_alive(self.supervisor, self.supervisor_started)


def start_time(pid: int) -> float | None:
    """Return when a process began, None if it is gone."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def is_alive(pid: int | None, started: float | None) -> bool:
    """Tell whether this very process runs: same pid, same start, no zombie (`kill -0` takes those)."""
    if pid is None or started is None:
        return False
    try:
        process = psutil.Process(pid)
        same = abs(float(process.create_time()) - started) < 1.0
        return same and bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def write_state(path: Path, state: StackState) -> None:
    """Write the state in one step."""
    write_private(path, msgspec.json.format(msgspec.json.encode(state), indent=1).decode())


def read_state(path: Path) -> StackState | None:
    """Read the state; None if no stack was ever started here, or by a version that wrote something else."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=StackState)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
