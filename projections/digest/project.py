"""The digests: one row for each penalty that was counted, and the sums over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backbone.queries import load_queries
from projections.rows import as_rows
from projections.times import beijing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backbone.database import Connection
    from projections.told import Told

SQL = load_queries("projections.digest", "queries.sql")
COUNTED, SENT = "PenaltyCounted", "PenaltyDigestSent"
_SAME = (
    "case_no", "decision_no", "cause_code", "township_code9", "amount", "penalty_kinds", "party_token",
    "uscc", "issuer",
)  # fmt: skip


def case(told: Told) -> dict[str, Any]:
    """The row of one penalty; columns of table `digest_case`."""
    record = told.record
    same = {name: record[name] for name in _SAME}
    decided_at = beijing(record["decided_at"])
    return {"matter": told.matter, "seq": told.seal.seq, "decided_at": decided_at, **same}


def header(told: Told) -> dict[str, str]:
    """What a counted penalty says of its digest: the department, and the month."""
    return {"matter": told.matter, "month": told.record["month"], "department": told.record["department"]}


def sent(told: Told) -> dict[str, Any]:
    """Who sent a digest, when, under which number."""
    return {
        "matter": told.matter,
        "digest_no": told.record["digest_no"],
        "sent_by": told.seal.agency,
        "sent_at": beijing(told.seal.received_at),
    }


async def project(connection: Connection, told: Iterable[Told]) -> None:
    """Fold records into the digests. Raises what the database raises."""
    facts = [one for one in told if one.seal.seq and one.seal.fact_type in {COUNTED, SENT}]
    counted = [one for one in facts if one.seal.fact_type == COUNTED]
    if counted:
        await connection.execute(SQL["put_cases"], as_rows(case(one) for one in counted))
        headers = {one.matter: header(one) for one in counted}
        await connection.execute(SQL["put_digests"], as_rows(headers.values()))
    closed = {one.matter: sent(one) for one in facts if one.seal.fact_type == SENT}
    if closed:
        await connection.execute(SQL["put_sent"], as_rows(closed.values()))
