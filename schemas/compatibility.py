"""May a contract change so? Holds every contract against its released versions and against the house's rules.

FULL_TRANSITIVE: each version must read what every other version wrote. Beyond what Avro asks, a field may not
change whether it is personal, and bounds may only widen: what is in the ledger must stay within its contract.
What cannot be changed so is a new fact type; nothing is rewritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Any

from schemas.contracts import PRIMITIVES, Contract, Contracts, Schema, not_null
from schemas.house import Problem, house_rules, use_rules
from schemas.released import Release, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROMOTED = {("int", "long"), ("int", "float"), ("int", "double"), ("long", "float"), ("long", "double")} | {
    ("float", "double"),
    ("string", "bytes"),
    ("bytes", "string"),
}
"""(written, read) pairs that an Avro reader converts by itself."""
NARROWS_WHEN_LOWER = ("max", "itemMax")
NARROWS_WHEN_HIGHER = ("min",)


def check(current: Contracts, released: Mapping[str, tuple[Release, ...]]) -> list[Problem]:
    """List everything that is wrong with the contracts; an empty list lets a build pass."""
    problems = [p for contract in current for p in house_rules(contract.name, contract.schema)]
    problems += [p for contract in current for p in use_rules(contract)]
    on_the_wire = {c.name: c for c in current.on_the_wire()}
    gone = "was released and is gone; the ledger needs it: put its .avsc back"
    problems += [Problem(name, "", gone) for name in sorted(released.keys() - on_the_wire.keys())]
    problems += _ids(released)
    for name, contract in sorted(on_the_wire.items()):
        problems += _against_releases(current, contract, released.get(name, ()))
    return problems


def _ids(released: Mapping[str, tuple[Release, ...]]) -> Iterator[Problem]:
    owner: dict[int, str] = {}
    for name, versions in released.items():
        for number, version in enumerate(versions, start=1):
            if version.version != number:
                yield Problem(name, "", f"the lock counts version {version.version} where {number} is due")
            if version.id in owner:
                yield Problem(name, "", f"the lock gives id {version.id} to {owner[version.id]} too")
            owner[version.id] = name
            if fingerprint(version.schema) != version.fingerprint:
                sentence = f"the text kept of version {version.version} was changed; put it back as it was"
                yield Problem(name, "", sentence)


def _against_releases(
    current: Contracts, contract: Contract, versions: tuple[Release, ...]
) -> Iterator[Problem]:
    name = contract.name
    schema = current.expanded(name)
    if not versions:
        yield Problem(name, "", "has no id yet: run `python -m schemas release`")
        return
    broken = [p for v in versions for p in incompatibilities(name, v.schema, schema, f"version {v.version}")]
    yield from dict.fromkeys(broken)
    if not broken and fingerprint(schema) != versions[-1].fingerprint:
        yield Problem(name, "", "was changed and has no version yet: run `python -m schemas release`")


def incompatibilities(name: str, old: Schema, new: Schema, called: str) -> list[Problem]:
    """List why two self-contained versions of a record cannot read each other, and which bounds narrow."""
    found = []
    for (reader, who_reads), (writer, who_wrote) in permutations([(old, called), (new, "the new text")]):
        step = Comparison(name, _named(reader), _named(writer), f"{who_reads} cannot read {who_wrote}")
        found += step.types(reader, writer, "")
    return found + list(Narrowing(name, _named(old), _named(new), called).records(old, new, ""))


def _named(schema: Any) -> dict[str, Schema]:
    """Collect the named types of a self-contained schema."""
    if isinstance(schema, list):
        return {k: v for branch in schema for k, v in _named(branch).items()}
    if not isinstance(schema, dict):
        return {}
    found = {f"{schema['namespace']}.{schema['name']}": schema} if "name" in schema else {}
    for inner in (schema.get("items"), *(field["type"] for field in schema.get("fields", ()))):
        found |= _named(inner)
    return found


def _resolved(schema: Any, named: Mapping[str, Schema]) -> Any:
    if isinstance(schema, str) and schema not in PRIMITIVES:
        return named[schema]
    if isinstance(schema, dict) and "logicalType" in schema:
        return schema["type"]
    return schema


def _kind(schema: Any) -> str:
    return "union" if isinstance(schema, list) else schema if isinstance(schema, str) else str(schema["type"])


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether one reader's schema reads one writer's, by Avro's rules of schema resolution."""

    name: str
    reads: Mapping[str, Schema]
    wrote: Mapping[str, Schema]
    who: str

    def types(self, reader: Any, writer: Any, path: str) -> list[Problem]:
        """List what stands in the way between two types at a path."""
        reader, writer = _resolved(reader, self.reads), _resolved(writer, self.wrote)
        if isinstance(writer, list):
            return [p for branch in writer for p in self.types(reader, branch, path)]
        if isinstance(reader, list):
            return self._into_union(reader, writer, path)
        kinds = _kind(writer), _kind(reader)
        if kinds[0] != kinds[1]:
            return [] if kinds in PROMOTED else [self._problem(path, f"{kinds[0]} is no {kinds[1]}")]
        if kinds[0] == "array":
            return self.types(reader["items"], writer["items"], f"{path}/[]")
        if kinds[0] in {"record", "enum"}:
            return self._named(reader, writer, path)
        return []

    def _into_union(self, reader: list[Any], writer: Any, path: str) -> list[Problem]:
        tried = [self.types(branch, writer, path) for branch in reader]
        if any(not problems for problems in tried):
            return []
        same = [t for t, branch in zip(tried, reader, strict=True) if self._same_kind(branch, writer)]
        return same[0] if same else [self._problem(path, f"it does not allow {_kind(writer)}")]

    def _same_kind(self, branch: Any, writer: Any) -> bool:
        return _kind(_resolved(branch, self.reads)) == _kind(writer)

    def _named(self, reader: Schema, writer: Schema, path: str) -> list[Problem]:
        if (reader["namespace"], reader["name"]) != (writer["namespace"], writer["name"]):
            return [self._problem(path, f"{writer['name']} is not {reader['name']}")]
        if reader["type"] == "enum":
            unknown = [s for s in writer["symbols"] if s not in reader["symbols"]]
            if not unknown or "default" in reader:
                return []
            return [self._problem(path, f"it has neither {', '.join(unknown)} nor a default symbol")]
        written = {field["name"]: field for field in writer["fields"]}
        problems = []
        for field in reader["fields"]:
            here = f"{path}/{field['name']}"
            if field["name"] in written:
                problems += self.types(field["type"], written[field["name"]]["type"], here)
            elif "default" not in field:
                problems.append(self._problem(here, "the field is not written and has no default"))
        return problems

    def _problem(self, path: str, why: str) -> Problem:
        return Problem(self.name, path, f"{self.who}: {why}. Make it a new fact type, or give a default.")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which fields of a newer version admit less, or keep personal data otherwise, than an older one."""

    name: str
    old: Mapping[str, Schema]
    new: Mapping[str, Schema]
    called: str

    def records(self, old: Any, new: Any, path: str) -> Iterator[Problem]:
        """Compare two types field by field, as far as both are records."""
        old, new = _resolved(not_null(old), self.old), _resolved(not_null(new), self.new)
        if _kind(old) == _kind(new) == "array":
            yield from self.records(old["items"], new["items"], f"{path}/[]")
        if _kind(old) != "record" or _kind(new) != "record":
            return
        before = {field["name"]: field for field in old["fields"]}
        for field in new["fields"]:
            if field["name"] in before:
                here = f"{path}/{field['name']}"
                yield from self._field(before[field["name"]], field, here)
                yield from self.records(before[field["name"]]["type"], field["type"], here)

    def _field(self, old: dict[str, Any], new: dict[str, Any], path: str) -> Iterator[Problem]:
        if old.get("personal") != new.get("personal"):
            sentence = f"was personal={old.get('personal')} in {self.called}: that never changes"
            yield Problem(self.name, path, sentence)
        lower = [k for k in NARROWS_WHEN_LOWER if k in new and (k not in old or new[k] < old[k])]
        higher = [k for k in NARROWS_WHEN_HIGHER if k in new and (k not in old or new[k] > old[k])]
        forms = [k for k in ("pattern", "format") if k in new and new[k] != old.get(k)]
        breaks = ["multiline"] if old.get("multiline") and not new.get("multiline") else []
        for key in (*lower, *higher, *forms, *breaks):
            sentence = f"`{key}` admits less than {self.called} did: what was admitted must stay admissible"
            yield Problem(self.name, path, sentence)
