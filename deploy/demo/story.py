"""A story as data: who states which fact when, and what the door is expected to answer."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

FIRST_LIGHT = "first_light"


@dataclass(frozen=True, slots=True)
class Step:
    """One fact, stated at an instant. `clue` names its matter in the story, `expect` the receipt's status."""

    at: datetime
    tell_zh: str
    tell_en: str
    by: str
    fact: str
    clue: str
    to: Sequence[str]
    region: str
    role: str
    expect: str
    data: Mapping[str, Any]
    code: str = ""

    def body(self, matter: str | None) -> dict[str, Any]:
        """Give the request that an agency system would post; without a matter the door opens one."""
        body: dict[str, Any] = {
            "type": self.fact,
            "occurred_at": self.at.isoformat(),
            "addressed_to": list(self.to),
            "region": self.region,
            "role": self.role,
            "data": dict(self.data),
        }
        return body if matter is None else body | {"matter": matter}


@dataclass(frozen=True, slots=True)
class Story:
    """A title and its steps, in the order of time."""

    title_zh: str
    title_en: str
    steps: tuple[Step, ...]


def load_story(name: str) -> Story:
    """Load a story that ships with the package. Raises FileNotFoundError, TypeError for a faulty step."""
    text = files("deploy").joinpath("stories", f"{name}.yaml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    return Story(
        title_zh=document["title"]["zh"],
        title_en=document["title"]["en"],
        steps=tuple(_step(entry) for entry in document["steps"]),
    )


def _step(entry: Mapping[str, Any]) -> Step:
    rest = {name: value for name, value in entry.items() if name != "tell"}
    return Step(**rest, tell_zh=entry["tell"]["zh"], tell_en=entry["tell"]["en"])
