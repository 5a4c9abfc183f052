"""`liandong erase`: destroy what makes a person readable, for good, and say so in the ledger."""

from __future__ import annotations

import asyncio
import re
import sys
from typing import TYPE_CHECKING, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from backbone.broker import BrokerAway
from backbone.database import DatabaseAway, connect
from backbone.keyring import BadKeyRing
from backbone.keyring import load as load_keys
from backbone.settings import Settings
from backbone.stack import read_identity
from backbone.vault import NoWrappingKey
from backbone.vault.erasure import ErasureRunning, find
from deploy.commands.running import directory_option, layout_of, running_stack
from deploy.embedded.obstacles import Obstacle
from deploy.erasure import Decision, Done, Found, NameInReason, Unknown, carry_out, look_up, replay
from producers.gateway.sealing import person_key
from schemas.errors import Refused
from schemas.identifiers import check_citizen_id, check_uscc, parse_matter_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from backbone.database import Connection

Answer = TypeVar("Answer")

APPLICATION = "liandong-erase"
ID_KINDS = (
    "RESIDENT_ID",
    "PASSPORT",
    "HK_MACAO_PERMIT",
    "TAIWAN_PERMIT",
    "FOREIGN_PERMANENT",
    "OTHER",
    "USCC",
)
"""Kinds of document by which a person is known; USCC is that of an individual business."""
_PERSON = re.compile(r"[PN]-[0-9a-f]{32}|U-[0-9A-Z]{18}")
_SHOWN_MATTERS = 20
_TOLD = (Unknown, NameInReason, ErasureRunning, DatabaseAway, BrokerAway, BadKeyRing, NoWrappingKey)


class NotErased(Obstacle):
    """Nothing was erased: the message says why."""


@click.command()
@click.argument("person", required=False)
@click.option("--id-number", is_flag=True, help="Read the person's number, unseen, from terminal or stdin.")
@click.option("--id-kind", type=click.Choice(ID_KINDS), default="RESIDENT_ID", show_default=True)
@click.option("--why", default="", help="On which ground; nothing about the person: it stays in the ledger.")
@click.option("--who", default="", help="Which desk decided it, no name: it stays in the ledger.")
@click.option("--also", multiple=True, help="A further matter whose free text names the person; repeatable.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@click.option(
    "--replay", "again", is_flag=True, help="Apply the ledger's erasures to keys that were restored."
)
@directory_option
def erase(
    directory: Path, person: str | None, id_kind: str, also: tuple[str, ...], **options: str | bool
) -> None:
    """Erase PERSON, a pseudonym: no view, feed, log or dead letter shows who it is ever again.

    \b
    永久删除一人：销毁其密钥和提及其人的事项的文本密钥，并在总账中记载。
    A number is never an argument: it would stay in the shell's history. It is read, unseen:
      liandong erase --id-number --why 保存期限届满 --who 区城管执法局法制科
    """  # noqa: D301 - click's mark for lines that it leaves as they are
    try:
        if options["again"]:
            _replay(directory)
            return
        if (person is None) == (not options["id_number"]):
            raise click.UsageError("请给出假名，或用 --id-number。Name a pseudonym, or --id-number.")
        if not options["why"] or not options["who"]:
            raise click.UsageError("请写明依据 --why 和部门 --who。Say --why and --who.")
        sought = person if person is not None else _sought(directory, id_kind)
        if not _PERSON.fullmatch(sought):
            raise click.UsageError("PERSON 应为假名。PERSON is a pseudonym such as P-… (32 hex digits).")
        _erase(
            directory,
            Decision(sought, str(options["who"]), str(options["why"]), _matters(also)),
            sure=bool(options["yes"]),
        )
    except _TOLD as error:
        click.echo(f"✘ {' '.join(str(error).split())}", err=True)
        sys.exit(1)


def _matters(also: tuple[str, ...]) -> tuple[str, ...]:
    for matter in also:
        try:
            parse_matter_id(matter)
        except Refused as refused:
            raise click.UsageError(f"{matter}: {refused.detail_zh} {refused.detail_en}") from None
    return also


def _erase(directory: Path, decision: Decision, *, sure: bool) -> None:
    found = _at(directory, lambda connection, _: look_up(connection, decision.person))
    _tell_before(found, decision)
    if not sure and not click.confirm("永久删除，不可恢复？Erase for good?", default=False):
        raise NotErased("没有删除任何内容。", "Nothing was erased.")
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(), transient=True) as bar:
        task = bar.add_task("重新包裹其他密钥 other keys wrapped anew", total=None)
        done = _at(
            directory,
            lambda connection, settings: carry_out(
                connection,
                settings,
                decision,
                lambda at, total: bar.update(task, completed=at, total=total),
            ),
        )
    _tell_after(done, [matter for matter in found.linked if matter not in decision.also])


