"""Rows as text: CSV and JSON Lines piece by piece, and a table of the first rows for people."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
from asyncpg import Record

from projections.asking.run import QueryRefused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from projections.asking.run import Answer

PIECE = 64 * 1024
"""So much text, in characters, is gathered before it is handed on."""


def plain(value: object) -> Any:
    """A value that JSON has no word for: bytes as hex, a row as a list, all else as its text."""
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    if isinstance(value, Record):
        return list(value.values())
    return str(value)


def _encoded(value: object) -> str:
    # The encoder would write bytes as Base64 before it asked `plain`.
    return _ENCODER.encode(_hexed(value)).decode()


def _hexed(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (list, tuple, Record)):
        return [_hexed(each) for each in value]
    return value


_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=plain)


def cell(value: object) -> str:
    """A value in a cell: nothing for null, text as it is, true and false, lists and objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    return _encoded(value)


async def csv_pieces(answer: Answer) -> AsyncIterator[str]:
    """The answer as CSV (RFC 4180) with a line of names, in pieces."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(answer.columns)
    async for row in answer.rows:
        writer.writerow([cell(value) for value in row])
        if text.tell() > PIECE:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


async def json_pieces(answer: Answer) -> AsyncIterator[str]:
    """The answer as JSON Lines, one object a row, in pieces; QueryRefused if two columns share a name."""
    repeated = sorted({name for name in answer.columns if answer.columns.count(name) > 1})
    if repeated:
        raise QueryRefused(
            f'Two columns are named "{repeated[0]}"', "Give each a name of its own: select a as x, b as y"
        )
    text = io.StringIO()
    async for row in answer.rows:
        pairs = zip(answer.columns, row, strict=True)
        text.write(_encoded({name: _hexed(value) for name, value in pairs}) + "\n")
        if text.tell() > PIECE:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    if text.tell():
        yield text.getvalue()


FORMATS: dict[str, Callable[[Answer], AsyncIterator[str]]] = {"csv": csv_pieces, "json": json_pieces}
"""How an answer of any length can be given."""
