"""Does a record have the shape of its contract: every field there, of its type, none besides.

The Avro writer is too kind for the published language (it cuts a float to an integer and spells a string out
as a list), and it does not say where it failed. A `Shape` is compiled once for each record and says both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from schemas.errors import Code

if TYPE_CHECKING:
    from schemas.contracts import Schema

Check: TypeAlias = Callable[[Any, str], None]
INT = (-(2**31), 2**31 - 1)
LONG = (-(2**63), 2**63 - 1)


class Message(NamedTuple):
    """What is wrong, in English and in Chinese."""

    en: str
    zh: str


class InvalidRecord(Exception):
    """The record has not the shape of its contract. Mend the field that `path`, a JSON pointer, names."""

    def __init__(self, path: str, message: Message, code: Code) -> None:
        super().__init__(f"{path or '/'}: {message.en}")
        self.path = path
        self.message = message.en
        self.message_zh = message.zh
        self.code = code


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
                raise _wrong_type(path, "an object", "对象", value)
            found = 0
            for name, quick, slow, has_default in compiled:
                if name not in value:
                    if has_default:
                        continue
                    raise InvalidRecord(
                        f"{path}/{name}", Message("is missing", "缺少此字段"), Code.MISSING_FIELD
                    )
                found += 1
                item = value[name]
                if type(item) is not quick:
                    slow(item, f"{path}/{name}")
            if found != len(value):
                extra = next(str(name) for name in value if name not in names)
                message = Message("is not in the contract", "契约中没有此字段")
                raise InvalidRecord(f"{path}/{escape(extra)}", message, Code.UNKNOWN_FIELD)

        return check


def escape(name: str) -> str:
    """Escape one step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _quick(schema: Any) -> type | None:
    """Give the exact Python type that needs no further look, if there is one."""
    if isinstance(schema, list):
        return _quick(next(branch for branch in schema if branch != "null"))
    return {"string": str, "bytes": bytes, "boolean": bool}.get(schema) if isinstance(schema, str) else None


def _wrong_type(path: str, en: str, zh: str, value: Any) -> InvalidRecord:
    found = "null" if value is None else type(value).__name__
    return InvalidRecord(path, Message(f"must be {en}, not {found}", f"应为{zh}"), Code.WRONG_TYPE)


def _typed(expected: type | tuple[type, ...], en: str, zh: str) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, expected):
            raise _wrong_type(path, en, zh, value)

    return check


def _integer(bounds: tuple[int, int], en: str, zh: str) -> Check:
    low, high = bounds

    def check(value: Any, path: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise _wrong_type(path, en, zh, value)
        if not low <= value <= high:
            raise InvalidRecord(path, Message(f"does not fit in {en}", f"超出{zh}的范围"), Code.OUT_OF_RANGE)

    return check


def _double(value: Any, path: str) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _wrong_type(path, "a number", "数值", value)


def _array(item: Check) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, list | tuple):
            raise _wrong_type(path, "a list", "列表", value)
        for index, entry in enumerate(value):
            item(entry, f"{path}/{index}")

    return check


def _enum(symbols: list[str]) -> Check:
    allowed = frozenset(symbols)

    def check(value: Any, path: str) -> None:
        if not isinstance(value, str):
            raise _wrong_type(path, "text", "文本", value)
        if value not in allowed:
            listed = ", ".join(symbols)
            message = Message(f"must be one of {listed}, not {value!r:.80}", f"应为以下之一：{listed}")
            raise InvalidRecord(path, message, Code.UNKNOWN_SYMBOL)

    return check


_PRIMITIVES: dict[str, Check] = {
    "string": _typed(str, "text", "文本"),
    "bytes": _typed(bytes, "bytes", "字节串"),
    "boolean": _typed(bool, "true or false", "true 或 false"),
    "int": _integer(INT, "a 32-bit integer", "32 位整数"),
    "long": _integer(LONG, "a 64-bit integer", "64 位整数"),
    "double": _double,
}
