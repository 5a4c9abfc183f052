"""A pack from its files: which files it has, what each builds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.rulebook.deadlines import build_deadlines
from processors.rulebook.effects import build_effects
from processors.rulebook.pack import Pack
from processors.rulebook.procedures import build_procedure
from processors.rulebook.routing import build_routing
from processors.rulebook.source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from processors.rulebook.source import Source

HEAD = "pack.yaml"
SINGLE = {"routing.yaml": "routing", "deadlines.yaml": "deadlines", "effects.yaml": "effects"}
"""The files of which a pack has one each, with the definition in `pack.schema.json` that each follows."""


def files_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Give the files of a pack with their definitions, its head first, whether or not that is there."""
    yield HEAD, "pack"
    for path in sorted(folder.glob("procedures/*.yaml")):
        yield f"procedures/{path.name}", "procedure"
    for file, definition in SINGLE.items():
        if (folder / file).exists():
            yield file, definition


def load_pack(root: Path, name: str) -> Pack:
    """Load one pack, not yet proved together with others; raises BrokenPack."""
    files = files_of(root / name)
    return build_pack([read_source(root, f"{name}/{file}", definition) for file, definition in files])


def build_pack(sources: Sequence[Source]) -> Pack:
    """Build a pack from its checked files, its head first; raises BrokenPack."""
    head, *files = sources
    desks = head.content["desks"]
    by_name = {source.file.rpartition("/")[2]: source for source in files}
    routing, deadlines, effects = (by_name.get(file) for file in SINGLE)
    rules, denials = build_routing(routing, desks) if routing else ((), {})
    limits, triggers = build_deadlines(deadlines) if deadlines else ((), ())
    return Pack(
        name=head.content["pack"],
        regions=tuple(head.content["regions"]),
        desks=desks,
        procedures=tuple(build_procedure(s) for s in files if "/procedures/" in s.file),
        routing=rules,
        denials=denials,
        deadlines=limits,
        triggers=triggers,
        effects=build_effects(effects) if effects else (),
        sources=tuple(sources),
    )
