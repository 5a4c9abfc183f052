"""The erasure of one person, step by step; an interrupted one is finished by doing it again.

The vault destroys the keys and keeps a tombstone, the wrapping keys of what was destroyed are replaced, every
process forgets what it had unwrapped, and the ledger is told.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backbone import keyring
from backbone.clock import SystemClock
from backbone.queries import load_queries
from backbone.remedy import remedy
from backbone.stack import read_identity
from backbone.vault.cache import KEPT_SECONDS
from backbone.vault.erasure import (
    Doomed,
    Tombstone,
    doomed,
    erase,
    erasing,
    is_known,
    open_fields,
    tombstone,
    with_text,
)
from backbone.vault.shred import shred
from deploy.erasure.statement import state

if TYPE_CHECKING:
    from collections.abc import Callable

    from backbone.database import Connection
    from backbone.settings import Settings
    from backbone.vault.shred import Shredded
    from schemas.envelope import Envelope

SQL = load_queries("deploy", "sql/erase.sql")

DECIDED_SECONDS = 20.0
"""So long the command waits to see its statement in the views; it is in the log all the same."""
_LOOK_SECONDS = 0.1
_LIKE_A_NUMBER = re.compile(r"\d{17}[\dXx]|\d{15}|1\d{10}")
_LEAST = 2
_MATTER = re.compile(r'"([A-Z]{2}-\d{6}-[A-Z]{2}\d{2}-(?:\d{8}-\d{6}|[0-9A-Z]{10})-[0-9A-Z])"')
_CASE_NO = re.compile(r'"case_no": "([^"]+)"')


class Unknown(LookupError):
    """密钥库中没有此假名，请核对。The vault never met this pseudonym: compare it with that in the matter."""


class NameInReason(ValueError):
    """--why or --who says something of the person, and stays in the ledger: name ground and desk alone.

    依据或部门中含有当事人的信息，而它们将永久留在总账中：请只写依据和部门。
    """


@dataclass(frozen=True, slots=True)
class Decision:
    """Who is erased (a pseudonym), which desk decided it, on which ground; all of it stays in the ledger.

    `also` are further matters whose free text names the person.
    """

    person: str
    who: str
    why: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What an erasure would destroy, and the tombstone if the person was erased before.

    `linked` are matters that these refer to, or that refer to them, and whose text may name the person too.
    """

    doomed: Doomed
    tombstone: Tombstone | None
    linked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What was done. `stated` is what the ledger was told, `decided` whether the views show it already."""

    tombstone: Tombstone
    destroyed: int
    shredded: Shredded
    stated: Envelope
    decided: bool


async def look_up(connection: Connection, person: str) -> Found:
    """Tell what erasing a person would destroy; nothing changes. Raises Unknown."""
    if not await is_known(connection, person):
        raise Unknown(remedy(Unknown))
    found = await doomed(connection, person)
    return Found(found, await tombstone(connection, person), await _linked(connection, found.matters))


async def _linked(connection: Connection, matters: tuple[str, ...]) -> tuple[str, ...]:
    said = [row["content"] for row in await connection.fetch(SQL["said_of"], list(matters))]
    named = {found for content in said for found in _MATTER.findall(content)}
    cases = {found for content in said for found in _CASE_NO.findall(content)}
    named |= {row["matter"] for row in await connection.fetch(SQL["assisting"], list(cases))}
    return await with_text(connection, sorted(named - set(matters)))


async def carry_out(
    connection: Connection,
    settings: Settings,
    decision: Decision,
    progress: Callable[[int, int], None] | None = None,
) -> Done:
    """Erase a person and state it; `progress` gets (done, all) of the keys that are wrapped anew.

    The connection is the administrator's. Raises NameInReason, ErasureRunning, BrokerAway, BadKeyRing,
    NoWrappingKey.
    """
    await _refuse_names(connection, settings, decision)
    identity = await read_identity(connection)
    now = SystemClock().now() if identity.simulated_now is None else identity.simulated_now
    async with erasing(connection):
        ordered = Tombstone(decision.person, decision.who, decision.why, 0, now, decision.also)
        destroyed = await erase(connection, ordered, count=True)
        since = time.monotonic()
        stone = await tombstone(connection, decision.person) or ordered
        shredded = await shred(connection, settings.keys, progress)
        if destroyed or shredded.names:
            await asyncio.sleep(max(0.0, KEPT_SECONDS - (time.monotonic() - since)))
        stamped_at = None if identity.simulated_now is None else now // 1000
        key = keyring.load(settings.keys).backbone
        said = await state(settings, key, identity.partitions, stone, stamped_at)
    return Done(stone, destroyed, shredded, said, await _seen(connection, said))


async def _refuse_names(connection: Connection, settings: Settings, decision: Decision) -> None:
    text = f"{decision.who}\n{decision.why}"
    matters = (await doomed(connection, decision.person)).matters
    fields = [row["value"] for row in await connection.fetch(SQL["personal_of"], list(matters))]
    ring = keyring.load(settings.keys)
    opened = await open_fields(connection, ring, decision.person, fields)
    if _LIKE_A_NUMBER.search(text) or any(len(each) >= _LEAST and each in text for each in opened):
        raise NameInReason(remedy(NameInReason))


async def _seen(connection: Connection, said: Envelope) -> bool:
    end = time.monotonic() + DECIDED_SECONDS
    while not await connection.fetchval(SQL["is_stated"], said.matter, said.event_id):
        if time.monotonic() > end:
            return False
        await asyncio.sleep(_LOOK_SECONDS)
    return True
