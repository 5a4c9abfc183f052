"""The parts of a whole stack, in the order of their start: the one place that knows what runs with what."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import deploy
from backbone.logins import read_passwords
from deploy.embedded import kafka, postgres
from deploy.embedded.child import Command
from deploy.embedded.ports import LOOPBACK
from deploy.embedded.roles import LOGIN_PARTS, role_dsn, role_name
from deploy.embedded.supervisor import Part

__all__ = [
    "MODULES", "answers", "base_environment", "environment", "login_roles", "place_of", "process_part",
    "provision_part", "read_passwords", "stack_parts",
]  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deploy.embedded.fetch import Bundle
    from deploy.embedded.plan import Plan

# The module that each process runs, and the part whose role it takes in the database ("" if it needs none).
MODULES = {
    "gateway": ("producers.gateway", "door"),
    "worker": ("processors.worker", "worker"),
    "projector": ("projections.projector", "projector"),
    "feeds": ("projections.feeds", ""),
    "console": ("projections.console", "api"),
}
# These may listen on more than loopback.
OPEN = frozenset({"gateway", "console"})


def stack_parts(plan: Plan, bundle: Bundle) -> list[Part]:
    """Return every part of a stack; the broker and the database only where they are our own."""
    parts: list[Part] = []
    if plan.broker is not None:
        ready = partial(kafka.is_ready, plan.broker.bootstrap)
        title = f"Apache Kafka {kafka.VERSION} on {plan.broker.bootstrap}"
        parts.append(Part("kafka", kafka.command(plan.broker, bundle), ready, plan.broker.port, title=title))
    if plan.database is not None:
        parts.append(
            Part(
                "postgres",
                postgres.command(plan.database),
                partial(postgres.is_ready, plan.database.dsn()),
                title=f"PostgreSQL {postgres.MAJOR}",
            )
        )
    parts.append(provision_part(plan))
    passwords = read_passwords(plan.layout.passwords)
    return parts + [process_part(plan, bundle, name, passwords) for name in plan.processes]


def process_part(plan: Plan, bundle: Bundle, name: str, passwords: Mapping[str, str]) -> Part:
    """Return one process of ours; it is ready when its `/readyz` says so."""
    port = int(getattr(plan.ports, name))
    command = Command(
        argv=(sys.executable, "-m", MODULES[name][0]), env=environment(plan, bundle, name, passwords)
    )
    place = place_of(plan.host, name)
    return Part(
        name, command, partial(answers, place, port, "/readyz"), port, title=f"{name} on {place}:{port}"
    )


def provision_part(plan: Plan) -> Part:
    """Return the part that brings database, topics and keys to where the processes expect them, and ends."""
    argv = [sys.executable, "-m", "deploy.embedded.provision", "--mode", plan.mode]
    argv += ["--tokens", str(plan.layout.tokens), "--passwords", str(plan.layout.passwords)]
    env = base_environment(plan) | {"LIANDONG_DATABASE": plan.admin}
    title = "roles, migrations, topics, genesis markers, keys"
    return Part("provision", Command(argv=tuple(argv), env=env), once=True, patience=120.0, title=title)


def base_environment(plan: Plan) -> dict[str, str]:
    """Return the settings that every process of a stack shares."""
    return {
        "LIANDONG_STACK": plan.stack,
        "LIANDONG_KAFKA": plan.kafka,
        "LIANDONG_KEYS": str(plan.layout.keys),
        "LIANDONG_DATA": str(plan.layout.root),
        "PYTHONUNBUFFERED": "1",
        # `-m` would look for modules in the folder the command was typed in, before all others.
        "PYTHONSAFEPATH": "1",
        # The packages come from where ours come from.
        "PYTHONPATH": str(Path(deploy.__file__).parent.parent),
    }


def environment(plan: Plan, bundle: Bundle, name: str, passwords: Mapping[str, str]) -> dict[str, str]:
    """Return all settings of one process: it is configured by these alone."""
    part = MODULES[name][1]
    secrets = {"LIANDONG_PASSWORDS": str(plan.layout.passwords)} if name == "console" else {}
    return (
        base_environment(plan)
        | secrets
        | {
            "LIANDONG_DATABASE": role_dsn(plan.admin, role_name(plan.stack, part), passwords) if part else "",
            "LIANDONG_GATEWAY_HOST": plan.host,
            "LIANDONG_GATEWAY_PORT": str(plan.ports.gateway),
            "LIANDONG_CONSOLE_HOST": plan.host,
            "LIANDONG_CONSOLE_PORT": str(plan.ports.console),
            "LIANDONG_WORKER_PORT": str(plan.ports.worker),
            "LIANDONG_PROJECTOR_PORT": str(plan.ports.projector),
            "LIANDONG_FEEDS_PORT": str(plan.ports.feeds),
            "LIANDONG_ASSETS": str(bundle.assets),
        }
    )


def login_roles(stack: str) -> list[str]:
    """Return the name of every role that a process logs in with."""
    return [role_name(stack, part) for part in LOGIN_PARTS]


def place_of(plan_host: str, name: str) -> str:
    """Return where a process is asked how it is: only gateway and console may listen elsewhere."""
    return LOOPBACK if name not in OPEN or plan_host == "0.0.0.0" else plan_host  # noqa: S104 - compared


async def answers(host: str, port: int, path: str, timeout_seconds: float = 3.0) -> bool:
    """Tell whether an HTTP server answers `GET path` with 200."""
    try:
        async with asyncio.timeout(timeout_seconds):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                await writer.drain()
                status = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    return status.split()[1:2] == [b"200"]
