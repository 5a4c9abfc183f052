"""Agencies that state anything at any time: courses of every fact, likely and unlikely, from a seed.

Half of what they state fits the state of some matter and comes from whom the procedure asks for; the rest is
any fact by anybody about anything. The content is that of the examples, with fields changed at random.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from processors.admit import totals_seen
from processors.model import Totals
from producers.simulate.planned import Planned
from producers.simulate.records import opaque, record_of
from producers.testing import SPEAKERS, submission
from schemas.beijing import day_of, instant_of
from schemas.contracts import contracts
from schemas.identifiers import make_matter_id, reference_matter

if TYPE_CHECKING:
    import random

    from processors.model import Entry, Matter
    from processors.testing import Town

MINUTE, HOUR, DAY = 60_000_000, 3_600_000_000, 86_400_000_000
STREETS = ("310120-JD11", "310120-JD12", "310120-JD02", "310120-JD21")
PROVINCES = ("310000-CG01", "320000-ZJ01", "330000-ZJ01", "340000-ZJ01")
AGENCIES = (
    *STREETS,
    *PROVINCES,
    "310120-ZG01",
    "310120-ZG04",
    "310120-ZG05",
    "310120-ZG08",
    "310120-CG01",
    "310120-CG03",
    "310120-GV01",
    "310120-SF01",
    "310120-GA01",
)
NOBODY = "310120-XX99"
TOWNSHIPS = ("310120101", "310120002", "310120503", "310120999", "310115001", "330482001")
OPENING_KINDS = {
    "ClueRegistered": "XS",
    "ClueTransferred": "XS",
    "CaseFiled": "AJ",
    "PenaltyDecided": "AJ",
    "AssistanceRequested": "XZ",
    "PermitInfoNotified": "CG",
    "SupervisionInfoNotified": "CG",
    "OutOfJurisdictionPermitViolationNotified": "CG",
    "DeltaClueTransferred": "CX",
    "DeltaWarningIssued": "YJ",
}
ELEMENTS = ("violation_time", "suspected_party", "fact", "management_notice_records", "evidence")


@cache
def template(fact: str) -> dict[str, Any]:
    """Give the example of a fact as a record."""
    speaker = SPEAKERS[fact]
    members = {"agency": speaker, "event_id": "", "matter": "", "correlation_id": "c", "scope": "DISTRICT"}
    body = submission(fact) | {"legal_basis": [], "attachments": []} | members
    return opaque(fact, record_of(Planned(0, speaker, body)))


@dataclass
class Wandering:
    """One course in a town; `dice` decides everything, `steps` is what became of each fact."""

    town: Town
    dice: random.Random
    opened: int = 0
    steps: list[tuple[str, list[Entry]]] = field(default_factory=list)

    def go(self, acts: int) -> Wandering:
        """State so many facts."""
        for _ in range(acts):
            self.act()
        return self

    def act(self) -> None:
        """Let some time pass, then let somebody state something."""
        spans = (0, 0, MINUTE, HOUR, 5 * HOUR, DAY, DAY, 3 * DAY, 12 * DAY, 45 * DAY)
        self.town.advance(self.town.now + self.dice.choice(spans))
        matters = self.matters()
        roll = self.dice.random()
        if not matters or roll < 0.15:
            self._opens(self.dice.choice(tuple(OPENING_KINDS)))
        elif roll < 0.85:
            busy = [m for m in matters if m.id[:2] in {"XS", "AJ", "XZ", "HZ"}]
            self._likely(self.dice.choice(busy * 4 + matters))
        else:
            fact = self.dice.choice(tuple(SPEAKERS))
            kind = contracts()[fact].reference
            matter = reference_matter(kind) if kind else self.dice.choice(matters).id
            self.state(fact, matter, self.dice.choice((SPEAKERS[fact], *AGENCIES)))

    def matters(self) -> list[Matter]:
        """Give every matter of which something is known."""
        return [m for p in self.town.partitions for m in p.matters.values() if m.seq]

    def _opens(self, fact: str) -> None:
        """Open a matter, now and then under the code of somebody else."""
        self.opened += 1
        usual = STREETS[:3] if SPEAKERS[fact] in STREETS else (SPEAKERS[fact],)
        agency = self.dice.choice((*(usual * 5), *AGENCIES)) if self.dice.random() < 0.3 else usual[0]
        matter = make_matter_id(OPENING_KINDS[fact], agency, date(2026, 9, 8), self.opened)
        self.state(fact, matter, agency if self.dice.random() < 0.95 else self.dice.choice(AGENCIES))

    def _likely(self, matter: Matter) -> None:
        procedure = self.town.partitions[0].force.rules.rulebook.procedure(matter.procedure)
        assert procedure is not None
        here = [t for t in procedure.transitions if matter.state in t.sources and t.by.party != "platform"]
        if not here:
            return
        transition = self.dice.choice(here)
        parties = {"holder": [matter.holder], "originator": [matter.originator], "former": matter.handlers}
        register = self.town.partitions[0].force.rules.agencies
        who = list(parties.get(transition.by.party or "", ())) or [
            a.code for s in transition.by.standing for a in register.with_standing(s)
        ]
        self.state(transition.fact, matter.id, self.dice.choice(who or AGENCIES))

    def state(self, fact: str, matter: str, agency: str, **body: Any) -> list[Entry]:
        """State a fact about a matter, with fields changed at random but for those that are given."""
        record = deepcopy(template(fact))
        record["meta"] |= {
            "event_id": self.town.event_id(),
            "matter": matter,
            "agency": agency,
            "occurred_at": self.town.now,
            "role": self.dice.choice(("HEAD", "DISPATCH_DESK")),
            "region": self.dice.choice(("310120", "310120101", "310115", "330482")),
            "addressed_to": self.dice.sample(AGENCIES, self.dice.choice((0, 0, 1, 1, 2))),
        }
        record |= self._changes(fact, record, self.town.matter(matter)) | body
        entries = self.town.post(fact, record)
        self.steps.append((fact, entries))
        return entries

    def _changes(self, fact: str, record: dict[str, Any], matter: Matter) -> dict[str, Any]:
        changes: dict[str, Any] = {
            name: change(self, matter)
            for name, change in CHANGES.items()
            if name in record and self.dice.random() < 0.9
        }
        if fact in {"ClueTransferred", "ClueSupplemented"}:
            whole = template("ClueTransferred")
            changes |= {name: whole[name] if self.dice.random() < 0.9 else None for name in ELEMENTS}
        if fact == "PenaltyDigestSent" and matter.kept:
            changes |= self._digest(record, matter)
        return changes

    def _digest(self, record: dict[str, Any], matter: Matter) -> dict[str, Any]:
        """Make a digest of what was counted, one time in four a wrong one."""
        seen = totals_seen(matter.totals or Totals())
        one = record["cases"][0]
        cases = [one | {"amount": 0} for _ in range(seen["event_count"] - 1)]
        if seen["event_count"]:
            cases.append(one | {"amount": seen["all"]["amount"]})
        wrong = self.dice.random() < 0.25
        return {
            "month": matter.kept.get("month", "2026-09"),
            "department": matter.kept.get("department", ""),
            "totals": {**seen["all"], "count": seen["all"]["count"] + wrong},
            "by_cause": seen["by_cause"],
            "by_township": seen["by_township"],
            "event_count": seen["event_count"],
            "cases": cases,
        }

    def some_agency(self) -> str:
        """Give an agency, seldom one that nobody knows."""
        return self.dice.choice((*AGENCIES, *STREETS, *STREETS, NOBODY))

    def some_matters(self) -> list[str]:
        """Name matters, most of them clues; some twice, some that do not exist or are no matters at all."""
        known = [m.id for m in self.matters()]
        clues = [name for name in known if name.startswith("XS")]
        absent = [make_matter_id("XS", "310120-ZG04", date(2026, 9, 8), 999_999), "XS-1", "", "线索"]
        return self.dice.choices(
            clues * 3 + known + absent[: self.dice.randrange(5)] or absent, k=self.dice.randrange(4)
        )

    def some_instant(self) -> int:
        """Give an instant around now, seldom the first or the last that may be stated."""
        far = (instant_of(date(1900, 1, 2)), instant_of(date(2199, 12, 30)), 0)
        near = [self.town.now - self.dice.choice((0, HOUR, DAY, 20 * DAY, 91 * DAY, -DAY)) for _ in range(9)]
        return self.dice.choice((*near, *far))

    def some_day(self) -> str:
        """Give a date after now, seldom one before it or the last there is."""
        days = self.dice.choice((1, 3, 10, 12, 20, 40, 100, -3))
        near = (day_of(self.town.now) + timedelta(days)).isoformat()
        return self.dice.choice((near,) * 12 + ("9999-12-31", "9999-12-30", "0001-01-01", "2027-02-01"))

    def some_place(self) -> dict[str, Any]:
        """Give a location."""
        township = self.dice.choice(TOWNSHIPS[:2] * 4 + TOWNSHIPS)
        roads = ("RIVER", "CITY_MANAGED", "OTHER")
        place: dict[str, Any] = template("ClueRegistered")["location"]
        return place | {
            "township_code9": township,
            "adcode6": self.dice.choice((township[:6],) * 9 + ("310120",)),
            "road_class": self.dice.choice(roads),
        }

    def some_party(self) -> dict[str, Any]:
        """Give a person, a firm, an individual business, somebody unidentified; here, elsewhere, nowhere."""
        kinds = ("NATURAL_PERSON", "LEGAL_PERSON", "UNINCORPORATED", "INDIVIDUAL_BUSINESS", "UNIDENTIFIED")
        here = self.dice.choice((None, "310120", "330482", "320500", "440100"))
        firm: dict[str, Any] = template("PermitInfoNotified")["holder"]
        return firm | {
            "party_type": self.dice.choice(kinds),
            "reg_adcode": here,
            "uscc": self.dice.choice((None, "91330421MADEM00467")),
        }

    def some_penalties(self) -> list[dict[str, Any]]:
        """Give one to three penalties, up to the highest amount that the contract takes."""
        amounts = (None, 0, 20_000, 300_000, 5_000_000, 10**15)
        kinds = ("FINE", "WARNING", "CONFISCATION")
        one = {"detail": None, "perform_by": None}
        return [
            one | {"kind": self.dice.choice(kinds), "amount": self.dice.choice(amounts)}
            for _ in range(self.dice.randrange(1, 4))
        ]


def _kept(name: str, otherwise: str) -> Any:
    return lambda w, m: m.kept.get(name, otherwise) if w.dice.random() < 0.9 else "别的"


CHANGES: dict[str, Any] = {
    "domain_code": lambda w, _: w.dice.choice(("01", "02", "04", "08", "09")),
    "location": lambda w, _: w.some_place(),
    "jurisdiction_claim": lambda w, _: w.dice.choice(("CLEAR", "CLEAR", "DISPUTED", "UNKNOWN")),
    "reply_requested": lambda w, _: w.dice.random() < 0.8,
    "negotiation": lambda w, _: w.dice.random() < 0.4,
    "assigned_agency": lambda w, _: w.dice.choice((None, w.some_agency(), w.some_agency())),
    "designated_agency": lambda w, _: w.some_agency(),
    "competent_agency": lambda w, _: w.dice.choice((None, w.some_agency())),
    "clue_refs": lambda w, _: w.some_matters(),
    "clue_ref": lambda w, _: (w.some_matters() or [None])[0],
    "party": lambda w, _: w.some_party(),
    "penalties": lambda w, _: w.some_penalties(),
    "procedure": lambda w, _: w.dice.choice(("SIMPLE", "ORDINARY")),
    "filed_at": lambda w, _: w.some_instant(),
    "decided_at": lambda w, _: w.some_instant(),
    "case_no": _kept("case_no", "沪奉案〔2026〕1号"),
    "request_no": _kept("request_no", "沪奉协〔2026〕1号"),
    "item_code": lambda w, _: w.dice.choice((None, None, "GH-01", "SW-01")),
    "off_catalogue_reason": lambda w, _: w.dice.choice((None, b"x", b"x")),
    "new_reply_by": lambda w, _: w.some_day(),
    "valid_to": lambda w, _: w.dice.choice((None, w.some_day())),
    "permit_issuer_adcode": lambda w, _: w.dice.choice(("330482", "320500", "310120", "440100")),
    "officers": lambda w, _: w.dice.choice((1, 2, 2, 2)),
    "permit": lambda w, _: w.dice.choice(
        (
            None,
            {"permit_no": "许1", "issuer_adcode": w.dice.choice(("330482", "310120")), "issuer_name": None},
        )
    ),
    "issued_to": lambda w, _: w.some_agency(),
}
"""How each field may be changed: for a course and the matter that is spoken of."""
