"""Personal fields, opened at the moment of reading for those to whom the database gives the ciphertext."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from backbone.vault import BadCiphertext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Mark = Literal["personal", "masked", "erased", "broken"]


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands in a personal field's place: its text, or why there is none."""

    text: str
    mark: Mark


MASKED = Shown("＊＊＊", "masked")
ERASED = Shown("已删除", "erased")
BROKEN = Shown("无法读取", "broken")

Place = tuple[int, str]
"""Where a personal field is: sequence number of its fact, JSON pointer within it."""


class Opener(Protocol):
    """Whoever holds the keys: a `KeyProvider`."""

    async def decrypt_many(self, ciphertexts: Sequence[bytes]) -> list[str | None]:
        """Open fields in their order; None for one whose key was destroyed. Raises BadCiphertext."""
        ...


async def reveal(
    opener: Opener, ciphertext: Mapping[Place, bytes], known: Sequence[Place]
) -> dict[Place, Shown]:
    """Open what this reader was given; every other personal field that there is (`known`) stays masked."""
    shown = dict.fromkeys(known, MASKED)
    given = [place for place in known if place in ciphertext]
    for place, text in zip(given, await _open(opener, [ciphertext[p] for p in given]), strict=True):
        shown[place] = text
    return shown


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
