"""Start a broker that was killed without a transaction being forgotten: `python -m deploy.embedded.fencing`.

A node that is broker and controller at once finds itself alive in its own metadata when it comes back after a
kill. It leads its partitions on the strength of that, until its former session times out and it is fenced. In
that moment no partition has a leader, and Kafka's transaction coordinator takes partitions without a leader
for deleted ones: it skips their commit and abort markers and calls the transaction complete (seen often under
load: "Couldn't find leader endpoint ... likely deleted already and hence can be skipped"). What
was aborted is then read as committed with the next transaction, and committed positions are lost.

So the controller runs alone first, with a short session, until it has fenced the former broker; then the node
starts as one that is known to be away. That is also quicker, for nobody waits for the session to end.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.embedded.child import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAIN_CLASS = "kafka.Kafka"
FENCED = b"Fencing broker"
"""What the controller logs when the former session has timed out."""

QUIET_SECONDS = 3.0
"""A controller that says nothing for so long has nobody to fence: its broker was fenced before."""

PATIENCE_SECONDS = 30.0
ALONE = {
    "process.roles": "controller",
    "broker.session.timeout.ms": "300",
    "broker.heartbeat.interval.ms": "100",
}
OF_BROKERS = ("advertised.listeners", "inter.broker.listener.name")


def alone(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of the same node as a controller without its broker."""
    listeners = settings["listeners"].split(",")
    name = settings["controller.listener.names"]
    kept = {key: value for key, value in settings.items() if key not in OF_BROKERS}
    return kept | ALONE | {"listeners": next(each for each in listeners if each.startswith(f"{name}://"))}


async def fence(java: Sequence[str], properties: Path) -> None:
    """Run the node's controller until it has fenced the broker of a former life, then end it.

    Whatever goes wrong here, the node itself meets again when it starts, and says so.
    """
    process = await asyncio.create_subprocess_exec(
        *java,
        MAIN_CLASS,
        str(properties),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        preexec_fn=die_with_parent(signal.SIGKILL),
    )
    assert process.stdout is not None  # noqa: S101 - it was asked for
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while line := await asyncio.wait_for(process.stdout.readline(), QUIET_SECONDS):
                sys.stdout.buffer.write(line)
                if FENCED in line:
                    break
    sys.stdout.flush()
    with suppress(ProcessLookupError):
        # In order: what it decided last may not be written yet.
        process.terminate()
    try:
        await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def main(properties: Path, java: Sequence[str]) -> None:
    """Fence if the node has lived before, then become the node."""
    lines = properties.read_text(encoding="utf-8").splitlines()
    settings = dict(line.split("=", 1) for line in lines if line)
    if (Path(settings["log.dirs"]) / "__cluster_metadata-0").exists():
        written = properties.with_name("fencing.properties")
        text = "".join(f"{name}={value}\n" for name, value in alone(settings).items())
        written.write_text(text, encoding="utf-8")
        asyncio.run(fence(java, written))
    os.execv(java[0], [*java, MAIN_CLASS, str(properties)])  # noqa: S606 - the command that we were given


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
