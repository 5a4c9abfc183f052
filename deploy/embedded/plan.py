"""What a stack will be: its user's wishes, the directory's past and the environment, made into one plan."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec.structs import fields

from deploy.embedded import postgres
from deploy.embedded.kafka import KafkaNode
from deploy.embedded.obstacles import DirectoryRefused
from deploy.embedded.ports import free_port, is_free, require_free
from deploy.embedded.postgres import PostgresNode
from deploy.embedded.state import Mode, Ports, StackState, read_state

if TYPE_CHECKING:
    from deploy.embedded.layout import Layout

DEFAULT_DIRECTORY = Path(".liandong")
PROCESSES = ("gateway", "worker", "projector", "feeds", "console")
PORTS = len(fields(Ports))
"""So many ports a stack has."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line; None is "as before, or the default"."""

    directory: Path | None = None
    simulated: bool = False
    ephemeral: bool = False
    port_base: int | None = None
    host: str | None = None
    stack: str | None = None
    processes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One stack, decided. `broker` and `database` are None where an existing one is used."""

    layout: Layout
    stack: str
    mode: Mode
    ephemeral: bool
    host: str
    ports: Ports
    broker: KafkaNode | None
    database: PostgresNode | None
    kafka: str
    admin: str
    processes: tuple[str, ...]

    def state(self) -> StackState:
        """Return the state that a supervisor of this plan starts with."""
        return StackState(
            stack=self.stack,
            mode=self.mode,
            ephemeral=self.ephemeral,
            ports=self.ports,
            kafka=self.kafka,
            database=self.admin,
            socket=str(self.database.socket) if self.database else "",
            data=str(self.database.data) if self.database else "",
            host=self.host,
        )


def directory_of(wishes: Wishes) -> Path:
    """Return where the stack lives; an ephemeral one without --dir in a new folder for temporary files."""
    if wishes.directory is None and wishes.ephemeral:
        return Path(tempfile.mkdtemp(prefix="liandong-stack-"))
    return (wishes.directory or DEFAULT_DIRECTORY).absolute()


def make_plan(wishes: Wishes, layout: Layout) -> Plan:
    """Decide everything about a stack whose directory is held.

    Raises DirectoryRefused if the wishes contradict what the directory was born as, PortTaken.
    """
    before = read_state(layout.state)
    if before is not None:
        _require_same_birth(wishes, before, layout)
    mode: Mode = before.mode if before is not None else ("simulated" if wishes.simulated else "real")
    kafka = os.environ.get("LIANDONG_KAFKA")
    admin = os.environ.get("LIANDONG_DATABASE")
    ports = _ports(wishes, before)
    stack = wishes.stack or (
        before.stack if before is not None else os.environ.get("LIANDONG_STACK", "liandong")
    )
    broker = (
        None if kafka else KafkaNode(layout.kafka, ports.kafka, ports.controller, ephemeral=wishes.ephemeral)
    )
    database: PostgresNode | None = None
    if not admin:
        socket = postgres.socket_directory()
        data = postgres.data_home(layout.root, socket, ephemeral=wishes.ephemeral)
        database = PostgresNode(data, socket, ephemeral=wishes.ephemeral)
    return Plan(
        layout=layout,
        stack=stack,
        mode=mode,
        ephemeral=wishes.ephemeral,
        host=wishes.host or "127.0.0.1",
        ports=ports,
        broker=broker,
        database=database,
        kafka=kafka or (broker.bootstrap if broker else ""),
        processes=PROCESSES if wishes.processes is None else wishes.processes,
        admin=_with_database(admin, stack) if admin else (database.dsn(stack) if database else ""),
    )


def check_ports(plan: Plan) -> None:
    """Raise PortTaken for the first port that somebody else listens on."""
    for name in plan.processes:
        require_free(
            name, getattr(plan.ports, name), plan.host if name in {"console", "gateway"} else "127.0.0.1"
        )
    if plan.broker is not None:
        require_free("Kafka", plan.broker.port)
        require_free("Kafka controller", plan.broker.controller_port)


def sweep(plan: Plan, before: StackState | None) -> None:
    """Remove what an earlier run left: its socket folder, and all data of an ephemeral stack."""
    if before is not None and before.socket:
        postgres.remove_socket_directory(Path(before.socket))
    if plan.ephemeral and plan.broker is not None:
        shutil.rmtree(plan.broker.directory, ignore_errors=True)


def _require_same_birth(wishes: Wishes, before: StackState, layout: Layout) -> None:
    if wishes.simulated and before.mode != "simulated":
        raise DirectoryRefused(
            f"The stack in {layout.root} was born real and cannot become simulated.",
            "Start the simulated one elsewhere: liandong up --simulated --dir DIR",
        )
    if wishes.ephemeral != before.ephemeral:
        born = "ephemeral" if before.ephemeral else "to keep its data"
        raise DirectoryRefused(
            f"The stack in {layout.root} was born {born}.",
            "Start it the way it was born, or choose another --dir.",
        )


def _ports(wishes: Wishes, before: StackState | None) -> Ports:
    if wishes.port_base is not None:
        return Ports(*range(wishes.port_base, wishes.port_base + PORTS))
    if wishes.ephemeral:
        chosen: list[int] = []
        while len(chosen) < PORTS:
            chosen.append(free_port(frozenset(chosen)))
        return Ports(*chosen)
    if before is not None:
        return before.ports
    usual = Ports()
    # The broker's port is nobody's habit: another Kafka beside us is common, and not in the way.
    if not is_free(usual.kafka) or not is_free(usual.controller):
        kafka = free_port()
        return Ports(kafka=kafka, controller=free_port(frozenset({kafka})))
    return usual


def _with_database(dsn: str, stack: str) -> str:
    """Name the stack's database in an external DSN that names none."""
    parts = urlsplit(dsn)
    return dsn if parts.path.strip("/") else parts._replace(path=f"/{stack}").geturl()
