"""The checks of the door, each small, in the order in which a sender can mend what they find.

What only the matter's own history can tell (may this agency state it, does the state allow it) is decided by
the owner of the partition and told in the receipt. What will be ciphertext is checked here or nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias

from producers.gateway.content import content_findings
from producers.gateway.contract import typed
from producers.gateway.kinds import FIXED, KINDS, OPENING, PLATFORM_ONLY, STATABLE
from producers.gateway.parts import Look, in_clear
from producers.gateway.places import holders, places
from schemas.agencies import AGENCIES, Register
from schemas.contracts import contracts, personal_paths
from schemas.errors import Code, Refused
from schemas.facts import FACTS
from schemas.identifiers import parse_event_id, parse_matter_id

AHEAD = 5 * 60 * 1_000_000
"""Microseconds by which a sender's clock may be ahead of ours."""

META = (
    "event_id",
    "matter",
    "occurred_at",
    "agency",
    "role",
    "operator",
    "addressed_to",
    "region",
    "scope",
    "sensitivity",
    "correlation_id",
    "causation_id",
    "purpose",
    "legal_basis",
    "attachments",
)
_MEMBERS = frozenset({"type", "data", *META})
_UNNUMBERED = "-"


@dataclass(frozen=True, slots=True)
class Doorway:
    """What a check may know besides the submission.

    Who sends, the time at the door (microseconds), and the register of agencies in force there.
    """

    agency: str
    now: int
    simulated: bool
    register: Register = AGENCIES


@dataclass(frozen=True, slots=True)
class Draft:
    """A fact that passed. ``unnumbered``: it opens a matter that has no id yet."""

    name: str
    record: dict[str, Any]
    unnumbered: bool


class Unfit(Exception):
    """A submission that cannot become a fact: mend everything in ``found`` and send it again."""

    def __init__(self, found: list[Refused], name: str = "", event_id: str = "") -> None:
        super().__init__("; ".join(map(str, found)))
        self.found = found
        self.name = name
        self.event_id = event_id


Check: TypeAlias = Callable[[dict[str, Any], Doorway], Iterator[Refused]]


def check(submission: Any, event_id: str, doorway: Doorway) -> Draft:
    """Make a draft of a submission, whose event id is ``event_id`` unless it names its own.

    Raises Unfit: with every error that could be found at once.
    """
    if not isinstance(submission, dict):
        raise Unfit(
            [Refused(Code.WRONG_TYPE, detail_zh="一条事实应为 JSON 对象。", detail_en="A fact is an object.")]
        )
    found = [refused for one in _OF_TYPE for refused in one(submission, doorway)]
    if found:
        raise Unfit(found, event_id=_text(submission, "event_id"))
    name = submission["type"]
    unnumbered = submission.get("matter") is None and name in OPENING
    meta = assemble(submission, event_id, doorway)
    record, broken = typed(name, meta, submission["data"])
    found = [refused for one in _OF_FACT for refused in one(submission, doorway)]
    # What a check of its own says of a field is plainer than that the field breaks its pattern.
    told = {refused.field for refused in found}
    found += [refused for refused in broken if refused.field not in told]
    told |= {refused.field for refused in broken}
    look = Look(doorway.now + AHEAD, doorway.register)
    across = content_findings(name, record, look) if record else []
    found += [refused for refused in across if refused.field not in told]
    if found:
        raise Unfit(found, name, meta["event_id"])
    return Draft(name, record, unnumbered)


def assemble(submission: dict[str, Any], event_id: str, doorway: Doorway) -> dict[str, Any]:
    """The meta of a fact: what the sender says, completed from the token and the content."""
    name = submission["type"]
    meta = {member: submission[member] for member in META if submission.get(member) is not None}
    meta["agency"] = doorway.agency
    meta.setdefault("event_id", event_id)
    meta.setdefault("role", "UNKNOWN")
    meta.setdefault("scope", "DELTA" if contracts()[name].context == "delta" else "DISTRICT")
    meta.setdefault("sensitivity", "L3" if _names_persons(submission) else "L2")
    meta.setdefault("region", _region(submission, doorway))
    if name in FIXED or name in OPENING:
        meta.setdefault("matter", FIXED.get(name, _UNNUMBERED))
    meta.setdefault("correlation_id", meta.get("matter", _UNNUMBERED))
    return meta


def number(draft: Draft, matter: str) -> Draft:
    """The draft with the matter id that the door gave it."""
    meta = draft.record["meta"] | {"matter": matter}
    if meta["correlation_id"] == _UNNUMBERED:
        meta["correlation_id"] = matter
    return Draft(draft.name, draft.record | {"meta": meta}, unnumbered=False)


def _names_persons(submission: dict[str, Any]) -> bool:
    """Whether any part of the data is a party with a field that is encrypted for a person."""
    return any(
        holder.get(field.path[-1])
        for field in personal_paths(submission["type"])
        if field.kind == "person"
        for holder, _ in holders(submission["data"], field.path[:-1])
    )


def _region(submission: dict[str, Any], doorway: Doorway) -> str:
    """Where it happened if the fact says so, else where its sender sits."""
    for path in places(submission["type"]):
        for place, _ in holders(submission["data"], path):
            if isinstance(code := place.get("township_code9"), str):
                return code
    known = doorway.register.get(doorway.agency)
    return (known.township_code9 or known.region) if known else doorway.agency[:6]


def _text(submission: dict[str, Any], name: str) -> str:
    value = submission.get(name)
    return value if isinstance(value, str) else ""


