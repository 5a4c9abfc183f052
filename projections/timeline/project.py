"""The timeline: one row for each fact in a matter's chain, its personal fields apart from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backbone.queries import load_queries
from projections.content import Personal, split
from projections.rows import as_rows, bytea
from projections.times import beijing
from schemas.agencies import PLATFORM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from backbone.database import Connection
    from projections.told import Told

SQL = load_queries("projections.timeline", "queries.sql")


def row(told: Told, content: Mapping[str, Any], fields: Sequence[Personal]) -> dict[str, Any]:
    """The row of one fact; columns of table `timeline`."""
    seal, meta = told.seal, told.record["meta"]
    occurred = meta.get("occurred_at")
    citation = cited(told.record)
    return {
        "matter": seal.matter,
        "seq": seal.seq,
        "fact_type": seal.fact_type,
        "event_id": seal.event_id,
        "cause": seal.cause,
        "agency": seal.agency,
        "addressed_to": seal.addressed_to,
        "copied_to": seal.copied_to,
        "received_at": beijing(seal.received_at),
        "occurred_at": None if occurred is None else beijing(occurred),
        "state": seal.state,
        "rule": seal.rule,
        "citation": citation,
        "verified": told.record.get("verified", citation["verified"] if citation else None),
        "hash": bytea(told.hash),
        "partition": told.partition,
        "ledger_offset": told.offset,
        "content": content,
        "hidden": [field.path for field in fields],
    }


def cited(record: Mapping[str, Any]) -> dict[str, Any] | None:
    """The law that a fact rests on: the platform cites its rule's, an agency names its own."""
    meta = record["meta"]
    if meta.get("citation"):
        return dict(meta["citation"])
    basis = meta.get("legal_basis") or ()
    return dict(basis[0]) if basis else None


def secrets(told: Told, fields: Iterable[Personal]) -> list[dict[str, Any]]:
    """The rows of a fact's personal fields; columns of table `personal`.

    Free text was written for its addressees, so they and its author may read it; what identifies a person is
    read by the handling agency alone, which the policy on the table adds.
    """
    seal = told.seal
    readers = [a for a in dict.fromkeys([seal.agency, *seal.addressed_to]) if a not in {"", PLATFORM}]
    return [
        {
            "matter": seal.matter,
            "seq": seal.seq,
            "path": field.path,
            "class": field.kind,
            "readers": readers if field.kind == "text" else [],
            "value": bytea(field.value),
        }
        for field in fields
    ]


async def project(connection: Connection, told: Iterable[Told]) -> None:
    """Append the facts of the chain to the timeline. Raises what the database raises."""
    facts: list[dict[str, Any]] = []
    personal: list[dict[str, Any]] = []
    for one in told:
        if one.seal.seq:
            content, fields = split(one.seal.fact_type, one.record)
            facts.append(row(one, content, fields))
            personal += secrets(one, fields)
    if facts:
        await connection.execute(SQL["put_facts"], as_rows(facts))
    if personal:
        await connection.execute(SQL["put_personal"], as_rows(personal))
