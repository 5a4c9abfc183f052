"""`liandong publish`: facts out of files through the door."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from deploy.commands.running import directory_option, layout_of, running_stack
from deploy.embedded.obstacles import Obstacle
from deploy.embedded.provision import read_tokens
from producers.publish import NotPublished, Options, Report, Result
from producers.publish import publish as publish_facts


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@directory_option
@click.option("--as", "agency", help="The agency that speaks.")
@click.option("--token", envvar="LIANDONG_TOKEN", help="The agency's token, in place of --as.")
@click.option("--url", envvar="LIANDONG_GATEWAY", help="The door; that of the running stack by default.")
@click.option("--wait", type=float, default=30.0, show_default=True, help="Seconds to wait for receipts.")
@click.option("--json", "as_json", is_flag=True, help="Report for programs.")
def publish(  # noqa: PLR0913, PLR0917 - one parameter an option, as click hands them over
    files: tuple[str, ...],
    directory: Path,
    agency: str | None,
    token: str | None,
    url: str | None,
    wait: float,
    *,
    as_json: bool,
) -> None:
    """Publish the facts of JSON or JSON Lines files (`-`: standard input); exit code 1 if any is refused."""
    url = url or running_stack(directory).gateway_url
    token = token or _token_of(directory, agency)
    for file in files:
        if file != "-" and not Path(file).is_file():
            raise click.BadParameter(f"there is no file {file}", param_hint="FILE")
    try:
        report = _with_progress(files, url, token, Options(wait=wait))
    except NotPublished as error:
        raise Obstacle(str(error), "Mend that and publish again; nothing is counted twice.") from error
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1))
    else:
        console = Console(highlight=False)
        console.print(report.table())
        console.print(report.summary())
    sys.exit(report.exit_code)


def _with_progress(files: tuple[str, ...], url: str, token: str, options: Options) -> Report:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("报送 publishing", total=None)

        def told(_: Result) -> None:
            bar.advance(task)

        return asyncio.run(publish_facts(files, url, token, options, told))


def _token_of(directory: Path, agency: str | None) -> str:
    if agency is None:
        raise click.UsageError("Say who speaks: --as AGENCY, or --token.")
    tokens = read_tokens(layout_of(directory).tokens)
    if agency not in tokens:
        raise click.BadParameter(f"{agency} is no agency of this stack", param_hint="--as")
    return tokens[agency]
