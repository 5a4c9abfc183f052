"""The assistance catalogue 执法协助事项清单 in force: who gives which assistance, in which form, by when.

沪奉府办发〔2024〕17号 四(五)1: 明确协助内容、协助形式和反馈时限. An item's limit may be shorter than the ten
days of 上海市城市管理行政执法条例 §29, never longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemas.errors import Code, Refused
from schemas.limits import DayKind, Limit, Unit

if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from datetime import date

__all__ = ["Catalogue", "catalogue"]

LONGEST_DAYS = 10
"""Natural days within which an opinion is due at the latest (上海市城市管理行政执法条例 §29)."""

LONGEST_WORKING_DAYS = 5
"""Working days that fit into ten natural days in any week without a holiday; more are in doubt."""

HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The items of one version, as records of `CatalogueItem`."""

    version: int
    items: tuple[Mapping[str, Any], ...]

    def item(self, code: str, day: date) -> Mapping[str, Any] | None:
        """Give the item of a code that holds on a day; None if there is none."""
        for each in self.items:
            begins, ends = each["valid_from"], each["valid_to"]
            if each["item_code"] == code and begins <= day.isoformat() <= (ends or "9999-12-31"):
                return each
        return None


def catalogue(record: Mapping[str, Any], version: int, agencies: Container[str] | None = None) -> Catalogue:
    """Build the catalogue that an `AssistanceCatalogPublished` record publishes.

    With `agencies` (codes) it is checked, as before it is admitted. Raises Refused: BAD_REFERENCE for a code
    twice or validity reversed, UNKNOWN_AGENCY for a provider that is not registered, LIMIT_TOO_LONG.
    """
    items = tuple(record["items"])
    if agencies is not None:
        _check(items, agencies)
    return Catalogue(version, items)


def _check(items: tuple[Mapping[str, Any], ...], agencies: Container[str]) -> None:
    seen: set[str] = set()
    for index, item in enumerate(items):
        where, code = f"/items/{index}", item["item_code"]
        if code in seen:
            raise Refused(
                Code.BAD_REFERENCE,
                f"{where}/item_code",
                detail_zh=f"事项编码 {code} 重复。",
                detail_en=f"The item code {code} stands twice.",
            )
        seen.add(code)
        if item["provider"] not in agencies:
            raise Refused(
                Code.UNKNOWN_AGENCY,
                f"{where}/provider",
                detail_zh=f"协助机关 {item['provider']} 不在名册中。",
                detail_en=f"The provider {item['provider']} is not in the register.",
            )
        if item["valid_to"] is not None and item["valid_to"] < item["valid_from"]:
            raise Refused(
                Code.BAD_REFERENCE,
                f"{where}/valid_to",
                detail_zh="失效日早于生效日。",
                detail_en="It ends before it begins.",
            )
        _check_limit(item, where)


def _check_limit(item: Mapping[str, Any], where: str) -> None:
    try:
        limit = Limit(item["n"], Unit(item["unit"]), DayKind(item["day_kind"]))
    except ValueError as error:
        raise Refused(
            Code.BAD_REFERENCE,
            f"{where}/n",
            detail_zh="反馈时限的数字、单位与日种不能成立。",
            detail_en=f"The limit cannot be: {error}.",
        ) from error
    if _too_long(limit):
        raise Refused(
            Code.LIMIT_TOO_LONG,
            f"{where}/n",
            detail_zh="清单事项的反馈时限不得长于十日（自然日）；工作日计的不得超过五个工作日。",
            detail_en="An item's limit is at most ten natural days; in working days, at most five.",
            source="上海市城市管理行政执法条例 第二十九条",
        )


def _too_long(limit: Limit) -> bool:
    """Compare with ten natural days, and in doubt call it too long."""
    if limit.unit is Unit.HOUR:
        return limit.n > LONGEST_DAYS * HOURS_A_DAY
    if limit.unit is Unit.SAME_DAY:
        return False
    if limit.unit is not Unit.DAY:
        return True
    return limit.n > (LONGEST_WORKING_DAYS if limit.day_kind is DayKind.WORKING else LONGEST_DAYS)
