"""A CEL expression as a tree, with the place of each part: what a check walks over.

CEL's own parser reads the text and gives its tree as a `cel.expr.ParsedExpr` in protobuf's wire format; the
few messages of it that matter are read here, by their field numbers in `cel/expr/syntax.proto`. Macros
(`has`, `exists`, `filter` and so on) come expanded.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from cel_expr_python import cel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PARSER = cel.NewEnv()


class NotCel(Exception):
    """The text is no CEL expression. Mend it at `position`, counted from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as written; `None` is null."""

    at: int
    value: bool | int | float | str | bytes | None


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    at: int
    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """`operand.field`; `asks` makes it `has(operand.field)`."""

    at: int
    operand: Node
    field: str
    asks: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A function or operator (`_==_`, `@in`, `_&&_`) over arguments; a method has its target first."""

    at: int
    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list as written."""

    at: int
    each: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """A macro over a list or a map: `step` is taken for each `variable`, from `begin` on."""

    at: int
    variable: str
    over: Node
    total: str
    begin: Node
    step: Node
    result: Node


@dataclass(frozen=True, slots=True)
class Unread:
    """What packs have no use for: messages and maps written out."""

    at: int


Node: TypeAlias = Literal | Name | Select | Call | Items | Fold | Unread


def parse(text: str) -> Node:
    """Parse an expression; raises NotCel."""
    try:
        data = _PARSER.compile(text, disable_check=True).serialize()
    except RuntimeError as error:
        raise _not_cel(text, str(error)) from error
    parsed = _message(_message(data)[2][0])
    info = _message(parsed[3][0])
    places = dict(_place(entry) for entry in info.get(4, ()))
    return _Reader(places).node(parsed[2][0])


def _not_cel(text: str, message: str) -> NotCel:
    """Take CEL's first complaint apart: "INVALID_ARGUMENT: ERROR: <input>:1:10: Syntax error: …"."""
    first = message.removeprefix("INVALID_ARGUMENT: ").splitlines()[0]
    _, _, rest = first.partition("<input>:")
    line, _, rest = rest.partition(":")
    column, _, words = rest.partition(":")
    if not (line.isdigit() and column.isdigit()):
        return NotCel(first, 0)
    before = text.splitlines(keepends=True)[: int(line) - 1]
    return NotCel(words.strip(), sum(map(len, before)) + int(column) - 1)


class _Reader:
    """Reads `cel.expr.Expr`; `places` gives the position of each id."""

    def __init__(self, places: Mapping[int, int]) -> None:
        self._places = places

    def node(self, data: bytes) -> Node:
        expr = _message(data)
        at = self._places.get(expr.get(2, [0])[0], 0)
        for number, read in _KINDS.items():
            if number in expr:
                made: Node = read(self, at, _message(expr[number][0]))
                return made
        return Unread(at)

    def literal(self, at: int, constant: _Message) -> Node:
        ((number, (value, *_)),) = constant.items()
        return Literal(at, _CONSTANTS[number](value))

    def name(self, at: int, ident: _Message) -> Node:
        return Name(at, _text(ident[1][0]))

    def select(self, at: int, select: _Message) -> Node:
        operand = self.node(select[1][0])
        asks = bool(select.get(3, [0])[0])
        return Select(operand.at if asks else at, operand, _text(select[2][0]), asks)

    def call(self, at: int, call: _Message) -> Node:
        parts = [*call.get(1, ()), *call.get(3, ())]
        return Call(at, _text(call[2][0]), tuple(self.node(part) for part in parts))

    def items(self, at: int, items: _Message) -> Node:
        return Items(at, tuple(self.node(each) for each in items.get(1, ())))

    def fold(self, at: int, fold: _Message) -> Node:
        over, begin, step, result = (self.node(fold[number][0]) for number in (2, 4, 6, 7))
        return Fold(at, _text(fold[1][0]), over, _text(fold[3][0]), begin, step, result)


_KINDS: Mapping[int, Any] = {
    3: _Reader.literal,
    4: _Reader.name,
    5: _Reader.select,
    6: _Reader.call,
    7: _Reader.items,
    9: _Reader.fold,
}


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _text(value: bytes) -> str:
    return value.decode()


_CONSTANTS: Mapping[int, Any] = {
    1: lambda _: None,
    2: bool,
    3: _signed,
    4: int,
    5: lambda value: struct.unpack("<d", value)[0],
    6: _text,
    7: bytes,
}

_Message: TypeAlias = dict[int, list[Any]]


def _message(data: bytes) -> _Message:
    """Read a message: for each field number its values, integers for varints, else bytes."""
    fields: _Message = {}
    for number, value in _fields(data):
        fields.setdefault(number, []).append(value)
    return fields


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        length, at = (8, at) if wire == 1 else _varint(data, at)
        yield number, data[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follow
            return value, at


def _place(entry: bytes) -> tuple[int, int]:
    pair = _message(entry)
    return pair[1][0], pair.get(2, [0])[0]
