"""`liandong logs`: what the processes of a stack have written."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import click

from deploy.commands.running import directory_option, layout_of
from deploy.embedded.obstacles import DirectoryRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOOK_EVERY = 0.2


@click.command()
@click.argument("process", required=False)
@directory_option
@click.option("-f", "--follow", is_flag=True, help="Go on showing what is written, until Ctrl-C.")
@click.option(
    "-n", "--lines", type=click.IntRange(0), default=20, show_default=True, help="How many to begin with."
)
def logs(process: str | None, directory: Path, *, follow: bool, lines: int) -> None:
    """Show the last lines of PROCESS (or of all, each line with its process before it)."""
    folder = layout_of(directory).logs
    names = sorted(path.stem for path in folder.glob("*.log"))
    if process is not None and process not in names:
        raise DirectoryRefused(
            f"There is no log of {process!r} in {folder}.", f"There are: {', '.join(names) or 'none yet'}."
        )
    chosen = [folder / f"{name}.log" for name in ([process] if process else names)]
    for path in chosen:
        for line in tail(path, lines):
            _show(path, line, alone=process is not None)
    if follow:
        for path, line in _follow(chosen):
            _show(path, line, alone=process is not None)


def tail(path: Path, count: int) -> list[str]:
    """Return the last lines of a file."""
    if count == 0:
        return []
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        block, data = 8192, b""
        while size > 0 and data.count(b"\n") <= count:
            step = min(block, size)
            size -= step
            file.seek(size)
            data = file.read(step) + data
    return data.decode("utf-8", "replace").splitlines()[-count:]


def _show(path: Path, line: str, *, alone: bool) -> None:
    click.echo(line if alone else f"{path.stem:<10} {line}")


def _follow(paths: list[Path]) -> Iterator[tuple[Path, str]]:
    """Give each further line; a file that became shorter was rotated and is read from its beginning."""
    places = {path: path.stat().st_size for path in paths}
    while True:
        for path in paths:
            if path.stat().st_size < places[path]:
                places[path] = 0
            with path.open("rb") as file:
                file.seek(places[path])
                data = file.read()
            whole = data[: data.rfind(b"\n") + 1]
            places[path] += len(whole)
            for line in whole.decode("utf-8", "replace").splitlines():
                yield path, line
        time.sleep(_LOOK_EVERY)
