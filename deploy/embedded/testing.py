"""A stack for tests: started as a person starts it, looked at and hurt by the names of its processes.

with start(directory, simulated=True) as stack:
stack.kill("worker")
stack.wait_running("worker")
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import deploy
from backbone.settings import Settings
from deploy.embedded import postgres
from deploy.embedded.child import die_with_parent
from deploy.embedded.fetch import fetch
from deploy.embedded.layout import Layout
from deploy.embedded.parts import MODULES, environment
from deploy.embedded.plan import PROCESSES, Plan
from deploy.embedded.provision import read_tokens
from deploy.embedded.roles import agency_role, role_dsn, role_name
from deploy.embedded.state import PartState, StackState, is_alive, read_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PATIENCE = 120.0


class NeverSeen(AssertionError):
    """What a test waited for did not come; the stack's logs say why."""


def wait_until(what: str, seen: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Return as soon as `seen` is true; raises NeverSeen, naming `what`, when patience ends."""
    deadline = time.monotonic() + patience
    while not seen():
        if time.monotonic() > deadline:
            raise NeverSeen(f"never seen: {what}")
        time.sleep(0.05)


@dataclass
class StackHandle:
    """A running stack: where it is reached, and its processes by name (`worker`, `gateway`, `kafka`, ...)."""

    directory: Path
    supervisor: subprocess.Popen[bytes]
    _suspended: set[str] = field(default_factory=set)

    @property
    def state(self) -> StackState:
        """What the supervisor says at this moment."""
        state = read_state(Layout(self.directory).state)
        if state is None:
            raise NeverSeen(f"the state of the stack in {self.directory}")
        return state

    @property
    def kafka(self) -> str:
        """The bootstrap server."""
        return self.state.kafka

    @property
    def gateway_url(self) -> str:
        """The door."""
        return self.state.gateway_url

    @property
    def console_url(self) -> str:
        """Console and query API."""
        return self.state.console_url

    @property
    def tokens(self) -> dict[str, str]:
        """Each agency's token, by agency code."""
        return read_tokens(Layout(self.directory).tokens)

    @property
    def pids(self) -> dict[str, int]:
        """The pid of each process that runs now."""
        parts = self.state.parts.items()
        return {name: part.pid for name, part in parts if part.pid and is_alive(part.pid, part.started)}

    def part(self, name: str) -> PartState:
        """Return one process as the supervisor sees it."""
        return self.state.parts[name]

    def dsn(self, role: str = "api") -> str:
        """Return how to connect as `worker`, `door`, `projector`, `api`, `admin` or an agency (its code)."""
        state = self.state
        if role == "admin":
            return state.database
        name = agency_role(state.stack, role) if "-" in role else role_name(state.stack, role)
        return role_dsn(state.database, name, {})

    def environment(self, process: str) -> dict[str, str]:
        """Return the settings of one process (`gateway`, `worker`, `projector`, `console`) as variables."""
        state, layout = self.state, Layout(self.directory)
        plan = Plan(
            layout=layout,
            stack=state.stack,
            mode=state.mode,
            ephemeral=state.ephemeral,
            host=state.host,
            ports=state.ports,
            broker=None,
            database=None,
            kafka=state.kafka,
            admin=state.database,
            processes=PROCESSES,
        )
        return environment(plan, fetch(lambda _: None), process, {})

    def settings(self, process: str = "console") -> Settings:
        """Return the settings of one process as it reads them, for code that a test runs itself."""
        values = {
            name.removeprefix("LIANDONG_").lower(): value for name, value in self.environment(process).items()
        }
        known = {name: value for name, value in values.items() if name in Settings.model_fields}
        return Settings.model_validate(known)

    def kill(self, name: str) -> int:
        """Kill a process with SIGKILL, and return its pid; the supervisor starts it again."""
        return self._signal(name, signal.SIGKILL)

    def terminate(self, name: str) -> int:
        """Ask a process to end with SIGTERM; the supervisor starts it again."""
        return self._signal(name, signal.SIGTERM)

    def stop(self, name: str) -> int:
        """Suspend a process with SIGSTOP, until `resume`."""
        self._suspended.add(name)
        return self._signal(name, signal.SIGSTOP)

    def resume(self, name: str) -> int:
        """Let a suspended process go on."""
        self._suspended.discard(name)
        return self._signal(name, signal.SIGCONT)

    def wait_running(self, name: str, *, instead_of: int | None = None, patience: float = PATIENCE) -> int:
        """Wait until a process runs and is ready (and is not the pid `instead_of`); return its pid."""
        wait_until(f"{name} running", lambda: self._runs(name, instead_of), patience)
        return self.pids[name]

    def _runs(self, name: str, instead_of: int | None) -> bool:
        part = self.part(name)
        return part.condition == "running" and part.pid != instead_of and is_alive(part.pid, part.started)

    def _signal(self, name: str, number: signal.Signals) -> int:
        pid = self.pids.get(name)
        if pid is None:
            raise NeverSeen(f"a running process {name}")
        os.kill(pid, number)
        return pid


@contextmanager
def start(
    directory: Path,
    *,
    simulated: bool = False,
    ephemeral: bool = True,
    processes: Sequence[str] = PROCESSES,
    options: Sequence[str] = (),
) -> Iterator[StackHandle]:
    """Start a stack with `liandong up` and give it when it is ready; stop it at the end, and all of it.

    `processes` may leave some out; `options` are further ones of the command. Raises NeverSeen with what the
    command said if it does not come up. Call from the main thread: the stack ends with it.
    """
    unknown = set(processes) - MODULES.keys()
    if unknown:
        raise ValueError(f"no process is named {min(unknown)}")
    argv = [sys.executable, "-m", "deploy.command", "up", "--dir", str(directory), *options]
    argv += ["--processes", ",".join(processes)]
    argv += [flag for flag, wanted in (("--simulated", simulated), ("--ephemeral", ephemeral)) if wanted]
    directory.mkdir(parents=True, exist_ok=True)
    told = directory / "up.log"
    path = str(Path(deploy.__file__).parent.parent)
    with told.open("wb") as output:
        supervisor = subprocess.Popen(  # noqa: S603 - our own command
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=os.environ | {"PYTHONPATH": path},
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - it calls prctl and nothing else
        )
    stack = StackHandle(directory, supervisor)
    try:
        wait_until("the stack ready", lambda: _ready(stack, told), PATIENCE * 2)
        yield stack
    finally:
        _end(stack)


def _ready(stack: StackHandle, told: Path) -> bool:
    if stack.supervisor.poll() is not None:
        raise NeverSeen(f"the stack ready: {told.read_text(encoding='utf-8').strip()}")
    state = read_state(Layout(stack.directory).state)
    return state is not None and state.supervisor == stack.supervisor.pid and state.phase == "ready"


def _end(stack: StackHandle) -> None:
    stack.supervisor.terminate()
    try:
        stack.supervisor.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        stack.supervisor.kill()
        stack.supervisor.wait()
    state = read_state(Layout(stack.directory).state)
    if state is not None and state.socket:
        # One that was killed could not remove it.
        postgres.remove_socket_directory(Path(state.socket))
