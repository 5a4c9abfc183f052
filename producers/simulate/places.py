"""Where things happen: the towns and streets of the register, and invented spots within them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from producers.simulate.data import load
from schemas.agencies import AGENCIES, Agency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from producers.simulate.dice import Dice

__all__ = ["STREETS", "busy_street", "location", "road_class"]

STREETS: Final = tuple(each for each in AGENCIES if "street" in each.standing and each.region == "310120")
"""The offices of towns and streets of Fengxian, each with its own territory."""
_CENTRE = "310120-JD11"
_CENTRE_SHARE = 0.22


def busy_street(dice: Dice, *, but: str = "") -> Agency:
    """Give the office of a place; 南桥镇, the seat of the district, has more of everything."""
    others = [each for each in STREETS if each.code != but]
    if but != _CENTRE and dice.chance(_CENTRE_SHARE):
        return next(each for each in others if each.code == _CENTRE)
    return dice.pick(others)


def location(dice: Dice, street: Agency, kind: str) -> dict[str, Any]:
    """Give a `Location` in a street's territory; `kind` is one of the sites of places.yaml."""
    names: Mapping[str, Any] = load("places.yaml")
    site = names["sites"][kind]
    number = f"{dice.number(1, 999)}号" if site["of"] == "roads" else ""
    return {
        "adcode6": street.region,
        "township_code9": street.township_code9,
        "address_text": f"{street.name_zh}{dice.pick(names[site['of']])}{number}{dice.pick(site['spots'])}",
        "road_class": site["road_class"],
    }


def road_class(kind: str) -> str:
    """Give the class of road or area of a kind of site."""
    return str(load("places.yaml")["sites"][kind]["road_class"])
