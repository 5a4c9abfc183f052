"""Unwrapped keys are kept by the doors that write under them, for a short while.

Long enough for a batch, too short to outlive an erasure by more than a breath.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from backbone.vault.cipher import DataKey

__all__ = ["KEPT_SECONDS", "KeyCache"]

KEPT_SECONDS = 5.0
"""After so long no process writes under a key that was destroyed."""


class KeyCache:
    """At most `size` keys, the least used forgotten first, none older than `seconds`."""

    def __init__(
        self, size: int = 4_096, seconds: float = KEPT_SECONDS, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._size = size
        self._seconds = seconds
        self._clock = clock
        self._keys: OrderedDict[Hashable, tuple[float, DataKey]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._keys)

    def get(self, name: Hashable) -> DataKey | None:
        """Return a key that is still fresh."""
        found = self._keys.get(name)
        if found is None:
            return None
        if self._clock() - found[0] >= self._seconds:
            del self._keys[name]
            return None
        self._keys.move_to_end(name)
        return found[1]

    def put(self, name: Hashable, key: DataKey) -> None:
        """Keep a key, and forget the least used beyond the bound."""
        self._keys[name] = (self._clock(), key)
        self._keys.move_to_end(name)
        while len(self._keys) > self._size:
            self._keys.popitem(last=False)

    def clear(self) -> None:
        """Forget all keys."""
        self._keys.clear()
