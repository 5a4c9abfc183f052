"""The mistakes that people make, and what the door or the law answers."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from producers.simulate.numbers import spoiled
from producers.simulate.planned import Answer
from schemas.errors import Code

if TYPE_CHECKING:
    from producers.simulate.dice import Dice

__all__ = ["at_the_door", "incomplete", "refused"]

_FORGOTTEN = {
    ("management_notice_records",): 45.0,
    ("evidence",): 20.0,
    ("violation_time",): 15.0,
    ("suspected_party",): 10.0,
    ("management_notice_records", "evidence"): 8.0,
    ("violation_time", "suspected_party", "fact"): 2.0,
}


def refused(code: Code, mistake: str) -> dict[str, Any]:
    """Give what a plan says of a fact that the owner of its matter will refuse."""
    return {"answer": Answer.REFUSED, "code": code.value, "mistake": mistake}


def incomplete(dice: Dice, data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Forget some elements of a clue; gives what is sent, and what was withheld."""
    names = dice.weighted(_FORGOTTEN)
    withheld = {name: data[name] for name in names}
    return {name: value for name, value in data.items() if name not in names}, withheld


def at_the_door(dice: Dice, data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the content of a clue with a slip that the door finds, and what the plan says of it."""
    data = deepcopy(data)
    party, times = data["suspected_party"], data["violation_time"]
    choices = ["adcode"]
    choices += ["uscc"] * bool(party.get("uscc")) + ["id_number"] * bool(party.get("id_number"))
    choices += ["period"] * bool(times.get("end"))
    slip = dice.pick(choices)
    code, mistake = _CODES[slip]
    if slip == "period":
        times["start"], times["end"] = times["end"], times["start"]
    elif slip == "adcode":
        data["location"] = data["location"] | {"adcode6": "310114"}
    else:
        party[slip] = spoiled(party[slip])
    return data, {"answer": Answer.TURNED_AWAY, "code": code.value, "mistake": mistake}


_CODES = {
    "uscc": (Code.BAD_USCC, "wrong-check-character"),
    "id_number": (Code.BAD_CITIZEN_ID, "wrong-check-digit"),
    "period": (Code.PERIOD_REVERSED, "end-before-begin"),
    "adcode": (Code.BAD_REGION, "wrong-county"),
}
