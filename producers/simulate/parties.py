"""Persons and firms to suspect: invented, and the same one the same each time it is met.

A district has its regulars, so parties come from a population: a low index is met often.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from producers.simulate.data import load
from producers.simulate.dice import Dice
from producers.simulate.numbers import citizen_id, firm_code, phone

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FOREIGN_FIRMS", "firm", "found", "person", "regular", "unidentified"]

HOME: Final = "310120"
PERSONS = 6000
FOREIGN_FIRMS: Final = tuple(
    each["code"] for each in load("people.yaml")["registered"] if each["code"] != HOME
)
"""Regions outside Shanghai in which firms of the population are registered."""
_KINDS = {"NATURAL_PERSON": 44.0, "LEGAL_PERSON": 32.0, "INDIVIDUAL_BUSINESS": 16.0, "UNIDENTIFIED": 8.0}


def regular(dice: Dice, population: int) -> int:
    """Give an index into a population; low ones come up far more often."""
    return int(population * dice.share() ** 3)


def found(dice: Dice, domain: str, population: int = PERSONS) -> dict[str, Any]:
    """Give the party that an officer meets: a `PartyRef` as an agency writes it."""
    kind = dice.weighted(_KINDS)
    if kind == "UNIDENTIFIED":
        return unidentified(dice)
    if kind == "NATURAL_PERSON":
        return person(regular(dice, population))
    region = dice.weighted({each["code"]: each["share"] for each in load("people.yaml")["registered"]})
    if kind == "INDIVIDUAL_BUSINESS":
        return _business(regular(dice, population // 4))
    return firm(regular(dice, population // 8), region, domain)


def person(index: int) -> dict[str, Any]:
    """Give the `index`-th citizen."""
    dice = Dice("person", index)
    return {
        "party_type": "NATURAL_PERSON",
        "name": _name(dice),
        "id_kind": "RESIDENT_ID",
        "id_number": _number(dice),
        "phone": phone(dice),
        "party_role": "SUSPECTED",
    }


def firm(index: int, region: str, domain: str) -> dict[str, Any]:
    """Give the `index`-th firm that is registered in a region and busy in a domain."""
    dice = Dice("firm", region, domain, index)
    firms: Mapping[str, Any] = load("people.yaml")["firms"]
    trades = [trade["zh"] for trade in firms["trades"] if domain in trade["domains"]] or ["综合服务"]
    name = f"{firms['marker']}{dice.pick(firms['words'])}{dice.pick(trades)}有限公司"
    return {
        "party_type": "LEGAL_PERSON",
        "org_name": name,
        # Firms of another domain are other firms: the domain takes part in the number.
        "uscc": firm_code(index * 10 + int(domain), region),
        "reg_adcode": region,
        "party_role": "SUSPECTED",
    }


def unidentified(dice: Dice) -> dict[str, Any]:
    """Give a party that nobody could identify, with the reason that the law asks for."""
    reasons = (
        "行为人离开现场，身份待查。",
        "车辆未悬挂号牌，驾驶员未停车接受检查。",
        "夜间监控画面模糊，正在调取周边录像。",
    )
    return {"party_type": "UNIDENTIFIED", "party_role": "SUSPECTED", "note": dice.pick(reasons)}


def _business(index: int) -> dict[str, Any]:
    dice = Dice("business", index)
    owner = _name(dice)
    return {
        "party_type": "INDIVIDUAL_BUSINESS",
        "name": owner,
        "org_name": f"合成测试{dice.pick(load('people.yaml')['firms']['words'])}小吃店",
        "id_kind": "RESIDENT_ID",
        "id_number": _number(dice),
        "uscc": firm_code(index, HOME, "92"),
        "reg_adcode": HOME,
        "party_role": "SUSPECTED",
    }


def _name(dice: Dice) -> str:
    names = load("people.yaml")
    return f"{dice.pick(names['surnames'])}{dice.pick(names['given'])}"


def _number(dice: Dice) -> str:
    region = dice.pick(load("people.yaml")["regions"])
    birthday = date(dice.number(region["from"], region["to"]), dice.number(1, 12), dice.number(1, 28))
    return citizen_id(dice, region["code"], birthday)
