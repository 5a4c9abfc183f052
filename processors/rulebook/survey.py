"""A survey of packs: everything that is wrong with them at once, as far as each file can be read.

Loading ends at the first mistake. Here every file is checked, and of each that follows the schema every rule
by itself; what is sound is then checked against the contracts. Only packs without a mistake so far are proved
together, since a rule that is left out would make others look wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from processors.rulebook.loading import HEAD, SINGLE, build_pack, files_of
from processors.rulebook.proof import findings, mistakes
from processors.rulebook.source import BrokenPack, mismatches, parse_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from processors.rulebook.pack import Pack
    from processors.rulebook.source import Source


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found, by file and line, and the packs as far as they could be built."""

    found: tuple[BrokenPack, ...]
    packs: tuple[Pack, ...]


def survey(root: Path, names: Sequence[str], today: str = "") -> Survey:
    """Look through packs below a folder; on a day (ISO) also for rules that have expired by then."""
    found: list[BrokenPack] = []
    packs: list[Pack] = []
    for name in names:
        pack, broken = _pack(root, name)
        found += broken
        if pack is not None:
            packs.append(pack)
    found += mistakes(packs, whole=False) if found else findings(packs, today)
    unique = {str(each): each for each in found}
    return Survey(tuple(sorted(unique.values(), key=lambda each: (each.file, each.line))), tuple(packs))


def _pack(root: Path, name: str) -> tuple[Pack | None, list[BrokenPack]]:
    sources: list[Source] = []
    found = list(_strays(root, name))
    for file, definition in files_of(root / name):
        try:
            source = parse_file(root, f"{name}/{file}")
        except BrokenPack as broken:
            found.append(broken)
            continue
        wrong = mismatches(source, definition)
        found += wrong
        if not wrong:
            sources.append(source)
    if not sources or not sources[0].file.endswith(HEAD):
        return None, found
    head, *files = sources
    sound = [head]
    for source in files:
        rest, broken_rules = _sound(head, source)
        found += broken_rules
        sound += rest
    return build_pack(sound), found


def _strays(root: Path, name: str) -> Iterator[BrokenPack]:
    """Give the files that no pack has: what is written there would be without effect."""
    known = {file for file, _ in files_of(root / name)}
    for path in sorted((root / name).rglob("*.y*ml")):
        file = path.relative_to(root / name).as_posix()
        if file not in known:
            yield BrokenPack(
                f"{name}/{file}",
                1,
                "no pack has such a file, so nothing in it would hold.",
                f"A pack has {HEAD}, {', '.join(SINGLE)} and procedures/*.yaml.",
            )


def _sound(head: Source, source: Source) -> tuple[list[Source], list[BrokenPack]]:
    """Build a file, and if that fails each rule of it; gives the file with the sound rules, if any."""
    whole = _broken(head, source)
    if whole is None:
        return [source], []
    if "/procedures/" in source.file:
        each = [_broken(head, _only(source, ("on",), i)) for i in range(len(source.content["on"]))]
        return [], [broken for broken in each if broken is not None] or [whole]
    prefix: tuple[str, ...] = ("rules",) if isinstance(source.content, dict) else ()
    rules: list[Any] = source.content["rules"] if prefix else source.content
    verdicts = [_broken(head, _only(source, prefix, i)) for i in range(len(rules))]
    sound = [i for i, broken in enumerate(verdicts) if broken is None]
    rest = [_keep(source, prefix, sound)] if sound and any(verdicts) else []
    return rest, [broken for broken in verdicts if broken is not None] or [whole]


def _broken(head: Source, source: Source) -> BrokenPack | None:
    try:
        build_pack([head, source])
    except BrokenPack as broken:
        return broken
    return None


def _only(source: Source, prefix: tuple[str, ...], index: int) -> Source:
    return _keep(source, prefix, [index])


def _keep(source: Source, prefix: tuple[str, ...], indices: Sequence[int]) -> Source:
    """Give the file with only these items of its list, each still at its own line."""
    items = source.content[prefix[0]] if prefix else source.content
    kept = [items[index] for index in indices]
    place = len(prefix)
    lines = {}
    for path, line in source.lines.items():
        if len(path) <= place or path[:place] != prefix:
            lines[path] = line
        elif path[place] in indices:
            lines[(*prefix, indices.index(int(path[place])), *path[place + 1 :])] = line
    content = {**source.content, prefix[0]: kept} if prefix else kept
    return replace(source, content=content, lines=lines)
