"""One real Apache Kafka node (KRaft, broker and controller in one) as a child of ours, on loopback."""

from __future__ import annotations

import asyncio
import base64
import signal
import subprocess
import sys
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from deploy.embedded.child import Command
from deploy.embedded.fetch import HERE, Bundle
from deploy.embedded.java import find_java
from deploy.embedded.obstacles import DirectoryRefused, WouldNotStart
from deploy.embedded.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VERSION = "4.3.1"
_FOREVER = 2**31 - 1
_LONGEST = 2**63 - 1
_OF_THE_ONLY_NODE = {
    # A single node can hold no second copy.
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # Nobody can take over from it: fenced while it lives (a laptop that slept, a busy machine) it would only
    # lose the ends of transactions (see fencing.py).
    "broker.session.timeout.ms": "60000",
}


@dataclass(frozen=True, slots=True)
class KafkaNode:
    """Where the node lives (`directory`) and listens (`port` for clients, `controller_port` for itself)."""

    directory: Path
    port: int
    controller_port: int
    host: str = LOOPBACK
    ephemeral: bool = False

    @property
    def bootstrap(self) -> str:
        """What clients connect to."""
        return f"{LOOPBACK if self.host == '0.0.0.0' else self.host}:{self.port}"  # noqa: S104 - compared, not bound

    @property
    def properties(self) -> Path:
        """The node's settings file, written anew before every start."""
        return self.directory / "server.properties"


def settings(node: KafkaNode) -> dict[str, str]:
    """Return every setting of the node; the reason stands beside each that is not its place."""
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{LOOPBACK}:{node.controller_port}",
        "listeners": f"PLAINTEXT://{node.host}:{node.port},CONTROLLER://{LOOPBACK}:{node.controller_port}",
        "advertised.listeners": f"PLAINTEXT://{node.bootstrap}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": str(node.directory / "data"),
        # Topics are data of ours and created at start; a mistyped name must fail.
        "auto.create.topics.enable": "false",
        **_OF_THE_ONLY_NODE,
        # Fifty partitions of each would be opened at every start, for a dozen writers.
        "offsets.topic.num.partitions": "8",
        "transaction.state.log.num.partitions": "8",
        "group.initial.rebalance.delay.ms": "0",
        # After a week of silence positions and writers must still be known.
        "offsets.retention.minutes": str(_FOREVER),
        "transactional.id.expiration.ms": str(_FOREVER),
        # An abandoned transaction holds readers up until it is looked for.
        "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
        # Simulated time may lie ahead of this machine's clock, or far behind it: nothing is cut by age.
        "log.message.timestamp.after.max.ms": str(_LONGEST),
        "log.retention.ms": "-1",
        "message.max.bytes": str(2 * 1024 * 1024),
        "num.network.threads": "2",
        "num.io.threads": "4",
        "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
        "controlled.shutdown.enable": "false",
    }


def prepare(node: KafkaNode, bundle: Bundle) -> None:
    """Write the settings and format the log directory if it is new.

    Raises DirectoryRefused for a directory of another Kafka version, WouldNotStart if formatting fails.
    """
    node.directory.mkdir(parents=True, exist_ok=True)
    stamp = node.directory / "VERSION"
    found = stamp.read_text(encoding="ascii").strip() if stamp.exists() else VERSION
    if found != VERSION:
        raise DirectoryRefused(
            f"{node.directory} holds data of Kafka {found}, this is {VERSION}.",
            "Start with another --dir, or go back to the version of Liandong that made it.",
        )
    lines = [f"{name}={value}" for name, value in settings(node).items()]
    node.properties.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if not (node.directory / "data" / "meta.properties").exists():
        tool = ("kafka.tools.StorageTool", "format", "-t", cluster_id(), "-c", str(node.properties))
        done = subprocess.run(  # noqa: S603 - our own command line
            [*_java(node, bundle, heap="64m"), *tool], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            # What went wrong is on stderr; stdout holds the log of a tool that thinks itself a server.
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or ["no output"]
            raise WouldNotStart(
                f"Kafka could not format {node.directory}: {last[0]}", "Remove it if it holds nothing."
            )
        stamp.write_text(VERSION + "\n", encoding="ascii")


def cluster_id(new: Callable[[], uuid.UUID] = uuid.uuid4) -> str:
    """Make an id for a new cluster as Kafka does: never with a dash first, which is read as an option."""
    while True:
        made = base64.urlsafe_b64encode(new().bytes).decode().rstrip("=")
        if not made.startswith("-"):
            return made


def command(node: KafkaNode, bundle: Bundle) -> Command:
    """Return the command that runs the node in the foreground."""
    return Command(
        # It becomes the broker itself, once a former life of the node has been fenced.
        argv=(
            *(sys.executable, "-m", "deploy.embedded.fencing", str(node.properties)),
            *_java(node, bundle, heap="512m"),
        ),
        env={"PYTHONPATH": str(HERE.parents[1])},
        # An ephemeral log is read by nobody again: it need not be closed in order.
        stop_signal=signal.SIGKILL if node.ephemeral else signal.SIGTERM,
        grace=30.0,
    )


def _java(node: KafkaNode, bundle: Bundle, heap: str) -> tuple[str, ...]:
    return (
        str(find_java()),
        f"-Xmx{heap}",
        "-XX:+UseSerialGC",
        "-XX:+ExitOnOutOfMemoryError",
        f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",
        f"-Djava.io.tmpdir={node.directory}",
        "-cp",
        bundle.classpath,
    )


async def is_ready(bootstrap: str, timeout_seconds: float = 5.0) -> bool:
    """Tell whether a Kafka answers an API request (its metadata, naming at least one broker)."""
    if not await _listens(bootstrap):
        return False
    client = AIOKafkaClient(bootstrap_servers=bootstrap, client_id="liandong-ready", request_timeout_ms=3000)
    try:
        async with asyncio.timeout(timeout_seconds):
            await client.bootstrap()
            return bool(client.cluster.brokers())
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        await client.close()


async def _listens(bootstrap: str) -> bool:
    """Knock before the client does: it would log every refused connection as an error."""
    for address in bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        try:
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        except (OSError, ValueError):
            continue
        writer.close()
        return True
    return False