def _replay(directory: Path) -> None:
    async def run(connection: Connection, settings: Settings) -> tuple[int, int, int]:
        identity = await read_identity(connection)
        done = await replay(settings, connection, identity.partitions)
        return done.erasures, done.destroyed, len(done.shredded.names)

    erasures, destroyed, replaced = _at(directory, run)
    click.echo(f"✔ 总账中新读到的删除 erasures read from the ledger: {erasures}")
    click.echo(f"✔ 销毁的密钥 keys destroyed: {destroyed}；更换的包裹密钥 wrapping keys replaced: {replaced}")


def _sought(directory: Path, id_kind: str) -> str:
    """Read a number that nobody sees, and return whose pseudonym it has."""
    if sys.stdin.isatty():
        number = str(click.prompt("证件号码（不显示）number, not shown", hide_input=True))
    else:
        number = sys.stdin.readline()
    number = number.strip().upper()
    try:
        if id_kind == "RESIDENT_ID":
            check_citizen_id(number)
        elif id_kind == "USCC":
            check_uscc(number)
    except Refused:
        # Its words would repeat the number.
        raise NotErased(
            "证件号码不正确（位数或校验位）。", "The number is not valid: length or check."
        ) from None
    party = {"party_type": "INDIVIDUAL_BUSINESS" if id_kind == "USCC" else "NATURAL_PERSON"}
    party |= {"uscc": number} if id_kind == "USCC" else {"id_kind": id_kind, "id_number": number}
    known = person_key(party)

    async def run(connection: Connection, settings: Settings) -> str | None:
        return None if known is None else await find(connection, load_keys(settings.keys), known)

    found = _at(directory, run)
    if found is None:
        raise NotErased("密钥库中从未有过此号码。", "The vault has never met this number: nothing to erase.")
    return found


def _at(directory: Path, work: Callable[[Connection, Settings], Awaitable[Answer]]) -> Answer:
    running = running_stack(directory)
    settings = Settings(
        stack=running.stack, kafka=running.kafka, database=running.database, keys=layout_of(directory).keys
    )

    async def run() -> Answer:
        connection = await connect(running.database, application=APPLICATION)
        try:
            return await work(connection, settings)
        finally:
            await connection.close()

    return asyncio.run(run())


def _tell_before(found: Found, decision: Decision) -> None:
    doomed = found.doomed
    click.echo(f"{doomed.person}")
    if found.tombstone is not None:
        click.echo("  此前已删除；重做一遍无妨。Erased before; to do it again does no harm.")
    click.echo(f"  将销毁个人密钥 keys of the person to be destroyed: {doomed.keys}")
    click.echo(f"  将销毁文本密钥 text keys to be destroyed: {doomed.texts}")
    click.echo(f"  涉及事项 matters that name the person: {len(doomed.matters)}")
    for matter in doomed.matters[:_SHOWN_MATTERS]:
        click.echo(f"    {matter}")
    if len(doomed.matters) > _SHOWN_MATTERS:
        click.echo(f"    … {len(doomed.matters) - _SHOWN_MATTERS}")
    for matter in decision.also:
        click.echo(f"  另行销毁文本密钥 text key of a further matter: {matter}")
    for matter in found.linked:
        if matter not in decision.also:
            click.echo(f"  其文本可能提及此人 its text may name the person too: --also {matter}")
    click.echo(
        "  这些事项的自由文本将对所有人不可读。Free text of these matters becomes unreadable for everyone."
    )


def _tell_after(done: Done, linked: list[str]) -> None:
    click.echo(f"✔ 销毁的密钥 keys destroyed: {done.destroyed}")
    click.echo(
        f"✔ 更换的包裹密钥 wrapping keys replaced: {len(done.shredded.names)}"
        f"（重新包裹 wrapped anew: {done.shredded.rewrapped}）"
    )
    where = f"{done.stated.matter}, {done.stated.event_id}"
    if done.decided:
        click.echo(f"✔ 已记入总账 stated in the ledger: PersonalDataShredded, {where}")
    else:
        click.echo(f"✔ 已送往总账，尚未处理 on its way to the ledger, not decided yet: {where}")
        click.echo("  worker 恢复后自动处理。A worker decides it as soon as one runs: liandong status")
    for matter in linked:
        click.echo(f"? 请核对其文本是否提及此人 see whether its text names the person: {matter}（--also）")
    if not linked:
        click.echo("✔ 任何页面、接口、日志与死信均不再显示此人。Nothing shows the person any more.")
    click.echo(f"  仍保留：假名、状态、时限与哈希。What remains: the pseudonym {done.tombstone.person}.")
    click.echo(
        "  此前的密钥备份仍可读取：请销毁；恢复后入口开放前会重新应用删除。"
        "Older backups of the keys still open it: destroy them; a restored one is erased again at the start."
    )
