"""Does a record have the shape of its contract: every field there, of its type, none besides.

The Avro writer is too kind for the published language (it cuts a float to an integer and spells a string out
as a list), and it does not say where it failed. A `Shape` is compiled once for each record and says both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from schemas.contracts import Schema

Check: TypeAlias = Callable[[Any, str], None]
INT = (-(2**31), 2**31 - 1)
LONG = (-(2**63), 2**63 - 1)


class InvalidRecord(Exception):
    """The record does not have the shape of its contract. Mend the field that `path`, a JSON pointer, names."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path or '/'}: {message}")
        self.path = path
        self.message = message


class Shape:
    """The compiled shape of one self-contained schema."""

    def __init__(self, schema: Schema) -> None:
        self._named: dict[str, Check] = {}
        self._check = self._compile(schema)

    def check(self, record: Mapping[str, Any]) -> None:
        """Pass if the record fits; raises InvalidRecord at the first field that does not."""
        self._check(record, "")

    def _compile(self, schema: Any) -> Check:
        if isinstance(schema, list):
            return self._nullable(next(branch for branch in schema if branch != "null"))
        if isinstance(schema, str):
            return _PRIMITIVES.get(schema) or self._named[schema]
        kind = schema["type"]
        if kind == "array":
            return _array(self._compile(schema["items"]))
        if kind not in {"record", "enum"}:
            return _PRIMITIVES[kind]
        check = self._record(schema["fields"]) if kind == "record" else _enum(schema["symbols"])
        self._named[f"{schema['namespace']}.{schema['name']}"] = check
        return check

    def _nullable(self, branch: Any) -> Check:
        inner = self._compile(branch)

        def check(value: Any, path: str) -> None:
            if value is not None:
                inner(value, path)

        return check

    def _record(self, fields: list[dict[str, Any]]) -> Check:
        compiled = [(f["name"], _quick(f["type"]), self._compile(f["type"]), "default" in f) for f in fields]
        names = frozenset(f["name"] for f in fields)

        def check(value: Any, path: str) -> None:
            if not isinstance(value, Mapping):
                raise InvalidRecord(path, f"must be an object, not {_kind(value)}")
            found = 0
            for name, quick, slow, has_default in compiled:
                if name not in value:
                    if has_default:
                        continue
                    raise InvalidRecord(f"{path}/{name}", "is missing")
                found += 1
                item = value[name]
                if type(item) is not quick:
                    slow(item, f"{path}/{name}")
            if found != len(value):
                extra = next(str(name) for name in value if name not in names)
                raise InvalidRecord(f"{path}/{escape(extra)}", "is not in the contract")

        return check


def escape(name: str) -> str:
    """Escape one step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _quick(schema: Any) -> type | None:
    """Give the exact Python type that needs no further look, if there is one."""
    if isinstance(schema, list):
        return _quick(next(branch for branch in schema if branch != "null"))
    return {"string": str, "bytes": bytes, "boolean": bool}.get(schema) if isinstance(schema, str) else None


def _kind(value: Any) -> str:
    return "null" if value is None else type(value).__name__


def _typed(expected: type | tuple[type, ...], words: str) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, expected):
            raise InvalidRecord(path, f"must be {words}, not {_kind(value)}")

    return check


def _integer(bounds: tuple[int, int], words: str) -> Check:
    low, high = bounds

    def check(value: Any, path: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidRecord(path, f"must be {words}, not {_kind(value)}")
        if not low <= value <= high:
            raise InvalidRecord(path, f"must be {words}; {value} does not fit")

    return check


def _double(value: Any, path: str) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise InvalidRecord(path, f"must be a number, not {_kind(value)}")


def _array(item: Check) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, list | tuple):
            raise InvalidRecord(path, f"must be a list, not {_kind(value)}")
        for index, entry in enumerate(value):
            item(entry, f"{path}/{index}")

    return check


def _enum(symbols: list[str]) -> Check:
    allowed = frozenset(symbols)

    def check(value: Any, path: str) -> None:
        if not isinstance(value, str) or value not in allowed:
            raise InvalidRecord(path, f"must be one of {', '.join(symbols)}, not {value!r:.80}")

    return check


_PRIMITIVES: dict[str, Check] = {
    "string": _typed(str, "text"),
    "bytes": _typed(bytes, "bytes"),
    "boolean": _typed(bool, "true or false"),
    "int": _integer(INT, "a 32-bit integer"),
    "long": _integer(LONG, "a 64-bit integer"),
    "double": _double,
}
