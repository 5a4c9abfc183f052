"""Which packs a command means, and what a survey of them comes to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.embedded.obstacles import Obstacle
from deploy.rulebook.lineage import composition, widest_first
from processors.rulebook.book import PACKS, Rulebook
from processors.rulebook.library import EDITION
from processors.rulebook.loading import HEAD
from processors.rulebook.source import read_source
from processors.rulebook.survey import survey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.rulebook.survey import Survey


class NoPacks(Obstacle):
    """The arguments name neither a pack of this release nor a directory with packs."""


@dataclass(frozen=True, slots=True)
class Meant:
    """Packs by name below a folder."""

    root: Path
    names: tuple[str, ...]


def meant(arguments: Sequence[str], default: Sequence[str]) -> Meant:
    """Find the packs that arguments name: a directory, names of packs of this release, or the default.

    A directory is an edition (`edition.yaml`), a pack (`pack.yaml`) or a folder of packs. Raises NoPacks,
    BrokenPack for an `edition.yaml` that cannot be read.
    """
    if not arguments:
        return Meant(PACKS, tuple(default))
    directory = Path(arguments[0])
    if len(arguments) == 1 and directory.is_dir():
        return _in_directory(directory)
    unknown = [name for name in arguments if not (PACKS / name / HEAD).is_file()]
    if unknown:
        have = ", ".join(sorted(path.parent.name for path in PACKS.glob(f"*/{HEAD}")))
        raise NoPacks(
            f"{unknown[0]} is neither a directory nor a pack of this release.",
            f"Packs are: {have}; or name one directory.",
        )
    return Meant(PACKS, tuple(arguments))


def _in_directory(directory: Path) -> Meant:
    if (directory / EDITION).is_file():
        return Meant(directory, tuple(read_source(directory, EDITION, "edition").content["packs"]))
    if (directory / HEAD).is_file():
        return Meant(directory.resolve().parent, (directory.resolve().name,))
    names = tuple(sorted(path.parent.name for path in directory.glob(f"*/{HEAD}")))
    if not names:
        raise NoPacks(f"{directory} holds no packs.", f"A pack is a folder with {HEAD}.")
    return Meant(directory, names)


def look(packs: Meant, today: str) -> Survey:
    """Survey packs; on a day (ISO) also for rules that have expired by then."""
    return survey(packs.root, packs.names, today)


def as_json(found: Survey) -> dict[str, Any]:
    """Give a survey as JSON: `hash` only if there is nothing to mend."""
    return {
        "packs": [pack.name for pack in widest_first(found.packs)],
        "hash": None if found.found else Rulebook(found.packs).hash,
        "findings": [
            {"file": each.file, "line": each.line, "what": each.what, "remedy": each.remedy}
            for each in found.found
        ],
    }


def summary(found: Survey) -> str:
    """Say in a line what a survey comes to."""
    if found.found:
        return f"✘ {len(found.found)} to mend 处需要修改"
    rules = sum(len((*p.procedures, *p.routing, *p.deadlines, *p.effects)) for p in found.packs)
    return f"✔ {composition(found.packs)}: {rules} rules 条规则, sm3:{Rulebook(found.packs).hash}"
