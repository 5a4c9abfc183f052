"""A stack on which one person is planted everywhere, and eyes that look through all that it keeps."""

from __future__ import annotations

import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx

from backbone import keyring
from backbone.database import open_pool
from deploy.simulation import open_driver
from producers.testing import Agency
from schemas.topics import DEADLETTERS, INBOUND, LEDGER
from tests.acceptance.planting import (
    CITY,
    DESK,
    GOVERNMENT,
    NAME,
    NEXT_TOWN,
    NUMBER,
    PHONE,
    PHRASE,
    PLANNING,
    TOWN,
    WATER,
    ZHEJIANG,
    Planter,
)
from tests.acceptance.searching import search_files, search_tables, search_topics
from tests.faults.raw_records import envelope, header, of_unknown_schema, stamped, write

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from backbone.settings import Settings
    from deploy.embedded.testing import StackHandle
    from deploy.simulation import Driver
    from tests.acceptance.searching import Needles

Found: TypeAlias = set[tuple[str, str]]
"""(where, what)."""
Personal: TypeAlias = dict[tuple[str, str, int, str], tuple[str, str]]
"""(text, mark) of a personal field, by (reader, matter, number of the fact, path)."""

PARTITIONS = 6
NOON = datetime.fromisoformat("2026-09-08T12:00:00+08:00")
OCTOBER = datetime.fromisoformat("2026-10-10T10:00:00+08:00")
READERS = (WATER, PLANNING, DESK, GOVERNMENT, TOWN, NEXT_TOWN, CITY, ZHEJIANG)
TOPICS = {INBOUND: PARTITIONS, LEDGER: PARTITIONS, DEADLETTERS: PARTITIONS, "feed.zhejiang": 1}
# The number without its check digit: a wrong one is sent, too.
WORDS = {"name": NAME, "number": NUMBER[:-1], "telephone": PHONE, "phrase": PHRASE}


@dataclass
class Look:
    """What was found at one time in files, tables, topics, answers and the output of commands."""

    files: Found
    tables: Found
    topics: Found
    answers: Found
    outputs: Found
    personal: Personal


