"""Personal fields, opened at the moment of reading and shown as the reader's circle may see them.

The database decides which ciphertext a reader is given at all (policies on table `personal`): what is written
in clear to an agency, and what the query API may open in order to mask it. `schemas.masking` decides what is
left of an opened field. Nothing that was opened leaves this module unmasked but for whoever may read it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias

from backbone.vault import BadCiphertext
from schemas.agencies import AGENCIES
from schemas.masking import MASKS, Circle, Way, circle_of, show

if TYPE_CHECKING:
    from collections.abc import Iterator

Mark = Literal["personal", "masked", "erased", "broken"]
Place: TypeAlias = tuple[int, str]
"""Where a personal field is: sequence number of its fact, JSON pointer within it."""


class Sealed(NamedTuple):
    """A row of table `personal`: class of the field (`person` or `text`) and ciphertext."""

    kind: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands in a personal field's place: its text, or why there is none."""

    text: str
    mark: Mark


MASKED = Shown("＊＊＊", "masked")
ERASED = Shown("已删除（已销毁密钥）", "erased")
BROKEN = Shown("无法读取", "broken")


class Opener(Protocol):
    """Whoever holds the keys: a `KeyProvider`."""

    async def decrypt_many(self, ciphertexts: Sequence[bytes]) -> list[str | None]:
        """Open fields in their order; None for one whose key was destroyed. Raises BadCiphertext."""
        ...


class Told(Protocol):
    """A fact of a timeline, as far as masks ask: number, clear content, paths of its personal fields."""

    seq: int
    content: dict[str, Any]
    hidden: list[str]


def circle_for(reader: str, handler: str, originator: str) -> Circle:
    """The circle in which an agency stands around a matter, which belongs where its handling agency is.

    Until somebody handles it, it is in the hands of the agency that opened it.
    """
    handling = handler or originator
    return circle_of(_region(reader), _region(handling), handles=reader == handling)


def _region(agency: str) -> str:
    known = AGENCIES.get(agency)
    return known.region if known is not None else ""


async def reveal(
    opener: Opener, given: Mapping[Place, Sealed], facts: Sequence[Told], circle: Circle
) -> dict[Place, Shown]:
    """Show every personal field of the facts, as this circle may see it.

    `given` is the ciphertext that the database gave this reader; what is not in it stays hidden.
    """
    shown: dict[Place, Shown] = {}
    ways: dict[Place, Way] = {}
    for place, party in _places(facts):
        shown[place] = MASKED
        way = _way(given.get(place), place, party, circle)
        token = str(party.get("party_token") or "")
        if way is Way.TOKEN and token:
            shown[place] = Shown(token, "masked")
        elif way not in {Way.TOKEN, Way.HIDDEN}:
            ways[place] = way
    opened = await _open(opener, [given[place].value for place in ways])
    for (place, way), found in zip(ways.items(), opened, strict=True):
        shown[place] = _masked(way, found)
    return shown


def officers_shown(content: Mapping[str, Any], circle: Circle) -> dict[str, Any]:
    """The clear content of a fact, without its officer's pseudonym where the circle may not see even that."""
    meta = content.get("meta")
    if not meta or "operator" not in meta or MASKS.way("operator", "person", circle) is not Way.HIDDEN:
        return dict(content)
    kept = {name: value for name, value in meta.items() if name != "operator"}
    return {**{name: value for name, value in content.items() if name != "meta"}, "meta": kept}


def _places(facts: Sequence[Told]) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    for fact in facts:
        for path in fact.hidden:
            yield (fact.seq, path), _holder(fact.content, path)


def _holder(content: Any, path: str) -> Mapping[str, Any]:
    """The clear members beside a personal field, among them its party's pseudonym and role."""
    for step in path.split("/")[1:-1]:
        if isinstance(content, list):
            content = content[int(step)] if int(step) < len(content) else None
        else:
            content = (content or {}).get(step)
    return content if isinstance(content, Mapping) else {}


def _way(sealed: Sealed | None, place: Place, party: Mapping[str, Any], circle: Circle) -> Way:
    if sealed is None:
        return Way.HIDDEN
    if sealed.kind == "text":
        # The database gives free text to nobody but those who may read it as it is.
        return Way.CLEAR
    return MASKS.way(place[1].rpartition("/")[2], sealed.kind, circle, str(party.get("party_role", "")))


def _masked(way: Way, found: Shown) -> Shown:
    if found.mark != "personal" or way in {Way.CLEAR, Way.CASE}:
        return found
    text = show(way, found.text)
    return MASKED if text is None else Shown(text, "masked")


async def _open(opener: Opener, values: list[bytes]) -> list[Shown]:
    if not values:
        return []
    try:
        return [
            ERASED if text is None else Shown(text, "personal") for text in await opener.decrypt_many(values)
        ]
    except BadCiphertext:
        if len(values) == 1:
            return [BROKEN]
    # One field that cannot be opened must not hide the others.
    return [shown for value in values for shown in await _open(opener, [value])]