def _type(submission: dict[str, Any], _doorway: Doorway) -> Iterator[Refused]:
    name = submission.get("type")
    if name is None:
        yield Refused(Code.MISSING_FIELD, "/type", detail_zh="缺少 type。", detail_en="type is missing.")
    elif name in PLATFORM_ONLY:
        yield Refused(Code.PLATFORM_FACT, "/type")
    elif not isinstance(name, str) or name not in FACTS:
        near = get_close_matches(str(name), STATABLE, n=3, cutoff=0.5) or STATABLE
        yield Refused(
            Code.UNKNOWN_FACT,
            "/type",
            detail_zh=f"没有事实类型“{str(name)[:60]}”，相近的有：{'、'.join(near)}。",
            detail_en=f"There is no fact type {str(name)[:60]!r}; nearest: {', '.join(near)}.",
        )


def _members(submission: dict[str, Any], _doorway: Doorway) -> Iterator[Refused]:
    for name in submission.keys() - _MEMBERS:
        near = get_close_matches(name, sorted(_MEMBERS), n=1)
        hint_zh, hint_en = (
            (f"是否指 {near[0]}？", f"Is {near[0]} meant?")
            if near
            else ("内容应放入 data。", "Content goes into data.")
        )
        where = "/" + name.replace("~", "~0").replace("/", "~1")
        yield Refused(Code.UNKNOWN_FIELD, where, detail_zh=hint_zh, detail_en=hint_en)


def _data(submission: dict[str, Any], _doorway: Doorway) -> Iterator[Refused]:
    data = submission.get("data")
    if data is None:
        yield Refused(Code.MISSING_FIELD, "/data", detail_zh="缺少 data。", detail_en="data is missing.")
    elif not isinstance(data, dict):
        yield Refused(Code.WRONG_TYPE, "/data", detail_zh="data 应为对象。", detail_en="data is an object.")
    elif "meta" in data:
        detail_zh, detail_en = (
            "meta 由入口填写，其内容写在最外层。",
            "meta is made by the door; its members stand outside data.",
        )
        yield Refused(Code.UNKNOWN_FIELD, "/data/meta", detail_zh=detail_zh, detail_en=detail_en)


def _agency(submission: dict[str, Any], doorway: Doorway) -> Iterator[Refused]:
    if submission.get("agency") not in (None, doorway.agency):
        yield Refused(
            Code.AGENCY_MISMATCH,
            "/agency",
            detail_zh=f"令牌属于 {doorway.agency}。",
            detail_en=f"The token is that of {doorway.agency}.",
        )


def _event(submission: dict[str, Any], doorway: Doorway) -> Iterator[Refused]:
    event_id = submission.get("event_id")
    if not isinstance(event_id, str):
        return
    try:
        made_at = parse_event_id(event_id)
    except Refused as refused:
        yield refused.at("/event_id")
        return
    # In a simulated stack time stands still between events, and ids may have been made on a wall clock.
    if made_at > doorway.now + AHEAD and not doorway.simulated:
        yield Refused(
            Code.EVENT_ID_IN_FUTURE,
            "/event_id",
            detail_zh="编号中的时间比入口时钟超前五分钟以上。",
            detail_en="The time in the id is more than five minutes ahead of the door's clock.",
        )


def _matter(submission: dict[str, Any], doorway: Doorway) -> Iterator[Refused]:
    matter, name = submission.get("matter"), submission["type"]
    if not isinstance(matter, str):
        return
    try:
        parsed = parse_matter_id(matter)
    except Refused as refused:
        yield refused.at("/matter")
        return
    if name in FIXED:
        if matter != FIXED[name]:
            yield _other_kind(
                f"{name} 的事项编号固定为 {FIXED[name]}", f"{name} is about {FIXED[name]} alone"
            )
    elif parsed.kind not in KINDS[name]:
        listed = "、".join(KINDS[name])
        about = ", ".join(KINDS[name])
        yield _other_kind(f"{name} 属于 {listed} 类事项", f"{name} is about matters of kind {about}")
    elif name in OPENING and parsed.agency != doorway.agency:
        yield Refused(
            Code.MATTER_OF_ANOTHER,
            "/matter",
            detail_zh=f"编号属于 {parsed.agency}，令牌属于 {doorway.agency}。",
            detail_en=f"The id is {parsed.agency}'s, the token {doorway.agency}'s.",
        )


def _other_kind(zh: str, en: str) -> Refused:
    return Refused(Code.MATTER_KIND_DIFFERS, "/matter", detail_zh=f"{zh}。", detail_en=f"{en}.")


def _addressees(submission: dict[str, Any], doorway: Doorway) -> Iterator[Refused]:
    addressed = submission.get("addressed_to")
    for index, code in enumerate(addressed if isinstance(addressed, list) else ()):
        if isinstance(code, str) and code not in doorway.register:
            yield Refused(
                Code.UNKNOWN_RECIPIENT,
                f"/addressed_to/{index}",
                detail_zh=f"“{code[:20]}”不在名册中。",
                detail_en=f"{code[:20]!r} is not in the register.",
            )


def _operator(submission: dict[str, Any], _doorway: Doorway) -> Iterator[Refused]:
    operator = submission.get("operator")
    # It stands in clear for ever, so a name is stopped here; names are written in other characters.
    if isinstance(operator, str) and not (operator.isascii() and operator.isprintable()):
        yield in_clear(
            "/operator",
            "执法人员只填证号的假名（字母、数字），不得填写姓名。",
            "An officer is known by a pseudonym in letters and digits, never by name.",
        )


_OF_TYPE: tuple[Check, ...] = (_type, _members, _data, _agency)
_OF_FACT: tuple[Check, ...] = (_event, _matter, _addressees, _operator)
