"""Bringing a stack up: from wishes to a running supervisor, and what people are told on the way."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import signal
import time
from typing import TYPE_CHECKING

from deploy.embedded import kafka, postgres
from deploy.embedded.fetch import Bundle, fetch
from deploy.embedded.layout import Layout, write_private
from deploy.embedded.obstacles import Obstacle
from deploy.embedded.parts import login_roles, read_passwords, stack_parts
from deploy.embedded.plan import Plan, Wishes, check_ports, directory_of, make_plan, sweep
from deploy.embedded.roles import agency_role
from deploy.embedded.state import StackState, is_alive, read_state, start_time, write_state
from deploy.embedded.supervisor import Supervisor
from schemas.agencies import AGENCIES

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_LAST_BREATH = 15.0


def bring_up(wishes: Wishes, report: Callable[[str], None]) -> None:
    """Bring a stack up and keep it until SIGINT, SIGTERM or SIGHUP. Call from the main thread.

    Raises Obstacle with what is wrong and how to mend it; nothing of ours runs any more then.
    """
    signal.signal(
        signal.SIGTERM, _interrupt
    )  # until the supervisor takes over, end like on Ctrl-C: cleaning up
    layout = Layout(directory_of(wishes))
    layout.prepare()
    with layout.held():
        before = read_state(layout.state)
        if before is not None:
            await_last_breath(before)
        plan = make_plan(wishes, layout)
        try:
            check_ports(plan)
            sweep(plan, before)
            bundle = fetch(report)
            _prepare(plan, bundle, report)
            asyncio.run(_supervise(plan, bundle, report))
        finally:
            _clean(plan)


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt


def await_last_breath(before: StackState) -> None:
    """Wait for what a killed supervisor left: the kernel ends its children in a moment; then end them."""
    deadline = time.monotonic() + _LAST_BREATH
    left = [part for part in before.parts.values() if is_alive(part.pid, part.started)]
    while left and time.monotonic() < deadline:
        time.sleep(0.1)
        left = [part for part in left if is_alive(part.pid, part.started)]
    for part in left:
        if part.pid is not None:
            os.kill(part.pid, signal.SIGKILL)


def _prepare(plan: Plan, bundle: Bundle, report: Callable[[str], None]) -> None:
    if plan.broker is None:
        report(f"using the Kafka at {plan.kafka} (LIANDONG_KAFKA is set)")
    else:
        kafka.prepare(plan.broker, bundle)
    if plan.database is None:
        report("using the PostgreSQL of LIANDONG_DATABASE")
        make_passwords(plan.layout, plan.stack)
    else:
        postgres.prepare(plan.database)
        if plan.database.data.parent not in {plan.layout.root, plan.database.socket}:
            report(f"{plan.layout.root} is closed to uid 65534; the database is in {plan.database.data}")


def make_passwords(layout: Layout, stack: str) -> None:
    """Give each role a password of its own, once: an external database is reached over the network."""
    known = read_passwords(layout.passwords)
    roles = login_roles(stack) + [agency_role(stack, agency.code) for agency in AGENCIES]
    made = {role: secrets.token_urlsafe(24) for role in roles if role not in known}
    if made:
        write_private(layout.passwords, json.dumps(known | made, indent=1))


async def _supervise(plan: Plan, bundle: Bundle, report: Callable[[str], None]) -> None:
    state = plan.state()
    state.supervisor = os.getpid()
    state.supervisor_started = start_time(os.getpid())
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    supervisor = Supervisor(plan.layout, stack_parts(plan, bundle), state, report)
    try:
        await supervisor.run(stop)
        state.phase = "stopped"
    except Obstacle as obstacle:
        state.phase, state.note = "failed", str(obstacle)
        raise
    finally:
        write_state(plan.layout.state, state)


def _clean(plan: Plan) -> None:
    """Remove what must not outlive the processes: the socket's folder, and an ephemeral stack's data."""
    if plan.database is not None:
        postgres.remove_socket_directory(plan.database.socket)
    if plan.ephemeral and plan.broker is not None:
        shutil.rmtree(plan.broker.directory, ignore_errors=True)
