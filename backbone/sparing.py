"""Sparing logs: what a library repeats many times a second is said once, with how often it was meant."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Sparing"]

_FOREIGN = ("aiokafka", "faust", "mode", "kafka")
_EVERY_SECONDS = 5.0
_AT_MOST = 1_000
"""Different messages remembered; beyond that the memory begins anew."""


class Sparing(logging.Filter):
    """Lets each message of the Kafka clients through once in five seconds: they can say thousands.

    What is let through again bears `suppressed`, the number of times it was not.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._said: dict[tuple[str, int, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the record is to be written."""
        if record.name.partition(".")[0] not in _FOREIGN:
            return True
        key = (record.name, record.levelno, str(record.msg))
        now = self._now()
        last, suppressed = self._said.get(key, (now - _EVERY_SECONDS, 0))
        if now - last < _EVERY_SECONDS:
            self._said[key] = (last, suppressed + 1)
            return False
        if len(self._said) > _AT_MOST:
            self._said.clear()
        self._said[key] = (now, 0)
        if suppressed:
            record.suppressed = suppressed
        return True
