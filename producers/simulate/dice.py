"""Chance that can be repeated: every throw follows from a seed and from what it is thrown for."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Thing = TypeVar("Thing")

_EVENT_BYTES = 10
_SM3_BYTES = 32


class Dice:
    """Throws for one purpose. The same names give the same throws, in every process and on every machine.

    Two purposes never share their throws: what is thrown for one matter moves nothing in another.
    """

    def __init__(self, *names: object) -> None:
        # A text as seed goes through SHA-512; `hash()` would differ from process to process.
        self._random = Random("/".join(map(str, names)))  # noqa: S311 - a simulation, no secret

    def chance(self, probability: float) -> bool:
        """Say yes with that probability, 0 to 1."""
        return self._random.random() < probability

    def number(self, low: int, high: int) -> int:
        """Give a whole number from low to high, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def share(self) -> float:
        """Give a number from 0 up to, not including, 1."""
        return self._random.random()

    def pick(self, things: Sequence[Thing]) -> Thing:
        """Give one of some things."""
        return things[int(self._random.random() * len(things))]

    def weighted(self, weights: Mapping[Thing, float]) -> Thing:
        """Give one of some things, each as often as its weight says."""
        things = list(weights)
        left = self._random.random() * sum(weights.values())
        for thing in things:
            left -= weights[thing]
            if left < 0:
                return thing
        return things[-1]

    def tail(self) -> bytes:
        """Give the random part of an event id."""
        return self._random.randbytes(_EVENT_BYTES)

    def sm3(self) -> str:
        """Give what stands for the SM3 of a file that does not exist: 64 hexadecimal digits."""
        return self._random.randbytes(_SM3_BYTES).hex()
