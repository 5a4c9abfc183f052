"""A directory that a stack of root's can keep its database in."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """Not below pytest's own, which is closed to others: the database of root's stack runs as uid 65534."""
    path = Path(tempfile.mkdtemp(prefix="liandong-test-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)
