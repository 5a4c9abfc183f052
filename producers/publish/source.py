"""Read facts out of JSON, JSON Lines or standard input; each gets its event id before anything is sent."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from producers.gateway.strictjson import inspect, parse
from schemas.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STDIN = "-"
"""Stands for standard input where a path is expected."""

MakeId: TypeAlias = "Callable[[], str]"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact of a source: where it stands, and the bytes that are sent, a JSON object in one line.

    ``refused`` says why it cannot be sent at all; such an entry never leaves this machine.
    """

    source: str
    line: int
    event_id: str
    body: bytes
    refused: tuple[Refused, ...] = ()


def entries(source: str, make_id: MakeId) -> Iterator[Entry]:
    """The facts of a file (or of standard input, ``-``), read as they are asked for.

    A text that begins with ``[`` is an array, any other is one object a line or a single object over many.
    Raises OSError.
    """
    with _opened(source) as stream:
        first = _first_line(stream)
        if first is None:
            return
        start, line = first
        if line.lstrip().startswith(b"[") or not _is_whole(line):
            yield from _of_text(source, start, line + stream.read(), make_id)
            return
        yield _of_line(source, start, line, make_id)
        for number, line in enumerate(stream, start + 1):
            if line.strip():
                yield _of_line(source, number, line, make_id)


@contextmanager
def _opened(source: str) -> Iterator[IO[bytes]]:
    if source == STDIN:
        yield sys.stdin.buffer
        return
    with Path(source).open("rb") as stream:
        yield stream


def _first_line(stream: IO[bytes]) -> tuple[int, bytes] | None:
    for number, line in enumerate(stream, 1):
        text = line.removeprefix(_BOM) if number == 1 else line
        if text.strip():
            return number, text
    return None


def _is_whole(line: bytes) -> bool:
    """Whether a first line stands on its own; one that leaves an object open goes on below."""
    try:
        json.loads(line)
    except ValueError:
        return not line.lstrip().startswith(b"{") or line.rstrip().endswith(b"}")
    return True


def _of_line(source: str, number: int, line: bytes, make_id: MakeId) -> Entry:
    """A line is sent as it was written, for the door to judge; a missing id is put in front."""
    text = line.strip()
    try:
        value = parse(text)
    except Refused:
        return Entry(source, number, "", text)
    known = value.get("event_id") if isinstance(value, dict) else ""
    if known is not None:
        return Entry(source, number, str(known), text)
    event_id = make_id()
    rest = text[1:].lstrip()
    comma = b"" if rest.startswith(b"}") else b","
    return Entry(source, number, event_id, b'{"event_id":"' + event_id.encode() + b'"' + comma + rest)


def _of_text(source: str, first: int, text: bytes, make_id: MakeId) -> Iterator[Entry]:
    """An array, or one object over many lines; numbered by place in the array."""
    try:
        value = parse(text)
    except Refused as refused:
        yield Entry(source, first, "", b"", (refused,))
        return
    items: list[Any] = value if isinstance(value, list) else [value]
    for place, item in enumerate(items, 1):
        found = inspect(item)
        if found:
            yield Entry(source, place, "", b"", found)
            continue
        if isinstance(item, dict) and item.get("event_id") is None:
            item = {**item, "event_id": make_id()}  # noqa: PLW2901 - the same fact, now with its id
        event_id = str(item["event_id"]) if isinstance(item, dict) else ""
        yield Entry(source, place, event_id, json.dumps(item, ensure_ascii=False).encode())
