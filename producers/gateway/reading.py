"""Read the body of a publication: one object, an array, or one a line, within limits while it streams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from producers.gateway.strictjson import inspect, parse
from schemas.errors import Code, Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

LINES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})
"""Media types of one JSON object a line."""

OBJECTS = frozenset({"application/json", ""})
"""Media types of one JSON text: an object or an array. A missing header counts as JSON."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, and the number of facts in one request."""

    fact: int = 1024 * 1024
    body: int = 4 * 1024 * 1024
    facts: int = 1000
    drain: int = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Item:
    """One submission as read: its line or place (from 1), its value, what was wrong with it already."""

    number: int
    value: Any
    findings: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """What was read. ``many`` is false for a single object, which is answered without a list around it."""

    items: tuple[Item, ...]
    many: bool

    def mapped(self, read: Callable[[Any], tuple[Any, tuple[Refused, ...]]]) -> Body:
        """The same submissions, read once more where they could be read at all."""
        return Body(
            tuple(each if each.findings else Item(each.number, *read(each.value)) for each in self.items),
            self.many,
        )


def _too_large(code: Code, limit: int) -> Refused:
    return Refused(code, detail_zh=f"上限为 {limit} 字节。", detail_en=f"The limit is {limit} bytes.")


async def collect(chunks: AsyncIterator[bytes], media_type: str, limits: Limits, declared: int = 0) -> bytes:
    """All bytes of a body, or a refusal as soon as it is too large; ``declared`` is its Content-Length.

    What follows the limit is read and thrown away, up to ``limits.drain`` bytes, so that a client that still
    writes gets the answer and no broken connection. Nothing beyond the limit is ever held.

    Raises Refused: TOO_LARGE.
    """
    held = bytearray()
    limit = limits.body
    if declared > limit:
        await _drain(chunks, limits.drain)
        raise _too_large(Code.TOO_LARGE, limit)
    async for chunk in chunks:
        if len(held) + len(chunk) > limits.fact and media_type not in LINES:
            limit = limits.body if (held[:64] + chunk[:64]).lstrip()[:1] == b"[" else limits.fact
        if len(held) + len(chunk) > limit:
            held.clear()
            await _drain(chunks, limits.drain)
            raise _too_large(Code.TOO_LARGE, limit)
        held += chunk
    return bytes(held)


async def _drain(chunks: AsyncIterator[bytes], limit: int) -> None:
    dropped = 0
    async for chunk in chunks:
        dropped += len(chunk)
        if dropped > limit:
            return


def split(raw: bytes, media_type: str, limits: Limits) -> Body:
    """The submissions of a body, in the order in which they were sent.

    In a body of lines a bad line is an item with its findings, and no other line is touched; blank lines
    are skipped but counted, so that numbers are those of the sender's editor.

    Raises Refused: NOT_UTF8 or MALFORMED_JSON for a single JSON text, EMPTY_BATCH, BATCH_TOO_LONG.
    """
    body = _lines(raw, limits) if media_type in LINES else _text(raw)
    if not body.items:
        raise Refused(Code.EMPTY_BATCH)
    if len(body.items) > limits.facts:
        raise Refused(
            Code.BATCH_TOO_LONG,
            detail_zh=f"共 {len(body.items)} 条，上限 {limits.facts} 条。",
            detail_en=f"{len(body.items)} facts; the limit is {limits.facts}.",
        )
    return body


def _lines(raw: bytes, limits: Limits) -> Body:
    lines = raw.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return Body(tuple(_line(n, line, limits) for n, line in enumerate(lines, 1) if line.strip()), many=True)


def _line(number: int, line: bytes, limits: Limits) -> Item:
    if len(line) > limits.fact:
        return Item(number, None, (_too_large(Code.FACT_TOO_LARGE, limits.fact),))
    try:
        value = parse(line)
    except Refused as refused:
        return Item(number, None, (refused,))
    return Item(number, value, inspect(value))


def _text(raw: bytes) -> Body:
    value = parse(raw)
    if isinstance(value, list):
        return Body(tuple(Item(n, item, inspect(item)) for n, item in enumerate(value, 1)), many=True)
    return Body((Item(1, value, inspect(value)),), many=False)
