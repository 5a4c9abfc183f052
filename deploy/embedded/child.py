"""Children that die with us: how every process of the embedded stack is started."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Command:
    """One command line and how its process is to be treated.

    `user` is the numeric uid (and gid) to run under, None for ours. `stop_signal` asks it to end, `grace` is
    how many seconds it may take; `death_signal` is what the kernel sends it if we die first.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    user: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    grace: float = 15.0


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """Return a function for `preexec_fn` that has the kernel signal the child when the calling thread ends.

    To be used from the main thread: the signal follows the thread that forked, not the process. It runs after
    the change of user, which would clear the setting.
    """
    parent = os.getpid()

    def prepare() -> None:
        if _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
            os._exit(126)
        if os.getppid() != parent:  # we died between fork and prctl: nobody would send the signal any more
            os._exit(125)

    return prepare


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return our environment with `extra` over it."""
    return {**os.environ, **extra}


async def spawn(command: Command, log: Path) -> asyncio.subprocess.Process:
    """Start a command in its own session, its output appended to `log`. Call from the main thread.

    Own session: Ctrl-C in the terminal reaches the supervisor alone, which then stops everything in order.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        return await asyncio.create_subprocess_exec(
            *command.argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            env=environment(command.env),
            cwd=command.cwd,
            start_new_session=True,
            user=command.user,
            group=command.user,
            extra_groups=None if command.user is None else [],
            preexec_fn=die_with_parent(command.death_signal),
        )
    finally:
        os.close(descriptor)


async def stop(process: asyncio.subprocess.Process, command: Command) -> None:
    """End a child: ask it, wait its grace, then kill it."""
    if process.returncode is not None:
        return
    _signal(process, command.stop_signal)
    try:
        await asyncio.wait_for(process.wait(), command.grace)
    except TimeoutError:
        _signal(process, signal.SIGKILL)
        await process.wait()


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
        process.send_signal(signal.SIGCONT)  # one that was stopped would never see the first
    except ProcessLookupError:
        return
