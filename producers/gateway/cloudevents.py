"""CloudEvents 1.0 over HTTP, structured and binary, read as the submissions that they carry. Pure.

| attribute | member of the submission |
|---|---|
| `id` | `event_id` |
| `type` | `type`: the part after the last dot, so `liandong.clue.ClueTransferred` is `ClueTransferred` |
| `time` | `occurred_at` |
| `subject` | `matter` |
| `data` | `data` |
| `role`, `operator`, `region`, `scope`, `sensitivity`, `purpose` | the same |
| `addressedto`, `correlationid`, `causationid` | `addressed_to` (codes separated by commas), and so on |

`source` must be there as the specification asks; who speaks is what the token says. Other attributes are left
alone, as the specification asks too. Lists of records (`legal_basis`, `attachments`) have no attribute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from schemas.errors import Code, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from producers.gateway.reading import Body

STRUCTURED = "application/cloudevents+json"
"""Media type of one event as a JSON object."""

BATCH = "application/cloudevents-batch+json"
"""Media type of a list of events."""

MEDIA = frozenset({STRUCTURED, BATCH})

_PREFIX = "ce-"
_VERSION = "1.0"
_REQUIRED = ("id", "source", "specversion", "type")
_MEMBERS = {
    "id": "event_id",
    "time": "occurred_at",
    "subject": "matter",
    "role": "role",
    "operator": "operator",
    "region": "region",
    "scope": "scope",
    "sensitivity": "sensitivity",
    "purpose": "purpose",
    "correlationid": "correlation_id",
    "causationid": "causation_id",
}


def attributes(headers: Mapping[str, str]) -> dict[str, str] | None:
    """The attributes in the headers of a request in binary mode; None for a request that is none."""
    if f"{_PREFIX}specversion" not in headers:
        return None
    return {
        name.lower().removeprefix(_PREFIX): unquote(value)
        for name, value in headers.items()
        if name.lower().startswith(_PREFIX)
    }


def submission(event: Any) -> tuple[Any, tuple[Refused, ...]]:
    """The submission that an event carries, and what keeps it from being an event at all.

    What is wrong with the submission itself is found by the door's checks, at the submission's own fields.
    """
    if not isinstance(event, dict):
        zh, en = "一个 CloudEvents 事件应为 JSON 对象。", "An event is a JSON object."
        return event, (Refused(Code.WRONG_TYPE, detail_zh=zh, detail_en=en),)
    found = tuple(_missing(name) for name in _REQUIRED if not isinstance(event.get(name), str))
    if not found and event["specversion"] != _VERSION:
        zh, en = "只支持 CloudEvents 1.0。", "Only CloudEvents 1.0 is read."
        found = (Refused(Code.BAD_FORMAT, "/specversion", detail_zh=zh, detail_en=en),)
    if "data_base64" in event:
        zh, en = "内容须为 JSON，写在 data 中。", "The content is JSON, in data."
        found += (Refused(Code.UNKNOWN_FIELD, "/data_base64", detail_zh=zh, detail_en=en),)
    if found:
        return event, found
    made = {member: event[name] for name, member in _MEMBERS.items() if event.get(name) is not None}
    addressed = event.get("addressedto")
    if isinstance(addressed, str):
        made["addressed_to"] = [code.strip() for code in addressed.split(",") if code.strip()]
    made["type"] = event["type"].rpartition(".")[2]
    return made | {"data": event.get("data")}, ()


def _missing(name: str) -> Refused:
    zh, en = f"CloudEvents 须有文字属性 {name}。", f"An event has the text attribute {name}."
    return Refused(Code.MISSING_FIELD, f"/{name}", detail_zh=zh, detail_en=en)


def structured(body: Body) -> Body:
    """A body of events as a body of submissions; what cannot be read stays as it was found."""
    return body.mapped(submission)


def binary(body: Body, found: Mapping[str, str]) -> Body:
    """A body that is the data of one event, whose attributes are ``found``. Raises Refused: WRONG_TYPE."""
    if body.many:
        zh, en = "二进制方式一次只发一个事件。", "Binary mode carries one event."
        raise Refused(Code.WRONG_TYPE, detail_zh=zh, detail_en=en)
    return body.mapped(lambda value: submission({**found, "data": value}))
