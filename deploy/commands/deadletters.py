"""`liandong deadletters`: raw records that nobody vouches for, why they were set aside, and what to do."""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click
import msgspec

from backbone.broker import BrokerAway
from backbone.settings import Settings
from deploy.commands.running import directory_option, layout_of, running_stack
from deploy.deadletters import Letter, read_letters
from deploy.embedded.obstacles import Obstacle

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

ZONE = ZoneInfo("Asia/Shanghai")


class NoSuchLetter(Obstacle):
    """No dead letter came from this place of `inbound`."""


@click.group()
def deadletters() -> None:
    """Show raw records that nobody vouches for: stamp, key or partition is wrong."""


@deadletters.command("list")
@click.option("--reason", help="Only those set aside for this reason, such as BAD_STAMP.")
@click.option(
    "--last", type=click.IntRange(min=1), default=20, show_default=True, help="So many of the newest."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@directory_option
def list_command(directory: Path, reason: str | None, last: int, *, as_json: bool) -> None:
    """List dead letters, oldest first, and count them by reason."""
    counts, newest = asyncio.run(_newest(_settings(directory), reason, last))
    if as_json:
        for letter in newest:
            click.echo(msgspec.json.encode(letter).decode())
        return
    if not counts:
        click.echo("No dead letters. 没有死信。")
        return
    for letter in newest:
        told = f"{_instant(letter.at)}  {letter.place:<10} {letter.reason:<16}"
        click.echo(f"{told} {letter.agency or '-'}  {letter.matter or letter.key or '-'}")
    total = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    click.echo(f"{len(newest)} of {counts.total()} shown: {total}")
    click.echo("What one says and what to do: liandong deadletters show PLACE")


@deadletters.command("show")
@click.argument("place")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@directory_option
def show_command(directory: Path, place: str, *, as_json: bool) -> None:
    """Show the dead letter that lay at PLACE of `inbound` (PARTITION@OFFSET), and what to do."""
    letter = asyncio.run(_at(_settings(directory), place))
    if letter is None:
        raise NoSuchLetter(f"No dead letter lay at {place}.", "See: liandong deadletters list")
    if as_json:
        click.echo(msgspec.json.encode(letter).decode())
        return
    for line in _told(letter):
        click.echo(line)


def _told(letter: Letter) -> list[str]:
    lines = [f"{letter.reason}  inbound {letter.place}  {_instant(letter.at)}"]
    entry = letter.entry
    if entry is not None:
        lines += [f"  {entry.title_zh}。{entry.title_en}.", f"  → {entry.remedy_zh} {entry.remedy_en}"]
    claims = {
        "key 键": letter.key,
        "kind": letter.kind,
        "agency 机关": letter.agency,
        "matter 事项": letter.matter,
        "event": letter.event_id,
        "stamped by": letter.stamp_key,
    }
    lines.append("  it claims 自称 (nobody vouches for it):")
    lines += [f"    {name}: {value or '-'}" for name, value in claims.items()]
    lines.append(f"  value: {letter.size} bytes, not printed; SM3 {letter.sm3}")
    return lines


async def _newest(settings: Settings, reason: str | None, last: int) -> tuple[Counter[str], list[Letter]]:
    counts: Counter[str] = Counter()
    heap: list[tuple[int, int, Letter]] = []
    async for letter in _letters(settings):
        if reason is not None and letter.reason != reason:
            continue
        counts[letter.reason] += 1
        # The count makes every entry different: letters themselves have no order.
        push = heapq.heappush if len(heap) < last else heapq.heappushpop
        push(heap, (letter.at, counts.total(), letter))
    return counts, [letter for _, _, letter in sorted(heap)]


async def _at(settings: Settings, place: str) -> Letter | None:
    found = None
    async for letter in _letters(settings):
        if letter.place == place:
            found = letter
    return found


async def _letters(settings: Settings) -> AsyncGenerator[Letter, None]:
    try:
        async for letter in read_letters(settings):
            yield letter
    except BrokerAway as away:
        raise Obstacle("The broker does not answer.", f"See: liandong logs kafka ({away})") from away


def _settings(directory: Path) -> Settings:
    state = running_stack(directory)
    return Settings(stack=state.stack, kafka=state.kafka, keys=layout_of(directory).keys)


def _instant(millis: int) -> str:
    return datetime.fromtimestamp(millis / 1000, UTC).astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
