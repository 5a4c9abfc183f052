"""Where each rule comes from and what takes its place: national ▸ delta ▸ instance, as the packs lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from processors.rulebook.proof.found import Found, found_in
from processors.rulebook.shapes import base_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from processors.rulebook.pack import Pack


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule, those of wider packs that it replaces, and those of closer ones that replace it."""

    found: Found
    replaces: tuple[Found, ...]
    replaced_by: tuple[Found, ...]

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.found.source.file}:{self.found.source.lines[self.found.path]}"


def widest_first(packs: Sequence[Pack]) -> list[Pack]:
    """Order packs as they lie: what holds most widely first."""
    return sorted(packs, key=_reach)


def composition(packs: Sequence[Pack]) -> str:
    """Say how packs lie over each other: "national 全国通用规则 ▸ delta 长三角 ▸ fengxian 奉贤区"."""
    return " ▸ ".join(f"{p.name} {p.sources[0].content['name']['zh']}" for p in widest_first(packs))


def placed(packs: Sequence[Pack]) -> Iterator[Placed]:
    """Give every rule with what it replaces and what replaces it, the widest pack first."""
    everything = list(found_in(widest_first(packs)))
    for found in everything:
        same = [f for f in everything if f.what == found.what and base_of(f.id) == base_of(found.id)]
        wider = tuple(f for f in same if _over(found.pack, f.pack))
        closer = tuple(f for f in same if _over(f.pack, found.pack))
        yield Placed(found, wider, closer)


def _over(closer: Pack, wider: Pack) -> bool:
    """Say whether one pack holds within the other's regions, and more closely."""
    return _reach(closer) > _reach(wider) and any(wider.reach(region) >= 0 for region in closer.regions)


def _reach(pack: Pack) -> int:
    return max(len(region) for region in pack.regions)
