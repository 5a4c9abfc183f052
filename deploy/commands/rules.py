"""`liandong rules`: the rulebook read, checked, and taken along as an edition."""

from __future__ import annotations

import json
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from backbone.settings import Settings
from deploy.embedded.obstacles import Obstacle
from deploy.rulebook import checking, editions
from deploy.rulebook.finding import find
from deploy.rulebook.lineage import composition, placed, widest_first
from deploy.rulebook.sheets import KINDS, pack_zh, sheet, title
from deploy.rulebook.words import UNREAD, Desks, source_zh, validity_zh, verified_zh
from processors.rulebook import BrokenPack
from processors.rulebook.loading import load_pack
from schemas.days import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deploy.rulebook.checking import Meant
    from deploy.rulebook.lineage import Placed
    from processors.rulebook.pack import Pack

HASH = re.compile("[0-9a-f]{64}")
from_option = click.option(
    "--from",
    "directory",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A directory with packs, in place of this release's.",
)


@click.group()
def rules() -> None:
    """Read and check the rulebook; take it along as an edition."""


@rules.command("check")
@click.argument("packs", nargs=-1, metavar="[DIR|PACK...]")
@click.option("--on", "today", help="The day for which expired rules are looked for; today if not given.")
@click.option("--json", "as_json", is_flag=True, help="Findings for programs.")
def check_command(packs: tuple[str, ...], today: str | None, *, as_json: bool) -> None:
    """Check packs and tell everything that is wrong at once; exit code 1 if anything is.

    Without arguments those that are in force; else a directory with packs, or packs of this release.
    """
    day = today or datetime.now(SHANGHAI).date().isoformat()
    try:
        found = checking.look(checking.meant(packs, Settings().packs), day)
    except BrokenPack as error:
        raise Obstacle(str(error), "") from error
    if as_json:
        click.echo(json.dumps(checking.as_json(found), ensure_ascii=False, indent=1))
    else:
        for each in found.found:
            click.echo(f"✘ {each.file}:{each.line}: {each.what}\n  → {each.remedy}")
        click.echo(checking.summary(found))
    sys.exit(1 if found.found else 0)


@rules.command("show")
@click.argument("name", required=False)
@from_option
def show_command(name: str | None, directory: Path | None) -> None:
    """Show a rule, a pack, a fact or a clause by NAME; without it how the packs lie over each other."""
    packs = _packs(_meant(directory))
    console = Console(highlight=False, soft_wrap=True)
    if name is None:
        _composition(packs, console)
        return
    answer = find(packs, name)
    if not answer.whole:
        _list(answer.rules, console)
        return
    for _, each in answer.rules:
        for label, value in sheet(each, Desks(packs)):
            console.print(f"[bold]{label}[/bold]  ", _plain(value), sep="")
        console.print()


@rules.command("export")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.argument("packs", nargs=-1, metavar="[DIR|PACK...]")
def export_command(directory: Path, packs: tuple[str, ...]) -> None:
    """Copy packs into a new DIRECTORY as an edition, and print its hash."""
    try:
        hash_ = editions.export(checking.meant(packs, Settings().packs), directory)
    except BrokenPack as error:
        raise Obstacle(str(error), "Mend the pack: liandong rules check") from error
    click.echo(f"{hash_}  {directory}")
    click.echo("Workers decide by it once it is in LIANDONG_EDITIONS and published.", err=True)


@rules.command("publish")
@click.argument("hash_", metavar="HASH")
@click.option("--as", "agency", required=True, help="The agency that publishes.")
@click.option("--label", required=True, help="Name of the edition.")
@click.option("--approval", required=True, help="Number of the signed document that approves it.")
@click.option("--at", "occurred_at", help="When it is decided, ISO 8601; now if not given.")
def publish_command(hash_: str, agency: str, label: str, approval: str, occurred_at: str | None) -> None:
    """Print the fact that brings the edition HASH into force, for `liandong publish - --as AGENCY`."""
    if not HASH.fullmatch(hash_):
        raise click.BadParameter(
            "64 lower-case hex digits, as `liandong rules export` prints", param_hint="HASH"
        )
    fact = editions.fact_to_publish(hash_, agency, label, approval)
    fact["occurred_at"] = occurred_at or datetime.now(SHANGHAI).isoformat(timespec="seconds")
    click.echo(json.dumps(fact, ensure_ascii=False))


def _meant(directory: Path | None) -> Meant:
    return checking.meant(() if directory is None else (str(directory),), Settings().packs)


def _packs(meant: Meant) -> list[Pack]:
    """Load packs one by one, so that broken ones can be looked at too as far as they load."""
    try:
        return widest_first([load_pack(meant.root, name) for name in meant.names])
    except BrokenPack as error:
        raise Obstacle(str(error), "Mend the pack: liandong rules check") from error


def _composition(packs: Sequence[Pack], console: Console) -> None:
    """Print how the packs lie over each other, and how many rules of each kind each brings."""
    console.print(composition(packs), style="bold")
    everything = list(placed(packs))
    for pack in packs:
        own = [each for each in everything if each.found.pack is pack]
        counts = "、".join(f"{zh} {sum(e.found.what == kind for e in own)}" for kind, zh in KINDS.items())
        unread = sum(not each.found.content["verified"] for each in own)
        regions = "、".join(pack.regions) or "全国"
        console.print(f"{pack.name}  适用地区 {regions}\n  {counts}；{UNREAD} {unread}")
        for each in own:
            if each.replaces:
                console.print(f"  {each.found.id} {_plain(pack_zh(each))}")


def _list(rules_: Sequence[tuple[str, Placed]], console: Console) -> None:
    """Print a rule a paragraph: what it is, the part of it that was asked for, what it rests on."""
    for part, each in rules_:
        content = each.found.content
        played = f"  [bold]{part}[/bold]" if part else ""
        console.print(
            f"[bold]{each.found.id}[/bold]  {KINDS[each.found.what]}  ", title(content), played, sep=""
        )
        console.print(f"  依据 {_plain(source_zh(content['source']))}")
        verified = verified_zh(verified=content["verified"])
        console.print(f"  {verified}；效力 {validity_zh(content)}；{_plain(pack_zh(each))}（{each.place}）")


def _plain(value: str) -> str:
    return value.replace("`", "").replace("[", r"\[")
