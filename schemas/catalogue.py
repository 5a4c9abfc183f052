"""The catalogue of assistance 执法协助事项清单: who assists with what, and how soon; it has a version.

A catalogue is published whole and replaces the one before (沪奉府办发〔2024〕17号 四(五)). An item's limit
may not be longer than the ten days that the law gives for an answer (上海市城市管理行政执法条例 §29). Limits
of other kinds are compared with these ten natural days on the safe side: ten days in a row hold at most four
Saturdays and Sundays, so that six working days never take longer in weeks without a holiday; seven may.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from schemas.agencies import AGENCIES
from schemas.errors import Code, Refused
from schemas.limits import DayKind, Limit, Unit

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping
    from datetime import date

__all__ = ["SOURCE", "Catalogue", "Item", "catalogue"]

Item: TypeAlias = "Mapping[str, Any]"
"""One item, as the contract `CatalogueItem` says."""

SOURCE = "上海市城市管理行政执法条例 第二十九条"
_LONGEST: dict[tuple[Unit, DayKind], int] = {
    (Unit.DAY, DayKind.NATURAL_HARD): 10,
    (Unit.DAY, DayKind.NATURAL_ROLL): 10,
    (Unit.DAY, DayKind.WORKING): 6,
    (Unit.HOUR, DayKind.CLOCK): 240,
}
"""The longest limit of each kind that is surely within ten natural days; months and years never are."""


@dataclass(frozen=True)
class Catalogue:
    """All items of one version; raises ValueError if two have one code."""

    version: int
    items: tuple[Item, ...]
    _by_code: dict[str, Item] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the items, which is where doubles show."""
        index = {item["item_code"]: item for item in self.items}
        if len(index) < len(self.items):
            raise ValueError("two items of the catalogue have one code")
        object.__setattr__(self, "_by_code", index)

    def item(self, code: str, day: date) -> Item | None:
        """Return the item of that code if it is valid on that day, else None."""
        item = self._by_code.get(code)
        if item is None or day.isoformat() < item["valid_from"]:
            return None
        last = item["valid_to"]
        return item if last is None or day.isoformat() <= last else None

    def limit(self, code: str, day: date) -> Limit | None:
        """Return the limit that the item sets; None where it sets none, or is not valid on that day."""
        item = self.item(code, day)
        return None if item is None else limit_of(item)


def limit_of(item: Item) -> Limit | None:
    """Return an item's limit, None if it leaves it to the law. Raises ValueError for one that cannot be."""
    if (item["n"], item["unit"], item["day_kind"]) == (0, "UNKNOWN", "UNKNOWN"):
        return None
    return Limit(item["n"], Unit(item["unit"]), DayKind(item["day_kind"]))


def catalogue(record: Mapping[str, Any], version: int, agencies: Container[str] = AGENCIES) -> Catalogue:
    """Build the catalogue that an `AssistanceCatalogPublished` publishes, by the register in force.

    Raises Refused at the first item that cannot be: UNKNOWN_AGENCY for its provider, LIMIT_TOO_LONG, and
    BAD_REFERENCE for a code that is there twice, a validity that ends before it begins, no limit at all.
    """
    items = tuple(record["items"])
    times = Counter(item["item_code"] for item in items)
    for place, item in enumerate(items):
        for refused in _wrong(item, times, agencies):
            raise refused.at(f"/items/{place}{refused.field}")
    return Catalogue(version, items)


def _wrong(item: Item, times: Counter[str], agencies: Container[str]) -> Iterator[Refused]:
    code = item["item_code"]
    if times[code] > 1:
        yield _bad(
            "/item_code", f"编码 {code} 出现了 {times[code]} 次。", f"{code} is there {times[code]} times."
        )
    provider = item["provider"]
    if provider not in agencies:
        zh, en = f"{code} 的提供机关 {provider} 不在名册中。", f"{code}: {provider} is not in the register."
        yield Refused(Code.UNKNOWN_AGENCY, "/provider", detail_zh=zh, detail_en=en)
    first, last = item["valid_from"], item["valid_to"]
    if last is not None and last < first:
        zh, en = f"{code} 的有效期止于 {last}，早于 {first}。", f"{code} ends on {last}, before {first}."
        yield _bad("/valid_to", zh, en)
    yield from _too_long(item)


def _too_long(item: Item) -> Iterator[Refused]:
    code, said = item["item_code"], f"{item['n']} {item['unit']} {item['day_kind']}"
    try:
        limit = limit_of(item)
    except ValueError:
        yield _bad("/n", f"{code} 的时限 {said} 不成立。", f"{code}: there is no limit of {said}.")
        return
    if limit is None or limit.unit is Unit.SAME_DAY:
        return
    longest = _LONGEST.get((limit.unit, limit.day_kind), 0)
    if limit.n > longest:
        yield Refused(
            Code.LIMIT_TOO_LONG,
            "/n",
            detail_zh=f"{code} 的时限 {said} 可能超过十个自然日，此种时限最多 {longest}。",
            detail_en=f"{code}: {said} may take more than ten natural days; {longest} of its kind at most.",
            source=SOURCE,
        )


def _bad(where: str, zh: str, en: str) -> Refused:
    return Refused(Code.BAD_REFERENCE, where, detail_zh=zh, detail_en=en)
