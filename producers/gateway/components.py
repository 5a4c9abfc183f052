"""The shapes of answers, as JSON Schemas of the interface's description."""

from __future__ import annotations

from typing import Any


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


_PROBLEM = {
    "type": _text("错误类型的地址。Address of the problem type."),
    "title": _text("标题。Title in Chinese."),
    "status": {"type": "integer"},
    "code": _text("错误代码，见 /v1/errors。Code."),
    "detail": _text("说明。What is wrong, in Chinese."),
    "detail_en": _text("What is wrong, in English."),
    "field": _text("有问题的字段（JSON 指针）。The field, as a JSON pointer."),
    "rule": _text("所依规则。The rule that refuses."),
    "remedy": _text("补救办法。What to do, in Chinese."),
    "remedy_en": _text("What to do, in English."),
    "source": _text("出处。Citation."),
    "errors": {"type": "array", "items": {"type": "object"}, "description": "全部问题。All that was found."},
}

_TAKEN = {
    "event_id": _text("事实编号。Id of the fact."),
    "matter": _text("事项编号；未填的由入口编号。Id of the matter, made by the door if it was left out."),
    "receipt": _text("回执地址。Address of the receipt."),
}

ANSWERS: dict[str, Any] = {
    "Problem": {"type": "object", "properties": _PROBLEM},
    "Accepted": {"type": "object", "properties": _TAKEN},
    "Receipt": {
        "type": "object",
        "properties": {
            **_TAKEN,
            "status": {
                "enum": ["admitted", "refused", "waiting", "skipped"],
                "description": "结果。Outcome.",
            },
            "type": _text("事实类型。Fact type."),
            "seq": {"type": "integer", "description": "事项内的序号。Number in the matter."},
            "hash": _text("链上的 SM3 值。SM3 in the chain."),
            "received_at": _text("收到时间。When it was received."),
            "routed": {"type": ["object", "null"], "description": "去向与理由。To whom, and why."},
            "clocks": {"type": "array", "items": {"type": "object"}, "description": "时限。Clocks."},
            "effects": {
                "type": "array",
                "items": {"type": "object"},
                "description": "由此引起的其他事项中的事实。What it leads to in other matters.",
            },
            "returned": {"type": "object", "description": "缺少的要素。What is missing."},
            "problem": {"$ref": "#/components/schemas/Problem"},
        },
    },
    "CloudEvent": {
        "type": "object",
        "description": "CloudEvents 1.0。An event; `addressedto` holds codes separated by commas.",
        "properties": {
            "specversion": {"const": "1.0"},
            "id": _text("即 event_id。The event id."),
            "source": _text("来源系统，不作身份依据。Your system; who speaks is what the token says."),
            "type": _text("最后一个点之后为事实类型。The fact is the part after the last dot."),
            "time": _text("即 occurred_at。When it happened."),
            "subject": _text("即 matter。The matter."),
            "data": {"type": "object", "description": "事实内容。The fact's own fields."},
        },
        "required": ["specversion", "id", "source", "type", "time", "data"],
    },
    "DryRun": {
        "type": "object",
        "properties": {
            "dry_run": {"const": True},
            "passes": {
                "type": "boolean",
                "description": "入口是否都会收下。Would the door take all?",
            },
            "results": {"type": "array", "items": {"type": "object"}, "description": "逐条结果。One each."},
            "not_foretold": {"type": "object", "description": "入口无法预知的。What a door cannot foretell."},
        },
    },
    "Receipts": {
        "type": "object",
        "properties": {
            "receipts": {"type": "array", "items": {"$ref": "#/components/schemas/Receipt"}},
            "cursor": _text("下一次请求的 after。What to send as `after` next time."),
        },
    },
    "Results": {
        "type": "object",
        "properties": {
            "accepted": {"type": "integer"},
            "refused": {"type": "integer"},
            "results": {
                "type": "array",
                "items": {"type": "object"},
                "description": "逐条结果。One a submission.",
            },
        },
    },
}
"""What the door reads and answers besides the facts themselves, by the name that references use."""