@dataclass
class Scene:
    """One stack and what is done on it."""

    stack: StackHandle
    planter: Planter

    @property
    def settings(self) -> Settings:
        """Those of a worker, as the administrator of the database."""
        return self.stack.settings("worker").model_copy(update={"database": self.stack.dsn("admin")})

    @property
    def roots(self) -> list[Path]:
        """Every folder in which the stack keeps anything."""
        state = self.stack.state
        return [self.stack.directory, Path(state.data), Path(state.socket)]

    @property
    def matters(self) -> list[str]:
        """Every matter that was planted."""
        return list(self.planter.matters.values())

    @asynccontextmanager
    async def driver(self) -> AsyncIterator[Driver]:
        """The driver of the simulated stack."""
        pool = await open_pool(self.settings, application="erasure-test", size=2)
        driver = await open_driver(self.settings, pool, keyring.load(self.settings.keys), PARTITIONS)
        try:
            yield driver
        finally:
            await driver.close()

    async def advance(self, to: datetime) -> None:
        """Move time."""
        async with self.driver() as driver:
            await driver.advance(to)

    async def set_aside_and_hold(self, now: datetime) -> None:
        """Write a personal field's very bytes past the doors: once as a dead letter, once to be held."""
        matter, event, timestamp = (
            self.planter.matters["outside"],
            "01a07f2c-3a00-7000-8000-00000000000",
            _ms(now),
        )
        async with self.driver() as driver:
            value: bytes = await driver.pool.fetchval(
                "select value from views.personal where matter = $1 and class = 'person' limit 1", matter
            )
        key = keyring.load(self.settings.keys).door
        said = envelope(matter, TOWN, f"{event}1", value)
        await write(self.settings, header(stamped(said, key, timestamp=timestamp), "stamp", bytes(32)))
        held = envelope(matter, TOWN, f"{event}2", of_unknown_schema(value))
        await write(self.settings, stamped(held, key, timestamp=timestamp))

    def send_mistakes(self) -> list[httpx.Response]:
        """Send the person in bodies that a door refuses: a wrong check digit, an unknown field, no JSON."""
        door = Agency(self.stack.gateway_url, self.stack.tokens[WATER])
        party = {"party_type": "NATURAL_PERSON", "name": NAME, "id_number": NUMBER[:-1] + "0"}
        wrong = door.fact()
        wrong["data"] |= {"suspected_party": party}
        unknown = door.fact()
        unknown["data"] |= {NAME: PHRASE, "more": PHONE}
        misused = [door.fact() | {member: NAME} for member in ("event_id", "matter", "type", "operator")]
        answers = [door.post(body) for body in (wrong, unknown, *misused)]
        answers.append(door.send(f'{{"type": "{NAME}{PHONE}'.encode()))
        paths = (f"/v1/receipts/{NAME}", f"/v1/{NAME}?q={NAME}")
        return answers + [door.request("GET", path) for path in paths]

    def command(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run `liandong` on this stack."""
        argv = [sys.executable, "-m", "deploy.command", *arguments, "--dir", str(self.stack.directory)]
        return subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False)

    async def look(self, sought: Needles) -> Look:
        """Look through everything that the stack keeps, answers and prints."""
        async with self.driver() as driver:
            await driver.settle()
            # What the database holds in memory is written to its files.
            await driver.pool.execute("checkpoint")
        answers, personal = await self._answers(sought)
        outputs = {
            (" ".join(arguments), what)
            for arguments in self._commands()
            for what in sought.within(self._said(arguments))
        }
        return Look(
            files=search_files(self.roots, sought),
            tables=await search_tables(self.stack.dsn("admin"), sought),
            topics=await search_topics(self.settings, TOPICS, sought),
            answers=answers,
            outputs=outputs,
            personal=personal,
        )

    def _commands(self) -> list[list[str]]:
        stated = {body["type"]: body["event_id"] for _, body in self.planter.bodies}
        penalty = stated["PenaltyDecided"]
        return [
            ["status"],
            ["logs"],
            ["parked", "list"],
            ["parked", "show", self.planter.matters["outside"]],
            ["feed", "zhejiang"],
            ["explain", "--json", penalty],
            ["psql", "--role", "admin", "-c", "select * from views.timeline"],
            ["psql", "--role", "admin", "-c", "select * from door.receipt"],
        ]

    def _said(self, arguments: list[str]) -> bytes:
        done = self.command(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return said(done)

    async def _answers(self, sought: Needles) -> tuple[Found, Personal]:
        """Ask as every agency for every matter: what was found, and the personal fields that were shown."""
        found: Found = set()
        personal: Personal = {}
        for agency in READERS:
            bearer = {"Authorization": f"Bearer {self.stack.tokens[agency]}"}
            async with httpx.AsyncClient(
                base_url=self.stack.console_url, timeout=60, headers=bearer
            ) as client:
                await client.post("/sign-in", data={"token": self.stack.tokens[agency]})
                for path in self._paths():
                    answer = await client.get(path)
                    found |= {(f"{agency} {path}", what) for what in sought.within(answer.content)}
                    if path.endswith("/personal") and answer.is_success:
                        personal |= _shown(agency, answer.json())
        return found, personal

    def _paths(self) -> list[str]:
        paths = ["/v1/inbox", "/v1/clocks", "/v1/digests", "/inbox?box=all", "/metrics"]
        for matter in self.matters:
            paths += [f"/v1/matters/{matter}{rest}" for rest in ("", "/timeline", "/personal")]
            paths.append(f"/matters/{matter}")
        return paths


def _shown(agency: str, answer: dict[str, Any]) -> Personal:
    return {
        (agency, answer["matter"], item["seq"], item["path"]): (item["text"], item["mark"])
        for item in answer["items"]
    }


def _ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def said(done: subprocess.CompletedProcess[str]) -> bytes:
    """What a command printed, on either stream."""
    return (done.stdout + done.stderr).encode()
