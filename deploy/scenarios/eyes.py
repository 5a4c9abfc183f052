"""Seeing what agencies see: matters, timelines and inboxes through the query API, and what a feed holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from projections.feeds.reading import read_feed
from projections.vocabulary import PARTS
from schemas.feeds import FEEDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from backbone.settings import Settings

PAGE = 200
NOT_FOUND = 404

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Eyes:
    """Reads one stack as its agencies do, `tokens` by agency, and feeds as their subscribers do."""

    api: httpx.AsyncClient
    tokens: Mapping[str, str]
    settings: Settings

    async def matter(self, matter: str, agency: str) -> Item | None:
        """A matter with its clocks as this agency sees it; None if it is none of its own."""
        answer = await self.api.get(f"/v1/matters/{matter}", headers=self.bearer(agency))
        if answer.status_code == NOT_FOUND:
            return None
        answer.raise_for_status()
        found: Item = answer.json()
        return found

    async def timeline(self, matter: str, agency: str) -> list[Item]:
        """Every fact of a matter in its order; none if it is none of this agency's."""
        return await self._pages(f"/v1/matters/{matter}/timeline", agency, {})

    async def inbox(self, agency: str) -> list[Item]:
        """Everything in an agency's inbox, with what it sent and what it is copied on."""
        return await self._pages("/v1/inbox", agency, {"part": list(PARTS)})

    async def feed(self, name: str) -> list[Item]:
        """Every record of a feed so far, as CloudEvents' JSON."""
        return [event async for event in read_feed(self.settings, FEEDS[name])]

    async def _pages(self, path: str, agency: str, asked: Mapping[str, Any]) -> list[Item]:
        found: list[Item] = []
        cursor: str | None = None
        while True:
            parameters = {**asked, "limit": PAGE, **({"cursor": cursor} if cursor else {})}
            answer = await self.api.get(path, params=parameters, headers=self.bearer(agency))
            if answer.status_code == NOT_FOUND:
                return found
            answer.raise_for_status()
            page = answer.json()
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found

    def bearer(self, agency: str) -> dict[str, str]:
        """The header by which an agency is known."""
        return {"Authorization": f"Bearer {self.tokens[agency]}"}
