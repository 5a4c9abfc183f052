"""One story while it is being told: its facts so far, and the time that it has reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from producers.simulate.hours import MINUTE, after, iso
from producers.simulate.planned import Answer, Planned
from schemas.agencies import AGENCIES
from schemas.identifiers import make_event_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from producers.simulate.dice import Dice
    from producers.simulate.district import District

__all__ = ["Tale"]


@dataclass(slots=True)
class Tale:
    """Facts of one story, in the order of time. `now` (microseconds) moves on as it is told.

    `timed`: they will be stated at their instants; without it the story has no part that relies on that.
    """

    district: District
    dice: Dice
    now: int
    timed: bool = True
    facts: list[Planned] = field(default_factory=list)
    operators: int = 40

    def wait(self, days: int) -> int:
        """Let so many working days pass, to some moment in office hours; gives that instant."""
        self.now = after(self.dice, self.now, days)
        return self.now

    def moment(self, low: int = 1, high: int = 9) -> int:
        """Let some minutes pass."""
        self.now += self.dice.number(low, high) * MINUTE
        return self.now

    def say(
        self, agency: str, fact: str, matter: str, data: Mapping[str, Any], **meta: Any
    ) -> dict[str, Any]:
        """Let an agency state a fact now; gives the body.

        `meta` are members of the request (`role`, `to`, `region`, `story`, …), and `answer`, `code`,
        `mistake` of the plan.
        """
        expected = {name: meta.pop(name) for name in ("answer", "code", "mistake") if name in meta}
        body = self._body(agency, fact, matter, meta)
        body["data"] = dict(data)
        self.facts.append(Planned(self.now, agency, body, **expected))
        return body

    def again(self, agency: str, body: Mapping[str, Any], mistake: str = "posted-twice") -> None:
        """Let an agency post the very same request again."""
        self.facts.append(Planned(self.now, agency, body, Answer.REPEATED, "", mistake))

    def _body(self, agency: str, fact: str, matter: str, meta: dict[str, Any]) -> dict[str, Any]:
        to: Sequence[str] = meta.pop("to", ())
        known = AGENCIES.get(agency)
        region = (known.township_code9 or known.region) if known else agency[:6]
        return {
            "event_id": make_event_id(self.now, self.dice.tail()),
            "type": fact,
            "matter": matter,
            "occurred_at": iso(self.now),
            "agency": agency,
            "role": meta.pop("role", "FIELD_UNIT"),
            "operator": f"op-{agency}-{self.dice.number(1, self.operators):03d}",
            "addressed_to": list(to),
            "region": meta.pop("region", region),
            "scope": meta.pop("scope", "DISTRICT"),
            "correlation_id": meta.pop("story", matter),
            **meta,
        }
