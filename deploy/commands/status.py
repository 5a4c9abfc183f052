"""`liandong status`: one line for each process of a stack."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click
import psutil
from rich.console import Console
from rich.table import Table

from deploy.commands.running import directory_option, known_stack
from deploy.embedded.state import is_alive

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.embedded.state import PartState, StackState

_NOT_READY = 3


@click.command()
@directory_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(directory: Path, *, as_json: bool) -> None:
    """Show each process: pid, state, port, memory, restarts. Exit code 3 unless the stack is ready."""
    state = known_stack(directory)
    rows = {name: row(part) for name, part in state.parts.items()}
    phase = state.phase if state.alive or state.phase in {"stopped", "failed"} else "killed"
    if as_json:
        click.echo(json.dumps(_summary(state, phase) | {"processes": rows}, ensure_ascii=False, indent=1))
    else:
        _print(state, phase, rows)
    sys.exit(0 if phase == "ready" else _NOT_READY)


def row(part: PartState) -> dict[str, Any]:
    """Return what is shown of one process; its state is looked at, not believed."""
    condition: str = part.condition
    memory = 0
    if is_alive(part.pid, part.started) and part.pid is not None:
        process = psutil.Process(part.pid)
        memory = process.memory_info().rss
        if process.status() == psutil.STATUS_STOPPED:
            condition = "suspended"
    elif condition in {"running", "starting"}:
        condition = "gone"
    return {
        "pid": part.pid,
        "state": condition,
        "port": part.port,
        "memory": memory,
        "restarts": part.restarts,
        "note": part.note,
        "log": part.log,
    }


def _summary(state: StackState, phase: str) -> dict[str, Any]:
    return {
        "stack": state.stack,
        "mode": state.mode,
        "ephemeral": state.ephemeral,
        "phase": phase,
        "note": state.note,
        "supervisor": state.supervisor,
        "kafka": state.kafka,
        "console": state.console_url,
        "gateway": state.gateway_url,
    }


def _print(state: StackState, phase: str, rows: dict[str, dict[str, Any]]) -> None:
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False)
    for heading in ("process", "pid", "state", "port", "memory", "restarts", ""):
        table.add_column(
            heading, justify="right" if heading in {"pid", "port", "memory", "restarts"} else "left"
        )
    for name, shown in rows.items():
        table.add_row(
            name,
            str(shown["pid"] or ""),
            shown["state"],
            str(shown["port"] or ""),
            f"{shown['memory'] // 1024**2} MB" if shown["memory"] else "",
            str(shown["restarts"]),
            shown["note"],
        )
    click.echo(f"{state.stack} ({state.mode}): {phase}{'; ' + state.note if state.note else ''}")
    console.print(table)
    if phase == "ready":
        click.echo(state.greeting)
