"""What `liandong doctor` looks at: each prerequisite, and each promise of a running stack."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from backbone.broker import BrokerAway, check_topics
from backbone.settings import Settings
from deploy.embedded import fetch, java, kafka, postgres
from deploy.embedded.layout import NEEDED_BYTES, Layout, free_bytes
from deploy.embedded.obstacles import MissingTool, Obstacle
from deploy.embedded.parts import answers, place_of
from deploy.embedded.plan import PROCESSES
from deploy.embedded.state import StackState, is_alive
from schemas.topics import catalogue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it stands, and the command that mends it ("" if it is well)."""

    what: str
    remedy: str = ""

    @property
    def well(self) -> bool:
        """Whether nothing is to be done."""
        return not self.remedy


def _try(look: Callable[[], str]) -> Finding:
    try:
        return Finding(look())
    except Obstacle as obstacle:
        return Finding(obstacle.what, obstacle.remedy)


def prerequisites(layout: Layout) -> Iterator[Finding]:
    """Look at everything a stack needs of this machine."""
    yield _try(_python)
    yield _try(_venv)
    yield _try(lambda: f"Java {java.version_of(java.find_java())} ({java.find_java()})")
    yield _try(lambda: f"Maven ({java.find_maven()})")
    yield _try(_bundle)
    yield _try(lambda: f"PostgreSQL {postgres.MAJOR} ({postgres.binaries()})")
    yield _disk(layout)


def _python() -> str:
    if sys.version_info < OLDEST_PYTHON:
        raise MissingTool(
            f"Python {sys.version.split()[0]} is too old.",
            "Install a newer one: sudo apt-get install -y python3",
        )
    return f"Python {sys.version.split()[0]}"


def _venv() -> str:
    if find_spec("ensurepip") is None:
        raise MissingTool("The module venv is missing.", "Install it: sudo apt-get install -y python3-venv")
    return "python3-venv"


def _bundle() -> str:
    found = fetch.cached()
    if found is None:
        raise MissingTool(
            f"Kafka {kafka.VERSION} and the web assets are not fetched, or broken.", "liandong fetch"
        )
    return f"Apache Kafka {kafka.VERSION} and web assets, checksums verified ({found.jars.parent})"


def _disk(layout: Layout) -> Finding:
    place = next(path for path in (layout.root, *layout.root.parents) if path.exists())
    free = free_bytes(place)
    what = f"{free // 1024**2} MB free in {place}"
    return Finding(what, "" if free >= NEEDED_BYTES else "Free some space: 1024 MB are needed.")


async def running(layout: Layout, state: StackState) -> AsyncIterator[Finding]:
    """Look at a running stack: each process, what it answers, and the topics."""
    for name, part in state.parts.items():
        if part.condition == "done":
            continue
        well = part.condition == "running" and is_alive(part.pid, part.started)
        told = f"{name} {part.condition}, {part.restarts} restarts"
        yield Finding(told, "" if well else f"liandong logs {name}")
    yield Finding("the broker answers", "" if await kafka.is_ready(state.kafka) else "liandong logs kafka")
    yield Finding(
        "the database answers", "" if await postgres.is_ready(state.database) else "liandong logs postgres"
    )
    for name in PROCESSES:
        port = state.parts[name].port if name in state.parts else None
        if port is not None:
            well = await answers(place_of(state.host, name), port, "/readyz")
            yield Finding(
                f"{name} says that it is ready" if well else f"{name} is not ready", _unless(well, name)
            )
    async for finding in _topics(layout, state):
        yield finding


async def _topics(layout: Layout, state: StackState) -> AsyncIterator[Finding]:
    settings = Settings(stack=state.stack, kafka=state.kafka, database=state.database, keys=layout.keys)
    topics = catalogue(simulated=state.mode == "simulated")
    try:
        differences = await check_topics(settings, topics)
    except BrokerAway as away:
        differences = [str(away)]
    for difference in differences:
        what, _, remedy = difference.partition(": ")
        yield Finding(what, remedy or "liandong up")
    if not differences:
        yield Finding(f"{len(topics)} topics as catalogued")


def _unless(well: bool, name: str) -> str:  # noqa: FBT001 - one value, asked at once
    return "" if well else f"liandong logs {name}"
