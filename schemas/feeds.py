"""The feeds, as data: for whom each is, on which topic, and as which record a fact is shared.

A feed record's fields are those of its contract and no others: the contract is the allow-list for that kind
of fact and that receiver.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemas.reference import load

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FEEDS", "Feed", "feeds"]


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed. `receiver` is the agency that subscribes, `shares` says by fact which record it becomes."""

    name: str
    name_zh: str
    receiver: str
    shares: Mapping[str, str]

    @property
    def topic(self) -> str:
        """Its topic, which is also its writer's transactional id and the group of its positions."""
        return f"feed.{self.name}"


def feeds(content: Mapping[str, Any]) -> dict[str, Feed]:
    """Build the feeds from the content of a reference file, by name. Raises KeyError for one half said."""
    found = (Feed(e["name"], e["name_zh"], e["receiver"], dict(e["shares"])) for e in content["feeds"])
    return {feed.name: feed for feed in found}


FEEDS: Mapping[str, Feed] = feeds(load("feeds.yaml"))
"""Every feed by its name."""
