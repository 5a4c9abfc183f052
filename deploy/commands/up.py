"""`liandong up`: start a stack, and keep it or leave it in the background."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import click

from deploy.embedded.layout import Layout
from deploy.embedded.obstacles import Obstacle, WouldNotStart
from deploy.embedded.plan import DEFAULT_DIRECTORY, PROCESSES, Wishes, directory_of
from deploy.embedded.state import StackState, read_state
from deploy.embedded.up import bring_up

_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


def _check_name(_: click.Context, __: click.Parameter, name: str | None) -> str | None:
    if name is not None and not _NAME.fullmatch(name):
        raise click.BadParameter("a small letter, then up to 30 of a-z, 0-9, _")
    return name


@click.command()
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="LIANDONG_DIR",
    help=f"The stack's directory [default: {DEFAULT_DIRECTORY}; a temporary one if ephemeral].",
)
@click.option(
    "--ephemeral", is_flag=True, help="Keep nothing: free ports, no sync to disk, data removed at the end."
)
@click.option("--simulated", is_flag=True, help="Born with simulated time, which only a driver moves on.")
@click.option("--port-base", type=click.IntRange(1024, 65000), help="Seven ports in a row from here on.")
@click.option("--host", help="Where gateway and console listen [default: 127.0.0.1, this machine only].")
@click.option(
    "--stack",
    callback=_check_name,
    help="The stack's name, which begins the names of its database and roles.",
)
@click.option(
    "--processes",
    help=f"Start only these, comma-separated [default: {','.join(PROCESSES)}]; the others run elsewhere.",
)
@click.option("--detach", is_flag=True, help="Return as soon as it is ready; `liandong down` stops it.")
def up(  # noqa: PLR0913 - one parameter for each option
    directory: Path | None,
    port_base: int | None,
    host: str | None,
    stack: str | None,
    processes: str | None,
    *,
    ephemeral: bool,
    simulated: bool,
    detach: bool,
) -> None:
    """Start broker, database, migrations, topics, gateway, worker, projector, feed writers and console."""
    wishes = Wishes(directory, simulated, ephemeral, port_base, host, stack, _chosen(processes))
    if detach:
        _detach(wishes)
        return
    _say("Liandong 联动 · embedded stack · Ctrl-C stops it")
    bring_up(wishes, _say)


def _chosen(processes: str | None) -> tuple[str, ...] | None:
    if processes is None:
        return None
    chosen = tuple(name.strip() for name in processes.split(",") if name.strip())
    unknown = set(chosen) - set(PROCESSES)
    if unknown:
        raise click.BadParameter(
            f"{min(unknown)} is none of {', '.join(PROCESSES)}", param_hint="--processes"
        )
    return tuple(name for name in PROCESSES if name in chosen)


def _say(line: str) -> None:
    click.echo(f"  {line}")


def _detach(wishes: Wishes) -> None:
    """Start ourselves once more without a terminal, and wait until that one is ready or has given up."""
    root = directory_of(wishes)
    layout = Layout(root)
    layout.prepare()
    with layout.held():
        layout.state.exists()
    log = layout.logs / "supervisor.log"
    argv = [word for word in sys.argv[1:] if word != "--detach"]
    if wishes.directory is None:
        argv += ["--dir", str(root)]
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "deploy.command", *argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    while (state := _started_by(layout, process.pid)) is None or state.phase == "starting":
        if process.poll() is not None:
            raise _why_not(layout, log)
        time.sleep(0.1)
    if state.phase != "ready":
        process.wait()  # its last words come after it has stopped everything
        raise _why_not(layout, log)
    _say(state.greeting)
    _say(f"stop it: liandong down --dir {root}")


def _started_by(layout: Layout, pid: int) -> StackState | None:
    state = read_state(layout.state)
    return state if state is not None and state.supervisor == pid else None


def _why_not(layout: Layout, log: Path) -> Obstacle:
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    last = lines[-1].removeprefix("✘ ") if lines else "it said nothing."
    return WouldNotStart(last, f"Log: {layout.logs / 'supervisor.log'}")
