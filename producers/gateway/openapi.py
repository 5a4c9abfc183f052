"""The interface described: OpenAPI with Chinese text, the contracts as schemas, and an example a fact."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi

from producers.gateway.checks import META
from producers.gateway.cloudevents import BATCH, STRUCTURED
from producers.gateway.components import ANSWERS
from producers.gateway.kinds import FIXED, OPENING, STATABLE
from schemas.contracts import contracts
from schemas.facts import FACTS

if TYPE_CHECKING:
    from fastapi import FastAPI

TITLE = "联动 Liandong：事实入口"

DESCRIPTION = """\
各机关在此报送事实。每条事实只受理一次：同一 event_id 以同样内容重发，得到同一回执。

Facts come in here, and each is taken once. Send `Authorization: Bearer <token>`; the agency that states the
fact is that of the token. The body is a JSON object, an array, or an object a line (`application/x-ndjson`).
Every refusal is an RFC 9457 problem with `code`, `field` (a JSON pointer), `remedy`; see `/v1/errors`.
"""

_PROBLEMS = {
    400: "请求无法读取。The request cannot be read.",
    401: "没有令牌或令牌无效。No token, or one that is not valid.",
    409: "同一编号下内容不同，或状态不允许。Other content under the id, or the state does not allow it.",
    413: "过大。Too large.",
    429: "过于频繁，按 Retry-After 稍候重发。Too fast: wait as Retry-After says.",
    415: "内容类型不支持。The media type is not supported.",
    422: "内容不符合约定或规则。The contract or a rule is not met.",
    503: "暂时不可用，用同一编号重发。Send it again under the same id.",
}


EXAMPLE_ID = "01991234-5678-7abc-8def-0123456789ab"
"""The event id of the examples, up to its last four digits."""

_OPEN = frozenset({"/v1/errors", "/v1/clock", "/v1/schemas", "/v1/schemas/{fact}"})


def _problem(text: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": text, "content": content}


def _answer(text: str, schema: str) -> dict[str, Any]:
    return {
        "description": text,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }


def _ref(schema: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{schema}"}


@cache
def examples() -> dict[str, dict[str, Any]]:
    """One submission of each fact that an agency may send, by the fact's name."""
    folder = files("producers.gateway").joinpath("examples")
    return {
        name: json.loads(folder.joinpath(f"{name}.json").read_text(encoding="utf-8")) for name in STATABLE
    }


def cloud_event(name: str) -> dict[str, Any]:
    """The example of a fact as a CloudEvents 1.0 event."""
    example = examples()[name]
    return {
        "specversion": "1.0",
        "id": EXAMPLE_ID[:-4] + f"{STATABLE.index(name):04x}",
        "source": "https://agency.example/system",
        "type": f"liandong.{contracts()[name].context}.{name}",
        "time": example["occurred_at"],
        "addressedto": ",".join(example.get("addressed_to", ())),
        "data": example["data"],
    }


def _summary(name: str) -> str:
    return str(contracts()[name].schema["doc"]).split("。", 1)[0]


def _request_body() -> dict[str, Any]:
    one = {"$ref": "#/components/schemas/Submission"}
    shown = {
        name: {"summary": f"{_summary(name)} {name}", "value": value} for name, value in examples().items()
    }
    lines = "\n".join(json.dumps(value, ensure_ascii=False) for value in examples().values())
    return {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"oneOf": [one, {"type": "array", "items": one, "minItems": 1, "maxItems": 1000}]},
                "examples": shown,
            },
            "application/x-ndjson": {"schema": {"type": "string"}, "example": lines},
            STRUCTURED: {"schema": _ref("CloudEvent"), "example": cloud_event("ClueTransferred")},
            BATCH: {
                "schema": {"type": "array", "items": _ref("CloudEvent")},
                "example": [cloud_event("ClueTransferred"), cloud_event("PermitInfoNotified")],
            },
        },
    }


POST_FACTS: dict[str, Any] = {
    "summary": "报送事实",
    "responses": {
        200: {
            "description": "已决定（wait），或只作检查（dry_run）。Decided, or only checked.",
            "content": {"application/json": {"schema": {"oneOf": [_ref("Receipt"), _ref("DryRun")]}}},
        },
        202: _answer("已收下，凭回执地址查询结果。Taken; ask for the receipt.", "Accepted"),
        207: _answer("多条中有收有退，逐条看结果。Some were taken, some not.", "Results"),
        **{status: _problem(text) for status, text in _PROBLEMS.items()},
    },
    "openapi_extra": {"requestBody": _request_body()},
}

GET_RECEIPT: dict[str, Any] = {
    "summary": "查询回执",
    "responses": {
        200: _answer("回执；status 为 admitted、refused、waiting 或 skipped。The receipt.", "Receipt"),
        401: _problem(_PROBLEMS[401]),
        404: _problem("本机关没有这个事件的回执。Your agency has no receipt of this event."),
    },
}

GET_RECEIPTS: dict[str, Any] = {
    "summary": "按顺序读取本机关的回执",
    "responses": {
        200: _answer(
            "回执与下一个游标。Receipts, those of a matter in order, and the next cursor.", "Receipts"
        ),
        400: _problem("游标不正确。The cursor is not one that a door gave."),
        401: _problem(_PROBLEMS[401]),
    },
}


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of the application."""
    made = get_openapi(title=TITLE, version=app.version, description=DESCRIPTION, routes=app.routes)
    components = made.setdefault("components", {})
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "机关的令牌。"}
    }
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas |= _schemas()
    for path, operations in made["paths"].items():
        for operation in operations.values():
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
                operation["responses"]["400"] = _problem("参数不正确。A parameter is wrong.")
            if path.startswith("/v1/") and path not in _OPEN:
                operation["security"] = [{"token": []}]
    return made


@cache
def _schemas() -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name in STATABLE:
        schema = FACTS[name].model_json_schema(ref_template="#/components/schemas/{model}")
        made |= schema.pop("$defs", {})
        made[name] = _submission(name, schema, made["Meta"]["properties"])
    mapping = {name: f"#/components/schemas/{name}" for name in STATABLE}
    made["Submission"] = {
        "oneOf": [{"$ref": ref} for ref in mapping.values()],
        "discriminator": {"propertyName": "type", "mapping": mapping},
    }
    return made | ANSWERS


@cache
def json_schema(name: str) -> dict[str, Any]:
    """What a sender writes of one fact, as a JSON Schema that stands by itself."""
    schema = FACTS[name].model_json_schema()
    parts = schema.pop("$defs")
    made = _submission(name, schema, parts["Meta"]["properties"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "$defs": parts}


def _submission(name: str, schema: dict[str, Any], meta: dict[str, Any]) -> dict[str, Any]:
    """What a sender writes: members of meta outside, the fact's own fields in data."""
    data = {**schema, "properties": {k: v for k, v in schema["properties"].items() if k != "meta"}}
    data["required"] = [field for field in schema.get("required", ()) if field != "meta"]
    members = {member: meta[member] for member in META}
    required = ["type", "occurred_at", "data"] + ([] if name in OPENING or name in FIXED else ["matter"])
    return {
        "type": "object",
        "title": _summary(name),
        "description": schema.get("description", ""),
        "properties": {"type": {"const": name}, **members, "data": data},
        "required": required,
        "additionalProperties": False,
    }
