"""Submissions as the examples have them, and a door at a known time."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from producers.gateway.checks import Doorway
from producers.gateway.openapi import examples

if TYPE_CHECKING:
    from collections.abc import Callable

Submission = dict[str, Any]


def micros(iso: str) -> int:
    """Microseconds since 1970 of an ISO instant."""
    return int(datetime.fromisoformat(iso).timestamp()) * 1_000_000


@pytest.fixture
def submission() -> Callable[[str], Submission]:
    """A fresh copy of the example of a fact."""
    return lambda name: copy.deepcopy(examples()[name])


@pytest.fixture
def doorway() -> Doorway:
    """The door of a real stack on the evening of the scenario, with the token of 区水务局."""
    return Doorway("310120-ZG04", micros("2026-10-12T18:00:00+08:00"), simulated=False)
