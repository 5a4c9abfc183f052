"""The contracts: every `.avsc` of this package, read once, resolved and ready to be asked about.

A file holds one named type; it may name types of other files. `expanded()` gives the self-contained text that
a registry wants: each named type is written out where it is first used.

Properties beside Avro's own, all on fields unless said otherwise:

- `personal`: `person` (ciphertext under the person's key) or `text` (free text under the matter's text key);
  the field is `bytes` on the wire and plain text in an agency's JSON and in the typed classes.
- `max`, `min`: length of strings, bytes and lists, value of numbers; `itemMax`: length of a list's strings.
- `pattern`: what a string must match; `format`: `date` for ISO dates.
- `zh` (on enums): the Chinese label of each symbol.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Schema: TypeAlias = dict[str, Any]
PRIMITIVES = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})
FACT_CONTEXTS = ("clue", "platform")
"""Contexts whose records are facts."""
SUPPORT_CONTEXTS = ("shared",)
"""Contexts whose records are only parts of others and get no id on the wire."""
RELEASED = "released"
"""Folder beside the contexts that keeps every version ever released, as it was."""


class BrokenContract(Exception):
    """A contract file cannot be used. Mend the `.avsc` that the message names."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One named type of one file: its short name, its context (the folder) and its schema as written."""

    name: str
    context: str
    schema: Schema

    @property
    def full_name(self) -> str:
        """Name with namespace, as Avro knows it."""
        return f"{self.schema['namespace']}.{self.name}"

    @property
    def is_record(self) -> bool:
        """Whether it is a record (a file may also hold an enum)."""
        return bool(self.schema["type"] == "record")


@dataclass(frozen=True, slots=True)
class PersonalField:
    """Where a record holds personal data: field names from the top, `[]` for the items of a list."""

    path: tuple[str, ...]
    kind: Literal["person", "text"]


class Contracts:
    """All contracts of a folder, by short name, with every named type resolved."""

    def __init__(self, contracts: Mapping[str, Contract]) -> None:
        self._contracts = dict(contracts)
        self._named: dict[str, Schema] = {}
        for contract in self._contracts.values():
            for schema in _definitions(contract.schema, contract.schema["namespace"]):
                self._named.setdefault(f"{schema['namespace']}.{schema['name']}", schema)

    @classmethod
    def load(cls, folder: Path) -> Contracts:
        """Read every `<context>/<Name>.avsc` below the folder; raises BrokenContract."""
        found: dict[str, Contract] = {}
        for path in sorted(folder.glob("*/*.avsc")):
            if path.parent.name == RELEASED:
                continue
            schema = _read(path)
            if schema.get("name") != path.stem:
                raise BrokenContract(f"{path.name}: the name inside is {schema.get('name')!r}")
            if path.stem in found:
                raise BrokenContract(f"{path.name}: two files define {path.stem}")
            found[path.stem] = Contract(path.stem, path.parent.name, schema)
        return cls(found)

    def __iter__(self) -> Iterator[Contract]:
        return iter(self._contracts.values())

    def __contains__(self, name: object) -> bool:
        return name in self._contracts

    def __getitem__(self, name: str) -> Contract:
        return self._contracts[name]

    def named(self, full_name: str) -> Schema:
        """Give the definition of a named type, nested ones included; raises BrokenContract."""
        try:
            return self._named[full_name]
        except KeyError:
            raise BrokenContract(f"no contract defines {full_name}") from None

    def expanded(self, name: str) -> Schema:
        """Give one contract with every named type written out at its first use; raises BrokenContract."""
        expanded = self._expand(self._contracts[name].schema, set())
        return dict(expanded)

    def on_the_wire(self) -> list[Contract]:
        """Give the records that have an id of their own: facts, control records and the seal, by name."""
        parts = {"SealMatter", "SealPartition"}
        return [c for c in self if c.is_record and c.context not in SUPPORT_CONTEXTS and c.name not in parts]

    def _expand(self, schema: Any, seen: set[str]) -> Any:
        if isinstance(schema, list):
            return [self._expand(branch, seen) for branch in schema]
        if isinstance(schema, str):
            known = schema in PRIMITIVES or schema in seen
            return schema if known else self._expand(self.named(schema), seen)
        if schema["type"] == "array":
            return {**schema, "items": self._expand(schema["items"], seen)}
        return self._expand_named(schema, seen) if "name" in schema else schema

    def _expand_named(self, schema: Schema, seen: set[str]) -> Any:
        full_name = f"{schema['namespace']}.{schema['name']}"
        if full_name in seen:
            return full_name
        seen.add(full_name)
        if "fields" not in schema:
            return schema
        fields = [{**field, "type": self._expand(field["type"], seen)} for field in schema["fields"]]
        return {**schema, "fields": fields}


def _read(path: Path) -> Schema:
    try:
        schema = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BrokenContract(f"{path.name} is not JSON: {error}") from error
    if not isinstance(schema, dict) or not {"type", "name", "namespace"} <= schema.keys():
        raise BrokenContract(f"{path.name} must hold one record or enum with name and namespace")
    return schema


def _definitions(schema: Any, namespace: str) -> Iterator[Schema]:
    """Yield every named type inside a schema, outermost first; nested ones inherit the namespace."""
    if isinstance(schema, list):
        for branch in schema:
            yield from _definitions(branch, namespace)
    elif isinstance(schema, dict):
        if schema["type"] in {"record", "enum"}:
            schema.setdefault("namespace", namespace)
            yield schema
            for field in schema.get("fields", ()):
                yield from _definitions(field["type"], namespace)
        elif schema["type"] == "array":
            yield from _definitions(schema["items"], namespace)


def not_null(schema: Any) -> Any:
    """Give the other branch of a nullable type, or the type itself."""
    if isinstance(schema, list):
        return next(branch for branch in schema if branch != "null")
    return schema


@cache
def contracts() -> Contracts:
    """Give the contracts of this package, loaded once."""
    return Contracts.load(Path(__file__).parent / "avro")


@cache
def personal_paths(name: str) -> tuple[PersonalField, ...]:
    """Name every field of a record that holds personal data; raises KeyError for an unknown name."""
    return tuple(_personal(contracts()[name].schema, ()))


def _personal(schema: Any, path: tuple[str, ...]) -> Iterator[PersonalField]:
    schema = not_null(schema)
    if isinstance(schema, str):
        if schema not in PRIMITIVES:
            yield from _personal(contracts().named(schema), path)
    elif schema["type"] == "array":
        yield from _personal(schema["items"], (*path, "[]"))
    elif schema["type"] == "record":
        for field in schema["fields"]:
            here = (*path, field["name"])
            if "personal" in field:
                yield PersonalField(here, field["personal"])
            else:
                yield from _personal(field["type"], here)
