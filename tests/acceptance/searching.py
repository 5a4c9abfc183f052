"""Looking for words in everything that a stack keeps: files in whatever encoding, tables, logs, answers."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiokafka import TopicPartition

from backbone.broker import consumer, open_logs
from backbone.database import connect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from backbone.settings import Settings

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gbk")
_TABLES = """
select format('%I.%I', schemaname, tablename) from pg_tables
where schemaname not in ('pg_catalog', 'information_schema')
"""
_AT_ONCE = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Needles:
    """Byte strings to look for, each with the name of what it is."""

    names: dict[bytes, str]
    longest: int

    def within(self, content: bytes) -> set[str]:
        """Names of those that the content has."""
        return {name for needle, name in self.names.items() if needle in content}


def needles(words: dict[str, str], secrets: dict[str, bytes] | None = None) -> Needles:
    """Every way in which words or secret bytes may stand in a file."""
    names: dict[bytes, str] = {}
    for name, word in words.items():
        for encoding in ENCODINGS:
            names |= dict.fromkeys(_forms(word.encode(encoding)), f"{name} ({encoding})")
        names[json.dumps(word)[1:-1].encode()] = f"{name} (escaped)"
        names[quote(word).encode()] = f"{name} (percent)"
    for name, secret in (secrets or {}).items():
        names |= dict.fromkeys(_forms(secret), name)
    return Needles(names, max(len(needle) for needle in names))


def _forms(raw: bytes) -> Iterator[bytes]:
    yield raw
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    for shift in range(3):
        # What is the same in base64 whatever stands before and after, when the word begins at this shift.
        coded = base64.b64encode(b"\0" * shift + raw)
        inner = coded[(shift * 8 + 5) // 6 : (shift + len(raw)) * 8 // 6]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")


def search_files(roots: Iterable[Path], sought: Needles) -> set[tuple[str, str]]:
    """(file, what) for everything found in the files below these folders."""
    found: set[tuple[str, str]] = set()
    for root in roots:
        for folder, _, files in os.walk(root):
            for name in files:
                path = os.path.join(folder, name)  # noqa: PTH118 - os.walk gives strings
                found |= {(path, what) for what in _search_file(path, sought)}
    return found


def _search_file(path: str, sought: Needles) -> set[str]:
    found: set[str] = set()
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return found  # a socket, or a file that has gone
    try:
        for begin, end in _data(descriptor):
            for place in range(begin, end, _AT_ONCE):
                size = min(_AT_ONCE + sought.longest, end - place)
                found |= sought.within(os.pread(descriptor, size, place))
    finally:
        os.close(descriptor)
    return found


def _data(descriptor: int) -> Iterator[tuple[int, int]]:
    """The parts of a file that hold data: Kafka's indexes and the database's logs are mostly holes."""
    place, size = 0, os.fstat(descriptor).st_size
    while place < size:
        try:
            begin = os.lseek(descriptor, place, os.SEEK_DATA)
        except OSError:
            return
        place = os.lseek(descriptor, begin, os.SEEK_HOLE)
        yield begin, place


async def search_tables(dsn: str, sought: Needles) -> set[tuple[str, str]]:
    """(table, what) for everything found in any row of any table, compressed columns too."""
    found: set[tuple[str, str]] = set()
    connection = await connect(dsn, application="search")
    try:
        for (table,) in await connection.fetch(_TABLES):
            rows = await connection.fetch(f"select t::text from {table} t")  # noqa: S608 - names of our tables
            content = "\n".join(row[0] for row in rows)
            found |= {(table, what) for what in sought.within(content.encode())}
    finally:
        await connection.close()
    return found


async def search_topics(settings: Settings, topics: dict[str, int], sought: Needles) -> set[tuple[str, str]]:
    """(topic, what) for everything found in a record of these topics (partitions of each), as it is read."""
    found: set[tuple[str, str]] = set()
    for topic, partitions in topics.items():
        for content in await read_topic(settings, topic, partitions):
            found |= {(topic, what) for what in sought.within(content)}
    return found


async def read_topic(settings: Settings, topic: str, partitions: int) -> list[bytes]:
    """Every committed record of a topic: key, headers and value in one."""
    logs = [TopicPartition(topic, number) for number in range(partitions)]
    async with open_logs(settings) as asked:
        bounds = await asked.bounds(logs)
    reader = await consumer(settings, client_id="search")
    read: list[bytes] = []
    try:
        for log in logs:
            reader.assign([log])
            reader.seek(log, bounds[log][0])
            while await reader.position(log) < bounds[log][1]:
                for record in (await reader.getmany(log, timeout_ms=200)).get(log, []):
                    headers = [part for name, content in record.headers for part in (name.encode(), content)]
                    read.append(b"\0".join([record.key or b"", *headers, record.value or b""]))
    finally:
        await reader.stop()
    return read
