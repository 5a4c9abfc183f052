"""Does a submission fit its contract: every error at once, each at the field as the sender wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from producers.gateway.strictjson import pointer
from schemas.bounds import check_bounds
from schemas.errors import Code, Refused
from schemas.facts import FACTS, to_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

_CODES = {
    "missing": Code.MISSING_FIELD,
    "extra_forbidden": Code.UNKNOWN_FIELD,
    "enum": Code.UNKNOWN_SYMBOL,
    "literal_error": Code.UNKNOWN_SYMBOL,
    "string_too_long": Code.TOO_LONG,
    "string_too_short": Code.TOO_SHORT,
    "bytes_too_long": Code.TOO_LONG,
    "too_long": Code.TOO_MANY,
    "too_short": Code.TOO_FEW,
    "greater_than": Code.OUT_OF_RANGE,
    "greater_than_equal": Code.OUT_OF_RANGE,
    "less_than": Code.OUT_OF_RANGE,
    "less_than_equal": Code.OUT_OF_RANGE,
    "finite_number": Code.OUT_OF_RANGE,
    "string_pattern_mismatch": Code.BAD_FORMAT,
    "timezone_aware": Code.BAD_FORMAT,
}

_ZH = {
    Code.MISSING_FIELD: "缺少此字段。",
    Code.UNKNOWN_FIELD: "约定中没有此字段。",
    Code.UNKNOWN_SYMBOL: "只能取：{expected}。",
    Code.TOO_LONG: "最多 {max_length} 字。",
    Code.TOO_SHORT: "至少 {min_length} 字。",
    Code.TOO_MANY: "最多 {max_length} 项。",
    Code.TOO_FEW: "至少 {min_length} 项。",
    Code.BAD_FORMAT: "格式不对。",
    Code.WRONG_TYPE: "类型不对。",
    Code.OUT_OF_RANGE: "数值超出范围。",
}

_TYPES_ZH = {
    "string_type": "应为文字。",
    "bool_type": "应为 true 或 false。",
    "int_type": "应为整数。",
    "float_type": "应为数字。",
    "list_type": "应为列表。",
    "tuple_type": "应为列表。",
    "dict_type": "应为对象。",
    "model_type": "应为对象。",
    "model_attributes_type": "应为对象。",
    "datetime_type": "应为带时区的时间，如 2026-09-08T09:40:00+08:00。",
    "datetime_parsing": "应为带时区的时间，如 2026-09-08T09:40:00+08:00。",
    "datetime_from_date_parsing": "应为带时区的时间，如 2026-09-08T09:40:00+08:00。",
    "timezone_aware": "时间须带时区，如 2026-09-08T09:40:00+08:00。",
    "date_type": "应为日期，如 2026-09-08。",
    "date_parsing": "应为日期，如 2026-09-08。",
}


def typed(
    name: str, meta: Mapping[str, Any], data: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Refused]]:
    """The record of a fact (instants in microseconds, personal fields as text) and its contract's errors.

    The record is empty where its shape is wrong; what only breaks a bound is there all the same.
    """
    try:
        fact = FACTS[name].model_validate({**data, "meta": dict(meta)})
    except ValidationError as error:
        found = (_refused(detail) for detail in error.errors(include_url=False, include_input=False))
        return {}, _distinct(found)
    record = to_record(fact)
    return record, [
        Refused(v.code, as_sent(v.path), detail_zh=v.detail_zh + "。", detail_en=v.detail_en + ".")
        for v in check_bounds(name, record)
    ]


def as_sent(path: str) -> str:
    """A pointer into the record as one into what the sender wrote: ``/meta/x`` is ``/x``, else in data."""
    if path.startswith("/meta/"):
        return path.removeprefix("/meta")
    return "/data" + path


def _refused(detail: ErrorDetails) -> Refused:
    kind = detail["type"]
    context = detail.get("ctx", {})
    if kind == "value_error":
        return _of_validator(str(context["error"]), detail["loc"])
    code = _CODES.get(kind) or (Code.BAD_FORMAT if kind.endswith("_parsing") else Code.WRONG_TYPE)
    zh = _TYPES_ZH.get(kind) or _ZH[code]
    fields = {name: str(context.get(name, "")) for name in ("expected", "max_length", "min_length")}
    return Refused(
        code,
        as_sent(pointer(*detail["loc"])),
        detail_zh=zh.format(**fields),
        detail_en=detail["msg"].rstrip(".") + ".",
    )


def _of_validator(message: str, place: tuple[str | int, ...]) -> Refused:
    """The typed classes' own validators speak both languages, Chinese first."""
    zh, _, en = message.partition("。")
    code = Code.CONTROL_CHARACTER if zh == "含有控制字符" else Code.BAD_FORMAT
    return Refused(code, as_sent(pointer(*place)), detail_zh=zh + "。", detail_en=en)


def _distinct(found: Any) -> list[Refused]:
    by_place: dict[tuple[str, str], Refused] = {}
    for refused in found:
        by_place.setdefault((refused.field, refused.code), refused)
    # pydantic does not count an item that is wrong: a list that holds one is not too short for that.
    wrong = [refused for refused in by_place.values() if refused.code is not Code.TOO_FEW]
    inner = tuple(refused.field for refused in wrong)
    return wrong + [
        refused
        for refused in by_place.values()
        if refused.code is Code.TOO_FEW and not any(field.startswith(refused.field + "/") for field in inner)
    ]
