"""The gateway's own application in memory: real routes, checks and answers; its log is a dict.

Broker and database are behind `door`, `receipts` and `history` of the application's parts, and these are what
is replaced here. Nobody decides: a fact that passes the checks is admitted at once.
"""

from __future__ import annotations

import json
from collections import deque
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, cast

import httpx
from fastapi import Request  # noqa: TC002 - FastAPI reads the annotation at run time

from producers.gateway.answers import Answer, address, problems
from producers.gateway.app import make_app
from producers.gateway.asking import Parts, authenticated
from producers.gateway.checks import Doorway, Unfit, check
from producers.gateway.door import rehearsal
from producers.gateway.pace import Pace
from producers.gateway.tokens import bearer
from schemas.agencies import AGENCIES
from schemas.errors import Code, Refused, problem
from schemas.identifiers import make_event_id, make_matter_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from producers.gateway.reading import Body, Item
    from schemas.agencies import Register

WATER = "310120-ZG04"
TOKENS = {"token-of-water": WATER}
_DAY = date(2026, 9, 8)


class MemoryDoor:
    """What stands behind the routes. ``taken`` holds the submissions in their order, each id once."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.taken: dict[str, dict[str, Any]] = {}
        self.unwell: deque[Code] = deque()

    async def clock(self) -> tuple[int, bool]:
        """The time at this door never moves."""
        return self.now, True

    async def publish(self, agency: str, body: Body, wait: float) -> list[Answer]:
        """Admit what passes; each code in ``unwell`` is the answer of one request first."""
        del wait
        return [self._one(agency, item) for item in body.items]

    async def rehearse(self, agency: str, body: Body) -> list[Answer]:
        """The door's own rehearsal."""
        doorway = Doorway(agency, self.now, simulated=True)
        return [rehearsal(item, doorway) for item in body.items]

    async def register(self) -> Register:
        """The register of the release."""
        return AGENCIES

    def _one(self, agency: str, item: Item) -> Answer:
        number, value = item.number, item.value
        if item.findings:
            return Answer(number, problem=problems(item.findings))
        if self.unwell:
            return Answer(number, problem=problem(Refused(self.unwell.popleft())))
        try:
            draft = check(
                value, make_event_id(self.now, bytes(10)), Doorway(agency, self.now, simulated=True)
            )
        except Unfit as unfit:
            return Answer(number, unfit.event_id, problem=problems(unfit.found))
        meta = draft.record["meta"]
        if draft.unnumbered:
            meta["matter"] = make_matter_id("XS", agency, _DAY, len(self.taken) + 1)
        self.taken.setdefault(meta["event_id"], self._receipt(meta))
        return Answer(number, meta["event_id"], meta["matter"], receipt=self.taken[meta["event_id"]])

    def _receipt(self, meta: dict[str, Any]) -> dict[str, Any]:
        event_id = meta["event_id"]
        mine = {"event_id": event_id, "matter": meta["matter"], "receipt": address(event_id)}
        return mine | {"status": "admitted", "seq": len(self.taken) + 1}

    async def after(self, agency: str, cursor: str, seconds: float) -> dict[str, Any]:
        """Two receipts a page; a cursor is the count of those told before."""
        del agency, seconds
        told = int(cursor or 0)
        page = list(self.taken.values())[told : told + 2]
        return {"receipts": page, "cursor": str(told + len(page))}

    @contextmanager
    def listening(self, event_id: str) -> Iterator[None]:
        """Nothing rings here."""
        del event_id
        yield


class Network(httpx.ASGITransport):
    """The way to the application; the first ``cut`` requests of a path arrive, and their answers are lost."""

    def __init__(self, door: MemoryDoor, rate: float = 0) -> None:
        super().__init__(_app(door, rate))
        self.cut = 0
        self.bodies: list[bytes] = []

    @property
    def sent(self) -> list[dict[str, Any]]:
        """Every submission that was sent by itself."""
        return [json.loads(each) for each in self.bodies]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request, and keep what was sent."""
        answer = await super().handle_async_request(request)
        if request.method == "POST":
            self.bodies.append(request.content)
            if self.cut:
                self.cut -= 1
                raise httpx.ReadError("the line was cut")
        return answer


def _app(door: MemoryDoor, rate: float) -> Any:
    all_ = cast("Any", door)
    app = make_app(Parts(all_, all_, all_, all_, pace=Pace(rate)), None)
    app.dependency_overrides[authenticated] = _authenticated
    return app


async def _authenticated(request: Request) -> str:
    agency = TOKENS.get(bearer(request.headers.get("authorization")))
    if agency is None:
        raise Refused(Code.BAD_TOKEN)
    return agency
