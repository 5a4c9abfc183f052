"""What crosses the border of a province: clues handed over, warnings given, and their acknowledgement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from producers.simulate.district import CITY, PROVINCES, cause_of
from producers.simulate.hours import HOUR, day_of, iso, plus_days, text_day
from producers.simulate.material import period
from producers.simulate.numbers import firm_code
from producers.simulate.parties import regular

if TYPE_CHECKING:
    from producers.simulate.clue import Clue
    from producers.simulate.dice import Dice
    from producers.simulate.tale import Tale

__all__ = ["across", "clue", "warning"]

_PLACES = {
    ("330421", "330421111", "姚庄镇与上海交界处河道东岸"): 3.0,
    ("320509", "320509110", "黎里镇省界公路旁空地"): 1.0,
}
_NATURES = {"GENERAL": 30.0, "INDUSTRY": 30.0, "TENDENCY": 20.0, "PUBLIC_HOTSPOT": 20.0}
_LEVELS = {"BLUE": 50.0, "YELLOW": 35.0, "ORANGE": 13.0, "RED": 2.0}


def across(dice: Dice) -> dict[str, Any]:
    """Give a `Location` beyond the border of the province."""
    adcode, township, address = dice.weighted(_PLACES)
    return {"adcode6": adcode, "township_code9": township, "address_text": address, "road_class": "OTHER"}


def clue(tale: Tale, found: Clue | None = None) -> None:
    """Let the city's bureau hand a clue to the province in which it happened, without any person in it.

    `found`: the clue of a department that it goes back to; without it the bureau's own.
    """
    dice = tale.dice
    cause = found.cause if found else cause_of(dice)
    site = found.site if found else across(dice)
    index = regular(dice, 300) * 10 + int(cause["domain"])
    data: dict[str, Any] = {
        "domain_code": cause["domain"],
        "cause_code": cause["code"],
        "violation_time": period(dice, tale.now),
        "location": site,
        "party_type": "LEGAL_PERSON",
        "org_name": f"合成测试{cause['zh']}案涉事单位",
        "uscc": firm_code(index, "310120"),
        "summary_public": f"涉嫌{cause['zh']}，车辆自奉贤驶出，现场照片和车辆轨迹随附。",
        "evidence_kinds": ["现场检查笔录", "照片"],
        "urgency": dice.weighted({"P2": 80.0, "P1": 20.0}),
        "transfer_doc": tale.district.letter(CITY, "移", "TRANSFER_LETTER", tale.now),
    }
    if found:
        data["clue_ref"] = found.matter
    matter = tale.district.matter("CX", CITY, tale.now)
    tale.say(
        CITY,
        "DeltaClueTransferred",
        matter,
        data,
        role="DISPATCH_DESK",
        scope="DELTA",
        region=site["township_code9"],
        to=[PROVINCES[site["adcode6"][:2]]],
        story=found.matter if found else matter,
    )


def warning(tale: Tale) -> None:
    """Let one of the four warn the other three, each of which acknowledges it."""
    dice = tale.dice
    cause = cause_of(dice)
    everyone = (CITY, *PROVINCES.values())
    issuer = dice.pick((CITY, CITY, *PROVINCES.values()))
    start = tale.now - 30 * 24 * HOUR
    data: dict[str, Any] = {
        "problem_nature": dice.weighted(_NATURES),
        "domain_code": cause["domain"],
        "period": {"start": iso(start), "end": iso(tale.now - HOUR), "precision": "DAY"},
        "stats_zh": f"近三十日“{cause['zh']}”案件{dice.number(20, 90)}件，环比上升{dice.number(10, 80)}%。",
        "modus_zh": "多在夜间跨省界作案，使用无牌或套牌车辆。",
        "suggested_action_zh": "建议各方在省界道口开展夜间联合检查。",
        "level": dice.weighted(_LEVELS),
        "valid_until": text_day(plus_days(day_of(tale.now), 30)),
    }
    matter = tale.district.matter("YJ", issuer, tale.now)
    told = {"role": "LEGAL_OFFICE", "scope": "DELTA"}
    others = [agency for agency in everyone if agency != issuer]
    tale.say(issuer, "DeltaWarningIssued", matter, data, to=others, **told)
    issued = tale.now
    for agency in others:
        tale.now = issued
        if dice.chance(0.9):
            tale.wait(2 if dice.chance(0.1) else dice.number(0, 1))
            tale.say(agency, "DeltaWarningAcknowledged", matter, {}, role="DISPATCH_DESK", scope="DELTA")
