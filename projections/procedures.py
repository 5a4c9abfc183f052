"""Chinese words for procedures and their states, and in which of these a handling agency is done.

The packs say the same and may not be read here; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure as people read it. `done` are the states that ask nothing more of a handling agency."""

    zh: str
    states: Mapping[str, str]
    done: frozenset[str]


_CLUE = Procedure(
    "案件线索移送",
    {
        "registered": "已登记",
        "transferred": "已移送",
        "received": "已签收",
        "returned": "退回补正",
        "disputed": "有争议",
        "in-triage": "甄别中",
        "triaged": "已甄别",
        "forwarded": "已流转",
        "verified": "已核查",
        "fed-back": "已反馈",
        "closed": "已办结",
        "objected": "已提异议",
        "designation-requested": "已报请指定",
        "designated": "已指定",
    },
    frozenset({"fed-back", "closed"}),
)
_ASSISTANCE = Procedure(
    "执法协助",
    {
        "undelivered": "未送达",
        "requested": "已请求",
        "accepted": "已受理",
        "declined": "已拒绝",
        "answered": "已答复",
    },
    frozenset({"declined", "answered"}),
)
_NOTIFICATION = Procedure(
    "抄告",
    {"undelivered": "未送达", "notified": "已抄告", "acknowledged": "已签收"},
    frozenset({"acknowledged"}),
)
_CASE = Procedure("行政处罚案件", {"filed": "已立案", "decided": "已作出处罚决定"}, frozenset({"decided"}))
_DIGEST = Procedure(
    "处罚情况定期抄送",
    {"collecting": "汇总中", "sent": "已抄送", "acknowledged": "已签收"},
    frozenset({"acknowledged"}),
)
_DELTA_CLUE = Procedure(
    "跨省案件线索移送",
    {"undelivered": "未送达", "transferred": "已移送"},
    frozenset({"transferred"}),
)
_DELTA_PENALTY = Procedure(
    "处罚信息送登记地、许可地",
    {"undelivered": "未送达", "forwarded": "已送达"},
    frozenset({"undelivered", "forwarded"}),
)
_DELTA_WARNING = Procedure(
    "执法预警通报",
    {"undelivered": "未送达", "issued": "已通报"},
    frozenset(),
)
_PUBLISHED = {"published": "已发布"}

PROCEDURES: Final[Mapping[str, Procedure]] = {
    "clue-transfer": _CLUE,
    "assistance": _ASSISTANCE,
    "notification": _NOTIFICATION,
    "case": _CASE,
    "penalty-digest": _DIGEST,
    "delta-clue": _DELTA_CLUE,
    "delta-penalty": _DELTA_PENALTY,
    "delta-warning": _DELTA_WARNING,
    "reference-agencies": Procedure("机关名册登记", _PUBLISHED, frozenset()),
    "reference-calendar": Procedure("工作日历发布", _PUBLISHED, frozenset()),
    "reference-catalogue": Procedure("执法协助事项清单发布", _PUBLISHED, frozenset()),
    "reference-rulebook": Procedure("规则库版本发布", _PUBLISHED, frozenset()),
    "subject": Procedure("当事人信息删除", {"shredded": "已删除"}, frozenset({"shredded"})),
}
"""Every procedure by its id, without its version."""


def procedure_zh(procedure: str) -> str:
    """Chinese label of a procedure, given with or without its version; its id where none is known."""
    found = _find(procedure)
    return procedure.partition("@")[0] if found is None else found.zh


def state_zh(procedure: str, state: str) -> str:
    """Chinese label of a state of a procedure; the id itself where none is known."""
    found = _find(procedure)
    return state if found is None else found.states.get(state, state)


def is_done(procedure: str, state: str) -> bool:
    """Whether a matter of that procedure asks nothing more of its handling agency in that state."""
    found = _find(procedure)
    return found is not None and state in found.done


def _find(procedure: str) -> Procedure | None:
    return PROCEDURES.get(procedure.partition("@")[0])
