"""What was released: the lock file of ids, and beside it the full text of every version.

`ids.lock.json` gives each record its versions, each with the id that stands before its bytes and a print;
`avro/released/<Name>.v<version>.avsc` keeps the self-contained text. Neither is ever changed, only added to:
the ledger is kept for ever, and so is what it takes to read it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes

from schemas.contracts import RELEASED, BrokenContract, Contracts, Schema, contracts

SCHEMAS = Path(__file__).parent
FIRST_ID = {
    "clue": 1001,
    "platform": 2001,
    "control": 3001,
    "seal": 4001,
    "assist": 5001,
    "notify": 6001,
    "case": 7001,
    "delta": 8001,
    "ref": 9001,
    "feed": 10001,
}
"""First id of each context; the contexts' ranges are a thousand apart so that a person can tell them."""
PROSE = frozenset({"doc", "zh"})
"""What may be reworded without a new version: it is for readers."""
USE = frozenset({"stated", "about", "opens", "effect", "reference", "keep", "measures"})
"""What may change without a new version: who states a fact and what follows from it; no byte does."""


@dataclass(frozen=True, slots=True)
class Release:
    """One version of one record: the id before its bytes, its fingerprint, its self-contained text."""

    name: str
    version: int
    id: int
    fingerprint: str
    schema: Schema


def meaning(schema: Any) -> Any:
    """Strip a schema of its prose and its use: what is left decides bytes, bounds and encryption."""
    if isinstance(schema, list):
        return [meaning(branch) for branch in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key not in PROSE | USE}
    for key in ("type", "items"):
        if key in kept:
            kept[key] = meaning(kept[key])
    if "fields" in kept:
        kept["fields"] = [meaning(field) for field in kept["fields"]]
    return kept


def fingerprint(schema: Schema) -> str:
    """SM3 over the meaning of a self-contained schema, as `sm3:` and 64 hex digits."""
    text = json.dumps(meaning(schema), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashes.Hash(hashes.SM3())
    digest.update(text.encode())
    return f"sm3:{digest.finalize().hex()}"


def read_releases(folder: Path) -> dict[str, tuple[Release, ...]]:
    """Read lock file and texts below a folder, versions in order; raises BrokenContract."""
    lock = folder / "ids.lock.json"
    try:
        entries = json.loads(lock.read_text(encoding="utf-8")) if lock.exists() else {}
    except ValueError as error:
        raise BrokenContract(f"{lock.name} is not JSON: {error}") from error
    return {name: tuple(_read(folder, name, entry) for entry in listed) for name, listed in entries.items()}


def _read(folder: Path, name: str, entry: dict[str, Any]) -> Release:
    path = _text_path(folder, name, entry["version"])
    try:
        schema = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BrokenContract(f"the lock names {path.name}, which cannot be read: {error}") from error
    return Release(name, entry["version"], entry["id"], entry["fingerprint"], schema)


def _text_path(folder: Path, name: str, version: int) -> Path:
    return folder / "avro" / RELEASED / f"{name}.v{version}.avsc"


@cache
def releases() -> dict[str, tuple[Release, ...]]:
    """Give the releases of this package, read once."""
    return read_releases(SCHEMAS)


def release(folder: Path, current: Contracts) -> list[Release]:
    """Add a version for every record that is new or means something else now; gives what was added.

    Writes the lock and the texts. Whether the change is allowed is for `compatibility` to say, before.
    """
    known = read_releases(folder)
    added: list[Release] = []
    for contract in sorted(current.on_the_wire(), key=lambda c: (c.context, c.name)):
        schema = current.expanded(contract.name)
        print_of_it = fingerprint(schema)
        before = known.get(contract.name, ())
        if before and before[-1].fingerprint == print_of_it:
            continue
        taken = [r.id for versions in known.values() for r in versions]
        first = FIRST_ID[contract.context]
        number = max([first - 1, *(i for i in taken if first <= i < first + 1000)]) + 1
        new = Release(contract.name, len(before) + 1, number, print_of_it, schema)
        known[contract.name] = (*before, new)
        added.append(new)
    for new in added:
        path = _text_path(folder, new.name, new.version)
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(json.dumps(new.schema, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _write_lock(folder / "ids.lock.json", known)
    releases.cache_clear()
    return added


def _write_lock(path: Path, known: dict[str, tuple[Release, ...]]) -> None:
    by_id = sorted(known.items(), key=lambda item: item[1][0].id)
    lock = {
        name: [{"version": r.version, "id": r.id, "fingerprint": r.fingerprint} for r in versions]
        for name, versions in by_id
    }
    path.write_text(json.dumps(lock, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def release_package() -> list[Release]:
    """Release what changed in this package."""
    return release(SCHEMAS, contracts())
