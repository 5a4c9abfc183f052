"""The district of the tests of packs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.processors.packs.district import District

if TYPE_CHECKING:
    from tests.unit.processors.conftest import Kit


@pytest.fixture
def district(kit: Kit) -> District:
    return District(kit, kit.in_force())
