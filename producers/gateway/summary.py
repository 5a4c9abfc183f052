"""What a ledger record says to the agency whose fact led to it: one JSON text, kept with the receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from producers.gateway.answers import address, instant
from producers.gateway.contract import as_sent
from schemas.errors import CATALOGUE, Code, problem_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_UNITS = {
    ("DAY", "WORKING"): "工作日",
    ("DAY", "NATURAL_ROLL"): "日",
    ("DAY", "NATURAL_HARD"): "日",
    ("HOUR", "CLOCK"): "小时",
    ("MONTH", "NATURAL_ROLL"): "个月",
    ("MONTH", "NATURAL_HARD"): "个月",
    ("YEAR", "NATURAL_ROLL"): "年",
    ("YEAR", "NATURAL_HARD"): "年",
}


def part(fact: str, record: Mapping[str, Any], told: Sequence[str] = ()) -> bytes | None:
    """The part of a receipt that a fact of the platform makes, or None if it says nothing to the sender.

    ``told`` are the agencies that the record's seal addresses.
    """
    if fact == "FactRouted":
        return msgspec.json.encode(_routed(record, told))
    made = _PARTS.get(fact)
    return None if made is None else msgspec.json.encode(made(record))


def skipped(record: Mapping[str, Any]) -> bytes:
    """The part that says an operator set the held fact aside, who and why."""
    return msgspec.json.encode({"skipped": {"who": record["who"], "why": record["why"]}})


def receipt(row: Mapping[str, Any]) -> dict[str, Any]:
    """The receipt of one row of ``door.receipt``: what was decided, and every part in the ledger's order."""
    told: dict[str, Any] = {
        "event_id": row["event_id"],
        "status": row["outcome"],
        "type": row["fact_type"],
        "matter": row["matter"],
        "received_at": instant(row["received_at"]),
        "receipt": address(row["event_id"]),
    }
    if row["outcome"] == "admitted":
        told |= {"seq": row["seq"], "hash": f"sm3:{row['hash'].hex()}", "routed": None, "clocks": []}
    clocks: dict[str, dict[str, Any]] = {}
    effects: list[dict[str, Any]] = []
    for text in row["parts"]:
        said = msgspec.json.decode(text)
        clock = said.pop("clock", None)
        if clock is not None:
            clocks.setdefault(clock["clock"], {}).update(clock)
        effect = said.pop("effect", None)
        if effect is not None:
            effects.append(effect)
        told |= said
    if row["outcome"] == "admitted":
        told |= {"clocks": list(clocks.values()), "effects": effects}
    return told


def _rule(record: Mapping[str, Any]) -> dict[str, Any]:
    citation = record["meta"]["citation"]
    source = f"{citation['law']} {citation['article']}".strip() if citation else ""
    return {"rule": record["meta"]["rule"], "source": source}


def _routed(record: Mapping[str, Any], told: Sequence[str]) -> dict[str, Any]:
    """Whom routing chose; of several the fact names none, and its seal addresses each."""
    why = {"why": record["why_zh"], "why_en": record["why_en"], "differs": record["differs"]}
    return {
        "routed": {
            "to": list(told) or [record["to"]],
            "cc": record["cc"],
            **_rule(record),
            **why,
            "verified": record["verified"],
        }
    }


def _denied(record: Mapping[str, Any]) -> dict[str, Any]:
    names = ("code", "why_zh", "why_en", "remedy_zh", "remedy_en")
    return {"routed": {"to": [], "cc": [], **_rule(record), **{name: record[name] for name in names}}}


def _scheduled(record: Mapping[str, Any]) -> dict[str, Any]:
    days = _days(record) or "当日"
    names = ("name_en", "due_date", "day_kind_basis", "provisional", "verified", "responsible")
    return _clock(record, "running", {"due": instant(record["due"]), "days": days, **_rule(record)}, names)


def _days(record: Mapping[str, Any]) -> str:
    unit = _UNITS.get((record["unit"], record["day_kind"]))
    return f"{record['n']} {unit}" if unit and record["n"] else ""


