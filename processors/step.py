"""One step of a matter: decode ▸ admit ▸ route ▸ clock, as a pure function of (matter, record, rules).

Three outcomes: appended (admitted or refused), held, or nothing at all (the very same fact again). What is
wrong with the fact is refused and the matter goes on; what is wrong with *us* (a schema that we do not know,
a rule's error) holds the matter until a mend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.admit import Case, admit
from processors.clocks import recalculated, ring, stale
from processors.course import run_course
from processors.entries import Cause, Scribe, cause_of
from processors.model import Entry, Incoming, Matter, Outcome, Rules, Seen
from schemas.agencies import PLATFORM
from schemas.codec import CODEC, Decoded, Undecodable, UnknownSchema
from schemas.envelope import Kind
from schemas.errors import Code, Refused
from schemas.seal import SealKind, sm3

if TYPE_CHECKING:
    from collections.abc import Sequence


def step(matter: Matter, incoming: Incoming, rules: Rules, seen: Seen) -> Outcome:
    """Decide one record that arrived: the alarms of its matter at or before it first, then the record itself.

    Never raises for content. The very bytes again under the same id give no entry.
    """
    digest = sm3(incoming.value)
    known = seen.get((incoming.agency, incoming.matter, incoming.event_id), frozenset())
    if digest in known:
        return Outcome(matter, ())
    if matter.held:
        return _held(matter, incoming, rules, Code.BEHIND_HELD, "the matter is held and waits for a mend")
    try:
        rung = _ring(matter, incoming.received_at, rules, incoming.offset)
    except Exception as error:  # noqa: BLE001 - whatever fails in an alarm is our failure: the matter waits, nobody else
        return _held(matter, incoming, rules, Code.ALARM_FAILED, _told(error))
    decided = _decide(rung.matter, incoming, rules, known, digest)
    return Outcome(decided.matter, rung.entries + decided.entries)


def fire(matter: Matter, until: int, rules: Rules, offset: int) -> Outcome:
    """Give the alarms at or before `until` (micros) in the order (instant, clock id); none of a held matter.

    Clocks that were counted on an older calendar are counted again before. `offset` is the last place in
    `inbound` that the partition has decided. An alarm that fails holds the matter.
    """
    try:
        return _ring(matter, until, rules, offset)
    except Exception as error:  # noqa: BLE001 - see step
        waiting = Incoming(Kind.TICK, matter.id, PLATFORM, "", b"", 0, offset, until, "")
        return _held(matter, waiting, rules, Code.ALARM_FAILED, _told(error))


def _ring(matter: Matter, until: int, rules: Rules, offset: int) -> Outcome:
    entries: list[Entry] = []
    if not matter.held and stale(matter, rules):
        recounted = _recalculate(matter, rules, offset)
        matter = recounted.matter
        entries.extend(recounted.entries)
    while (alarm := matter.next_alarm()) is not None and alarm[0] <= until:
        instant, clock_id = alarm
        clock = matter.clocks[clock_id]
        scribe = Scribe(matter, rules, Cause(PLATFORM, matter.id, clock_id, instant, offset))
        scribe.derive(ring(clock, rules))
        rung = scribe.outcome()
        matter = rung.matter
        entries.extend(rung.entries)
    return Outcome(matter, tuple(entries))


def _recalculate(matter: Matter, rules: Rules, offset: int) -> Outcome:
    """Count the clocks again that stand on an older calendar, at the instant at which the new one came."""
    version = f"calendar@{rules.calendar.version}"
    scribe = Scribe(matter, rules, Cause(PLATFORM, matter.id, version, rules.calendar_since, offset))
    for draft in recalculated(matter, rules):
        scribe.derive(draft)
    return scribe.outcome()


def _decide(
    matter: Matter, incoming: Incoming, rules: Rules, known: frozenset[bytes], digest: bytes
) -> Outcome:
    decoded = Decoded("", {})
    try:
        decoded = _decoded(incoming)
        return run_course(admit(Case(matter, incoming, decoded.name, decoded.record, rules), known))
    except UnknownSchema as error:
        return _held(matter, incoming, rules, Code.UNKNOWN_SCHEMA, str(error))
    except Refused as refused:
        scribe = Scribe(matter, rules, cause_of(incoming))
        scribe.refuse(incoming, refused, decoded, digest)
        return scribe.outcome()
    except Exception as error:  # noqa: BLE001 - a rule's error, or a bug of ours: the matter waits for a mend, nobody else
        return _held(matter, incoming, rules, Code.RULE_FAILED, _told(error))


def _decoded(incoming: Incoming) -> Decoded:
    try:
        return CODEC.decode(incoming.value, canonical=True)
    except Undecodable as error:
        raise Refused(
            Code.UNDECODABLE,
            detail_zh="字节与所称的契约不符。",
            detail_en="The bytes are not what they claim to be.",
        ) from error


def _held(matter: Matter, incoming: Incoming, rules: Rules, reason: Code, detail: str) -> Outcome:
    scribe = Scribe(matter, rules, cause_of(incoming))
    scribe.hold(incoming, reason, detail)
    return scribe.outcome()


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def mend(matter: Matter, incoming: Incoming, parked: Sequence[Incoming], rules: Rules, seen: Seen) -> Outcome:
    """Mend a matter: one record may be skipped, then the parked are decided in order, by today's rules.

    The first entry is the mend, with how many stay parked; the first of those says again why it waits.
    `seen` must not hold what the parked themselves left behind. A mend that cannot be read, or that names a
    record which is not parked, is refused and changes nothing.
    """
    try:
        record = _mend_record(incoming)
        waiting = list(parked)
        skipped = _skipped(record, waiting)
    except Refused as refused:
        scribe = Scribe(matter, rules, cause_of(incoming))
        scribe.refuse(incoming, refused, Decoded("Mend", {}), sm3(incoming.value))
        return scribe.outcome()
    after, entries, remaining = _release(replace(matter, held=False), waiting, rules, seen)
    scribe = Scribe(matter, rules, cause_of(incoming))
    offset = record["offset"] if skipped is None else skipped.offset
    scribe.mend({**record, "offset": offset, "remaining": remaining})
    return Outcome(replace(after, held=remaining > 0), (*scribe.outcome().entries, *entries))


def _mend_record(incoming: Incoming) -> dict[str, object]:
    try:
        decoded = CODEC.decode(incoming.value)
    except (Undecodable, UnknownSchema) as error:
        raise Refused(
            Code.UNDECODABLE, detail_zh="修复记录无法解码。", detail_en="This is no mend."
        ) from error
    if decoded.name != "Mend" or decoded.record["action"] not in {"REPLAY", "SKIP"}:
        raise Refused(Code.UNDECODABLE, detail_zh="修复记录无法解码。", detail_en="This is no mend.")
    return decoded.record


def _skipped(record: dict[str, object], waiting: list[Incoming]) -> Incoming | None:
    """Take the record that a mend skips out of those that wait; without an offset, the first."""
    if record["action"] != "SKIP":
        return None
    for index, one in enumerate(waiting):
        if record["offset"] in {None, one.offset}:
            return waiting.pop(index)
    raise Refused(
        Code.NOT_PARKED,
        "/offset",
        detail_zh=f"位置 {record['offset']} 没有待处理的记录。",
        detail_en=f"Nothing is parked at offset {record['offset']}.",
    )


def _release(
    matter: Matter, waiting: Sequence[Incoming], rules: Rules, seen: Seen
) -> tuple[Matter, list[Entry], int]:
    """Decide what waited, in the order of its instants, until one fails again."""
    known = dict(seen)
    entries: list[Entry] = []
    for index, one in enumerate(waiting):
        tick = one.kind is Kind.TICK
        outcome = (
            fire(matter, one.received_at, rules, one.offset) if tick else step(matter, one, rules, known)
        )
        matter = outcome.matter
        entries.extend(outcome.entries)
        if any(entry.seal.kind is SealKind.HELD for entry in outcome.entries):
            return matter, entries, len(waiting) - index
        key = (one.agency, one.matter, one.event_id)
        known[key] = known.get(key, frozenset()) | {sm3(one.value)}
    return matter, entries, 0
