"""Rows on their way into a table: one JSON document for a batch, so that lists and documents fit in columns.

COPY would be faster still, but PostgreSQL refuses it on tables with row-level security.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

_ENCODER = msgspec.json.Encoder()


def as_rows(structs: Iterable[Any]) -> str:
    """Encode structs or dicts, whose fields are the columns, for `json_populate_recordset`."""
    return _ENCODER.encode(list(structs)).decode()


def bytea(value: bytes) -> str:
    """Write bytes as PostgreSQL reads them from text."""
    return "\\x" + value.hex()
