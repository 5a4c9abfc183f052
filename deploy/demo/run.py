"""The demo from start to end: a stack of its own, the story, the summary, and the addresses where to look."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

from backbone.keyring import load as load_keys
from deploy.demo.narrator import Narrator
from deploy.demo.watch import Watcher
from deploy.embedded.fetch import fetch
from deploy.embedded.layout import Layout
from deploy.embedded.plan import PORTS
from deploy.embedded.ports import is_free
from deploy.embedded.state import read_state
from deploy.embedded.testing import StackHandle, start
from deploy.scenarios.files import STORY, load
from deploy.scenarios.play import Passed
from deploy.scenarios.stage import judge, open_player
from projections.console.session import entry_code

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deploy.scenarios.look import Finding

NAMES = {
    "kafka": "Apache Kafka",
    "postgres": "PostgreSQL",
    "provision": "topics, tables, keys 主题、表、密钥",
    "gateway": "gateway 入口",
    "worker": "worker 处理器",
    "projector": "projector 投影",
    "feeds": "feeds 共享流",
    "console": "console 控制台",
}
DONE = {"running", "done"}
PORT_BASES = range(8080, 9000, 100)
WIDTH_OF_A_FILE = 160
"""Columns where no terminal limits them: a fact is one line."""
TOWN = "310120-JD11"
"""南桥镇, whose inbox the story fills."""


def run_demo(directory: Path, *, once: bool) -> bool:
    """Run the demo; keep the stack until Ctrl-C unless `once`. Gives whether all was as it should be.

    Call from the main thread. Raises Obstacle, and what keeps the stack from coming up.
    """
    console = Console(width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)
    console.print(f"[bold]Liandong 联动[/] · embedded stack in {directory}")
    fetch(lambda line: console.print(f"  {line}"))
    options = ("--port-base", str(_port_base()))
    with _progress(directory, console), start(directory, simulated=True, options=options) as stack:
        held = asyncio.run(_tell(stack, Narrator(console)))
        if not once:
            _addresses(stack, console)
            console.print("Stop 停止: Ctrl-C")
            _until_interrupted()
    return held


async def _tell(stack: StackHandle, narrator: Narrator) -> bool:
    """Play the story and tell it as it unfolds. Gives whether all was as expected and the views agree."""
    story = load(STORY)
    narrator.begin(story)
    findings: list[Finding] = []
    async with open_player(stack) as player:
        watcher = Watcher(player, story)
        async for event in player.play([story]):
            if isinstance(event, Passed):
                narrator.passed(await watcher.facts())
            else:
                narrator.told(event, await watcher.facts(event.step.matter))
                narrator.shared(await watcher.shared())
                findings += [finding for _, finding in event.findings]
        verdict = await judge(stack, player)
    held = sum(finding.held for finding in findings)
    narrator.end(verdict, held, len(findings))
    return held == len(findings) and not verdict.failures


def _addresses(stack: StackHandle, console: Console) -> None:
    code = entry_code(load_keys(stack.settings("console").keys).lookup, TOWN, time.time())
    console.print(
        f"\nConsole 控制台 (南桥镇) {stack.console_url}/enter?code={code}\n"
        f"API {stack.gateway_url}/docs   SQL liandong psql --dir {stack.directory}",
        highlight=False,
        soft_wrap=True,
    )


@contextmanager
def _progress(directory: Path, console: Console) -> Iterator[None]:
    """Tick off the parts of the stack as they come up, beside whatever the caller waits for."""
    ended = threading.Event()
    watcher = threading.Thread(target=_tick_off, args=(directory, console, ended), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()


def _tick_off(directory: Path, console: Console, ended: threading.Event) -> None:
    shown: set[str] = set()
    while not ended.wait(0.1) and len(shown) < len(NAMES):
        state = read_state(Layout(directory).state)
        if state is None or not state.alive:
            continue
        for name, part in state.parts.items():
            if name in NAMES and part.condition in DONE and name not in shown:
                shown.add(name)
                console.print(f"  [green]✔[/] {NAMES[name]}")


def _port_base() -> int:
    """Give the first base whose ports are all free, so that a demo can run beside another stack."""
    for base in PORT_BASES:
        if all(is_free(base + step) for step in range(PORTS)):
            return base
    return PORT_BASES.start


def _until_interrupted() -> None:
    """Wait for Ctrl-C or SIGTERM."""
    asked = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, lambda *_: asked.set())
    while not asked.wait(1.0):
        pass
    for number, handler in before.items():
        signal.signal(number, handler)
