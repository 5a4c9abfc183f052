"""The register of agencies in force at this door: that of the release, with everyone registered since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backbone.log import logger
from backbone.queries import load_queries
from schemas.agencies import AGENCIES
from schemas.codec import CODEC
from schemas.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backbone.database import Pool
    from schemas.agencies import Register

log = logger(__name__)
SQL = load_queries("producers.gateway", "sql/door.sql")


class Registers:
    """Keeps the register between requests, and asks the fold only for what it does not know yet."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._seq = -1
        self._register = AGENCIES

    async def current(self) -> Register:
        """The register with every agency, new or changed, whose marker has taken effect and is folded."""
        for row in await self._pool.fetch(SQL["agencies_beyond"], self._seq):
            self._register = _joined(self._register, CODEC.decode(row["value"]).record)
            self._seq = row["seq"]
        return self._register


def _joined(register: Register, record: Mapping[str, Any]) -> Register:
    """The register with one agency more, or changed."""
    try:
        return register.with_agency(record)
    except Refused as refused:
        # The owner took it in, so this release's register and the ledger disagree; facts go on all the same.
        log.warning("agency_not_joined", code=record["code"], reason=str(refused))
        return register
