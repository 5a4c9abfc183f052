"""A supervisor of a real broker, a real database and one small process, for the tests beside it.

`python few_parts.py DIRECTORY [PROGRAM]`: PROGRAM is what the small process runs; it then never gets ready.
Without it the small process sleeps, and is ready as soon as it runs.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from functools import partial
from pathlib import Path

import click

from deploy.embedded import kafka, postgres
from deploy.embedded.child import Command
from deploy.embedded.fetch import fetch
from deploy.embedded.layout import Layout
from deploy.embedded.ports import free_port
from deploy.embedded.state import Ports, StackState, start_time
from deploy.embedded.supervisor import Part, Supervisor

SLEEP = "import time; time.sleep(600)"


async def never() -> bool:
    return False


async def supervise(root: Path, program: str | None) -> None:
    bundle = fetch(click.echo)
    port = free_port()
    broker = kafka.KafkaNode(root / "kafka", port, free_port(frozenset({port})), ephemeral=True)
    socket = postgres.socket_directory()
    database = postgres.PostgresNode(socket / "data", socket, ephemeral=True)
    kafka.prepare(broker, bundle)
    postgres.prepare(database)
    parts = [
        Part("kafka", kafka.command(broker, bundle), partial(kafka.is_ready, broker.bootstrap)),
        Part("postgres", postgres.command(database), partial(postgres.is_ready, database.dsn("postgres"))),
        Part("small", Command((sys.executable, "-c", program or SLEEP)), never if program else None),
    ]
    state = StackState("few", "real", ephemeral=True, ports=Ports(), kafka=broker.bootstrap)
    state.database, state.socket = database.dsn("postgres"), str(socket)
    state.supervisor, state.supervisor_started = os.getpid(), start_time(os.getpid())
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    try:
        await Supervisor(Layout(root), parts, state, partial(click.echo, color=False)).run(stop)
    finally:
        postgres.remove_socket_directory(socket)


if __name__ == "__main__":
    asyncio.run(supervise(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None))
