"""Records to bytes and back: Confluent's wire format over the released contracts.

The bytes are 0x00, the schema id in 4 bytes big-endian, the Avro encoding. Ids come from `ids.lock.json`; a
record is always written with the newest released version, and read with the version that its id names, then
resolved to the newest. Instants are integers (microseconds since 1970, UTC), dates are ISO strings.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import fastavro

from schemas.errors import Code
from schemas.released import Release, meaning, releases
from schemas.shape import InvalidRecord, Message, Shape, escape

if TYPE_CHECKING:
    from schemas.contracts import Schema

__all__ = ["CODEC", "Codec", "Decoded", "InvalidRecord", "Undecodable", "UnknownSchema", "plain"]

MAGIC = 0
HEADER = struct.Struct(">bi")


class UnknownSchema(Exception):
    """The framing is good, the schema id is none that we know: hold the record, and upgrade this process."""

    def __init__(self, schema_id: int) -> None:
        super().__init__(f"no released contract has the id {schema_id}")
        self.schema_id = schema_id


class Undecodable(Exception):
    """The bytes are not what they claim to be: the sender's mistake. Encode the record with its contract."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded value: the record's name and its fields (instants as integer microseconds)."""

    name: str
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Writer:
    """What it takes to write one record: prefix, schema, shape."""

    prefix: bytes
    schema: Schema
    shape: Shape


@dataclass(frozen=True, slots=True)
class Reader:
    """What it takes to read one version of a record; `newest` is None when that version is the newest."""

    name: str
    schema: Schema
    newest: Schema | None


def plain(schema: Schema) -> Schema:
    """Parse a self-contained schema for use here: without prose, with instants as bare integers."""
    return dict(fastavro.parse_schema(_bare(meaning(schema))))


def _bare(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_bare(branch) for branch in schema]
    if not isinstance(schema, dict):
        return schema
    if "logicalType" in schema:
        return schema["type"]
    bare = dict(schema)
    for key in ("type", "items"):
        if key in bare:
            bare[key] = _bare(bare[key])
    if "fields" in bare:
        bare["fields"] = [_bare(field) for field in bare["fields"]]
    return bare


class Codec:
    """Encodes and decodes every released record; everything is parsed before the first message."""

    def __init__(self, released: Mapping[str, tuple[Release, ...]]) -> None:
        self._writers: dict[str, Writer] = {}
        self._readers: dict[int, Reader] = {}
        for name, versions in released.items():
            last = versions[-1]
            newest = plain(last.schema)
            self._writers[name] = Writer(HEADER.pack(MAGIC, last.id), newest, Shape(last.schema))
            for version in versions:
                older = version is not last
                schema = plain(version.schema) if older else newest
                self._readers[version.id] = Reader(name, schema, newest if older else None)
        self.names = frozenset(self._writers)

    @classmethod
    def load(cls) -> Codec:
        """Load every released contract of this package."""
        return cls(releases())

    def prefix(self, name: str) -> bytes:
        """Give the five bytes before every record of this name; raises KeyError for an unknown name."""
        return self._writers[name].prefix

    def schema_id(self, name: str) -> int:
        """Give the id with which this record is written; raises KeyError for an unknown name."""
        return int.from_bytes(self._writers[name].prefix[1:], "big")

    def check(self, name: str, record: Mapping[str, Any]) -> None:
        """Pass if the record could be encoded; raises InvalidRecord, and KeyError for an unknown name."""
        self._writers[name].shape.check(record)

    def encode(self, name: str, record: Mapping[str, Any]) -> bytes:
        """Encode a record; raises InvalidRecord(path, message), and KeyError for an unknown name."""
        writer = self._writers[name]
        writer.shape.check(record)
        out = io.BytesIO()
        out.write(writer.prefix)
        try:
            fastavro.schemaless_writer(out, writer.schema, record)
        except UnicodeEncodeError as error:
            message = Message("holds half a surrogate pair, which is no character", "含有不成对的代理字符")
            raise InvalidRecord(_unencodable(record), message, Code.LONE_SURROGATE) from error
        return out.getvalue()

    def decode(self, value: bytes, *, canonical: bool = False) -> Decoded:
        """Decode a value; raises UnknownSchema or Undecodable.

        All bytes must be used. With `canonical` (admission asks for it) the bytes must be the very ones that
        `encode` gives, so that every Avro reader, however strict, can read what is kept for ever.
        """
        if len(value) < HEADER.size:
            raise Undecodable("shorter than magic byte and schema id")
        magic, schema_id = HEADER.unpack_from(value)
        if magic != MAGIC:
            raise Undecodable(f"the first byte is {magic:#04x}, not 0x00")
        reader = self._readers.get(schema_id)
        if reader is None:
            raise UnknownSchema(schema_id)
        data = value[HEADER.size :]
        record = read_exactly(reader.schema, data, reader.newest)
        if canonical:
            written = record if reader.newest is None else read_exactly(reader.schema, data)
            if not _writes(reader.schema, written, data):
                raise Undecodable(f"{reader.name}: not the bytes that an Avro writer gives")
        return Decoded(reader.name, record)


def _writes(schema: Schema, record: dict[str, Any], data: bytes) -> bool:
    """Whether writing the record gives these very bytes."""
    out = io.BytesIO()
    try:
        fastavro.schemaless_writer(out, schema, record)
    except (ValueError, TypeError, OverflowError):
        return False
    return out.getvalue() == data


def read_exactly(schema: Schema, data: bytes, newest: Schema | None = None) -> dict[str, Any]:
    """Read one record that fills the bytes to the last one; raises Undecodable."""
    source = io.BytesIO(data)
    try:
        record: dict[str, Any] = fastavro.schemaless_reader(source, schema, newest)
    except (EOFError, ValueError, IndexError, TypeError, KeyError, OverflowError, MemoryError) as error:
        raise Undecodable(f"{schema['name']}: {type(error).__name__}: {error}") from error
    if source.tell() != len(data):
        raise Undecodable(f"{schema['name']}: {len(data) - source.tell()} bytes are left over")
    return record


def _unencodable(value: Any) -> str:
    """Find the JSON pointer of the first text that UTF-8 cannot hold."""
    return next(iter(_unencodable_paths(value, "")), "")


def _unencodable_paths(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            yield path
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _unencodable_paths(item, f"{path}/{escape(str(name))}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _unencodable_paths(item, f"{path}/{index}")


CODEC = Codec.load()
