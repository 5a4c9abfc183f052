"""Where the rules of a rulebook stand in its files, so that a finding can name file and line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from processors.rulebook.pack import Pack
    from processors.rulebook.source import BrokenPack, Place, Source


@dataclass(frozen=True, slots=True)
class Found:
    """One rule or procedure as it was written: its pack, file and place."""

    pack: Pack
    source: Source
    path: Place
    content: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The rule's id with version."""
        return str(self.content.get("id") or self.content["procedure"])

    @property
    def what(self) -> str:
        """What it is: procedure, routing, deadline or effect."""
        if "procedure" in self.content:
            return "procedure"
        if "facts" in self.content:
            return "routing"
        return "effect" if "on" in self.content else "deadline"

    def broken(self, tail: Place, what: str, remedy: str) -> BrokenPack:
        """Make the finding for a place within the rule."""
        return self.source.broken((*self.path, *tail), what, remedy)


def found_in(packs: Sequence[Pack], *kinds: str) -> Iterator[Found]:
    """Give every rule of these kinds, pack by pack, file by file, in the order of the file."""
    for pack in packs:
        for source in pack.sources:
            for path, content in _rules(source):
                found = Found(pack, source, path, content)
                if not kinds or found.what in kinds:
                    yield found


def _rules(source: Source) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    content = source.content
    if isinstance(content, list):
        yield from (((index,), rule) for index, rule in enumerate(content))
    elif "rules" in content:
        yield from ((("rules", index), rule) for index, rule in enumerate(content["rules"]))
    elif "procedure" in content:
        yield (), content
