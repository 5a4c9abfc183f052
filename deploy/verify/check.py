"""The verdict: everything folded equals the fold of the ledger, and everything acknowledged is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backbone.database import connect
from backbone.queries import load_queries
from backbone.stack import read_identity
from deploy.verify.reading import Ledger, read_ledger
from processors.model import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backbone.database import Connection
    from backbone.settings import Settings

SQL = load_queries("deploy", "sql/verify.sql")

SHOWN = 20
"""Failures told in full; more are counted."""

FOLDS = ("owner", "receipts", "views")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: counts of the ledger, and a plain sentence for each failure (none: all is well).

    `facts` are agencies' facts that were admitted, refused or wait; `records` all records of the ledger.
    """

    records: int
    facts: int
    admitted: int
    refused: int
    held: int
    types: dict[str, int]
    clocks: dict[str, int]
    failures: tuple[str, ...]


async def verify(settings: Settings, dsn: str, acknowledged: Iterable[str] = ()) -> Verdict:
    """Read the ledger and hold everything against it; `acknowledged` are event ids that a door has answered.

    `dsn` must see every row: an administrator's. Call it when nothing is under way. Raises BrokerAway,
    DatabaseAway.
    """
    connection = await connect(dsn, application="liandong-verify")
    try:
        identity = await read_identity(connection)
        ledger = await read_ledger(settings, identity.partitions)
        failures = [*ledger.failures, *_acknowledged(ledger, acknowledged), *_effects(ledger)]
        for check in (_folds, _matters, _clocks, _receipts, _timeline):
            failures += [sentence async for sentence in check(connection, ledger)]
    finally:
        await connection.close()
    waiting = {e for e in ledger.held if e and not ledger.admitted[e] and not ledger.refused[e]}
    admitted, refused = ledger.kinds["ADMITTED"], ledger.kinds["REFUSED"]
    return Verdict(
        records=sum(ledger.kinds.values()),
        facts=admitted + refused + len(waiting),
        admitted=admitted,
        refused=refused,
        held=len(waiting),
        types=dict(ledger.types),
        clocks=_states(ledger),
        failures=_told(failures),
    )


def _told(failures: list[str]) -> tuple[str, ...]:
    rest = len(failures) - SHOWN
    return (*failures[:SHOWN], *([f"and {rest} more"] if rest > 0 else []))


def _states(ledger: Ledger) -> dict[str, int]:
    states: dict[str, int] = {}
    for matter in ledger.matters.values():
        for clock in matter.clocks.values():
            states[clock.state] = states.get(clock.state, 0) + 1
    return states


def _acknowledged(ledger: Ledger, acknowledged: Iterable[str]) -> Iterator[str]:
    for event in acknowledged:
        times = ledger.admitted[event] + ledger.refused[event]
        if times == 0 and event not in ledger.held:
            yield f"{event} was acknowledged by a door and is nowhere in the ledger"
        elif times > 1:
            yield f"{event} was decided {times} times"


def _effects(ledger: Ledger) -> Iterator[str]:
    for (target, event), cause in ledger.owed.items():
        if (target, event) not in ledger.arrived:
            yield f"{cause} owes {event} to {target}, where it never arrived"


async def _folds(connection: Connection, ledger: Ledger) -> Any:
    rows = await connection.fetch(SQL["folds"])
    reached = {(row["fold"], row["partition"]): row["number"] for row in rows}
    for fold in FOLDS:
        for partition, number in ledger.numbers.items():
            found = reached.get((fold, partition), 0)
            if found != number:
                yield f"{fold} is folded to {found} in partition {partition}, the ledger ends at {number}"


async def _matters(connection: Connection, ledger: Ledger) -> Any:
    stored = {row["matter"]: load(row["folded"]) for row in await connection.fetch(SQL["matters"])}
    for name in stored.keys() | ledger.matters.keys():
        if stored.get(name) != ledger.matters.get(name):
            yield f"the owner's table differs from the fold of the ledger for {name}"


async def _clocks(connection: Connection, ledger: Ledger) -> Any:
    """Owner's clocks and those of the views, against the fold: rule, state and due instant of each."""
    said = {
        clock.id: (matter.id, clock.rule, clock.state, clock.due)
        for matter in ledger.matters.values()
        for clock in matter.clocks.values()
    }
    for table in ("owner_clocks", "view_clocks"):
        stored = {row["clock"]: tuple(row)[1:] for row in await connection.fetch(SQL[table])}
        for name in stored.keys() | said.keys():
            if stored.get(name) != said.get(name):
                yield f"{table}: clock {name} is {stored.get(name)}, the ledger says {said.get(name)}"


async def _receipts(connection: Connection, ledger: Ledger) -> Any:
    stored = {
        (row["agency"], row["event_id"]): row["hash"] for row in await connection.fetch(SQL["receipts"])
    }
    for key, digest in ledger.hashes.items():
        if stored.get(key) != digest:
            yield f"the receipt of {key[1]} does not bear the hash of its record"
    for key in stored.keys() - ledger.hashes.keys():
        yield f"there is a receipt for {key[1]}, which the ledger never admitted"


async def _timeline(connection: Connection, ledger: Ledger) -> Any:
    stored = {row["matter"]: tuple(row)[1:] for row in await connection.fetch(SQL["view_matters"])}
    for name, matter in ledger.matters.items():
        expected = (matter.state, matter.seq, matter.seq, matter.seq)
        if matter.seq and stored.get(name) != expected:
            yield f"the views have {name} as {stored.get(name)}, the ledger as {expected}"
    for name in stored.keys() - ledger.matters.keys():
        yield f"the views have {name}, which the ledger does not know"
