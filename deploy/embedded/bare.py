"""Only a broker and a database, for trying things: `python -m deploy.embedded.bare --dir DIR`."""

from __future__ import annotations

import asyncio
import shutil
import signal
from pathlib import Path

import click

from deploy.embedded import kafka, postgres
from deploy.embedded.child import Command, spawn, stop
from deploy.embedded.fetch import fetch
from deploy.embedded.ports import free_port


async def _run(directory: Path, port: int) -> None:
    bundle = await asyncio.to_thread(fetch, click.echo)
    broker = kafka.KafkaNode(directory / "kafka", port, free_port(frozenset({port})), ephemeral=True)
    socket = postgres.socket_directory()
    database = postgres.PostgresNode(socket / "data", socket, ephemeral=True)
    running: list[tuple[asyncio.subprocess.Process, Command]] = []
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, done.set)
    try:
        postgres.prepare(database)
        kafka.prepare(broker, bundle)
        for name, command in (
            ("kafka", kafka.command(broker, bundle)),
            ("postgres", postgres.command(database)),
        ):
            running.append((await spawn(command, directory / "logs" / f"{name}.log"), command))
        while not (  # noqa: ASYNC110 - nothing in this process knows when they are ready
            await kafka.is_ready(broker.bootstrap) and await postgres.is_ready(database.dsn())
        ):
            await asyncio.sleep(0.2)
        click.echo(f"KAFKA={broker.bootstrap}")
        click.echo(f"DATABASE={database.dsn()}")
        click.echo(f"ready; logs in {directory / 'logs'}; Ctrl-C ends it")
        await done.wait()
    finally:
        for process, command in reversed(running):
            await stop(process, command)
        shutil.rmtree(database.socket, ignore_errors=True)


@click.command()
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path), required=True, help="Where it keeps its data."
)
@click.option("--port", type=int, default=None, help="The broker's port; a free one by default.")
def main(directory: Path, port: int | None) -> None:
    """Run a broker and a database until Ctrl-C, without sync to disk."""
    directory.mkdir(parents=True, exist_ok=True)
    asyncio.run(_run(directory.resolve(), port or free_port()))


if __name__ == "__main__":
    main()
