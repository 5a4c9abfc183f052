"""The contracts: every `.avsc` of this package, read once, resolved and ready to be asked about.

A file holds one named type; it may name types of other files. `expanded()` gives the self-contained text that
a registry wants: each named type is written out where it is first used.

Properties beside Avro's own, all on fields unless said otherwise:

- `personal`: `person` (ciphertext under the person's key) or `text` (free text under the matter's text key);
  the field is `bytes` on the wire and plain text in an agency's JSON and in the typed classes.
- `max`, `min`: length of strings, bytes and lists, value of numbers; `itemMax`: length of a list's strings.
- `pattern`: what a string must match; `format`: `date` for ISO dates.
- `keep` (fields of a fact itself): a matter remembers the last value that was not null; text or texts only.
- `measures`: the personal field beside it whose characters, blanks left out, a door counts into this one.
- `zh` (on enums): the Chinese label of each symbol.

And on the record of a fact:

- `stated`: who may state it: `AGENCY`, `PLATFORM` or `BOTH`.
- `about`: the kinds of matter that it may be about; a fact without it is about any matter.
- `opens`: it may open a matter of these kinds; a door then numbers the matter.
- `effect`: it follows from an admitted fact of another matter, and its `meta` is `shared.EffectMeta`.
- `reference`: the kind of reference data that it publishes; each kind has one matter, whose id is fixed.
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
FACT_CONTEXTS = ("clue", "assist", "notify", "case", "delta", "ref", "platform")
"""Contexts whose records are facts."""
SUPPORT_CONTEXTS = ("shared",)
"""Contexts whose records are only parts of others and get no id on the wire."""
PARTS = frozenset({"SealMatter", "SealPartition", "Original"})
"""Parts of others in the other contexts: they too get no id on the wire."""
STATED = ("AGENCY", "PLATFORM", "BOTH")
"""Who may state a fact."""
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

    @property
    def stated(self) -> str:
        """Who may state it, one of `STATED`; "" for what states nothing: parts, control records, seals."""
        return str(self.schema.get("stated", ""))

    @property
    def about(self) -> tuple[str, ...]:
        """Kinds of matter that it may be about; empty for any."""
        return tuple(self.schema.get("about", ()))

    @property
    def opens(self) -> bool:
        """Whether it may open a matter."""
        return bool(self.schema.get("opens", False))

    @property
    def effect(self) -> bool:
        """Whether it follows from an admitted fact of another matter, under an effect rule."""
        return bool(self.schema.get("effect", False))

    @property
    def reference(self) -> str:
        """The kind of reference data that it publishes, or ""."""
        return str(self.schema.get("reference", ""))


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
        """Give the records with an id of their own: facts, what feeds hold, control records and the seal."""
        return [c for c in self if c.is_record and c.context not in SUPPORT_CONTEXTS and c.name not in PARTS]

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


@cache
def kept_fields(name: str) -> tuple[str, ...]:
    """Name the fields of a fact that its matter remembers; raises KeyError for an unknown name."""
    return tuple(field["name"] for field in contracts()[name].schema["fields"] if field.get("keep"))


@cache
def _sets() -> dict[str, Any]:
    facts = [c for c in contracts() if c.context in FACT_CONTEXTS and c.is_record]
    return {
        "OPENING": frozenset(c.name for c in facts if c.opens),
        "STATABLE": frozenset(c.name for c in facts if c.stated in {"AGENCY", "BOTH"}),
        "EFFECTS": frozenset(c.name for c in facts if c.effect),
        "REFERENCES": {c.name: c.reference for c in facts if c.reference},
    }


if TYPE_CHECKING:
    OPENING: frozenset[str]
    """Facts that may open a matter."""
    STATABLE: frozenset[str]
    """Facts that an agency may state, some of them the platform as well."""
    EFFECTS: frozenset[str]
    """Facts that follow from an admitted fact of another matter."""
    REFERENCES: dict[str, str]
    """Facts that publish reference data, with the kind of what they publish."""
else:

    def __getattr__(name: str) -> Any:
        # Read when asked for: a contract file that is broken must not keep `schemas check` from naming it.
        try:
            return _sets()[name]
        except KeyError:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