def _extended(record: Mapping[str, Any]) -> dict[str, Any]:
    days = _days(record)
    words = f"延长 {days}" if days else f"延至 {record['due_date']}"
    computed = {"due": instant(record["due"]), "extended": words, "times": record["times"], **_rule(record)}
    return _clock(record, "running", computed, ("due_date", "provisional"))


def _recalculated(record: Mapping[str, Any]) -> dict[str, Any]:
    names = ("due_date", "old_due_date", "reason_zh", "provisional")
    return _clock(record, "running", {"due": instant(record["due"])}, names)


def _cancelled(record: Mapping[str, Any]) -> dict[str, Any]:
    times = {"cancelled_at": instant(record["cancelled_at"])}
    return _clock(record, "cancelled", times, ("due_date", "reason_zh"))


def _paused(record: Mapping[str, Any]) -> dict[str, Any]:
    return _clock(record, "paused", {"paused_at": instant(record["paused_at"])}, ("reason_zh",))


def _resumed(record: Mapping[str, Any]) -> dict[str, Any]:
    return _clock(record, "running", {"due": instant(record["due"])}, ("due_date", "provisional"))


def _met(record: Mapping[str, Any]) -> dict[str, Any]:
    times = {"met_at": instant(record["met_at"]), "due": instant(record["due"])}
    # A version before this field never met a clock that had been breached.
    breached = {"breached_before": record.get("breached_before", False)}
    return _clock(record, "met", times | breached, ("due_date",))


def _clock(
    record: Mapping[str, Any], state: str, computed: Mapping[str, Any], names: Iterable[str]
) -> dict[str, Any]:
    copied = {name: record[name] for name in names}
    head = {"clock": record["clock"], "rule": record["rule"], "name": record["name_zh"], "state": state}
    return {"clock": {**head, **copied, **computed}}


def _owed(record: Mapping[str, Any]) -> dict[str, Any]:
    """What the fact leads to elsewhere: a fact of another matter, or a marker for every partition."""
    about = {"fact": record["fact"], "matter": record["target"], "event_id": record["effect_event"]}
    return {"effect": {"kind": record["kind"].lower(), **about, **_rule(record)}}


def _returned(record: Mapping[str, Any]) -> dict[str, Any]:
    return {"returned": {"missing": record["missing"], "supplement_due": record["supplement_due"]}}


def _refused(record: Mapping[str, Any]) -> dict[str, Any]:
    code = record["code"]
    # A later version of the platform may refuse with a code that this door does not know yet.
    known = CATALOGUE.get(Code(code)) if code in Code.__members__ else None
    told = {
        "type": problem_type(Code(code)) if known else "about:blank",
        "title": record["title_zh"],
        "title_en": known.title_en if known else code,
        "status": known.status if known else CATALOGUE[Code.CONTRACT_VIOLATION].status,
        "code": code,
        "detail": record["detail_zh"],
        "remedy": record["remedy_zh"],
    }
    told["field"] = as_sent(record["field"]) if record["field"] else ""
    names = ("detail_en", "remedy_en", "rule", "source")
    return {"problem": {**told, **{name: record[name] for name in names}}}


def _held(record: Mapping[str, Any]) -> dict[str, Any]:
    code = record["reason_code"]
    known = CATALOGUE[Code(code)] if code in Code.__members__ else None
    title = {"title": known.title_zh, "title_en": known.title_en} if known else {}
    return {"waiting": {"code": code, **title}}


_PARTS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "RoutingDenied": _denied,
    "DeadlineScheduled": _scheduled,
    "DeadlinePaused": _paused,
    "DeadlineResumed": _resumed,
    "DeadlineMet": _met,
    "DeadlineExtended": _extended,
    "DeadlineRecalculated": _recalculated,
    "DeadlineCancelled": _cancelled,
    "EffectOwed": _owed,
    "ClueReturnedForSupplement": _returned,
    "FactRefused": _refused,
    "FactHeld": _held,
}
