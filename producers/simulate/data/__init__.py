"""What the simulated agencies choose from: causes, places, names; and how it is read."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def load(name: str) -> Any:
    """Give the content of one file of this folder, read once."""
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    return yaml.safe_load(text)
