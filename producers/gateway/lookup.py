"""What an integrator looks up: contracts, agencies in force, domains and who is competent for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Request  # noqa: TC002 - FastAPI reads the annotations at run time

from producers.gateway import openapi
from producers.gateway.asking import Agency, parts_of
from producers.gateway.kinds import FIXED, STATABLE
from schemas.codec import CODEC
from schemas.contracts import FACT_CONTEXTS, contracts
from schemas.domains import DOMAINS
from schemas.errors import Code, Refused

if TYPE_CHECKING:
    from fastapi import FastAPI

    from schemas.agencies import Register
    from schemas.contracts import Contract

_TAGS: list[Any] = ["参考数据"]


def get_schemas() -> list[dict[str, Any]]:
    """全部事实类型：谁可陈述、关于何种事项。Every fact: who may state it, about which kinds of matter."""
    return [_head(each) for each in contracts() if each.context in FACT_CONTEXTS]


def get_schema(fact: str) -> dict[str, Any]:
    """一种事实的约定：Avro、提交内容的 JSON Schema 和示例。The contract of one fact, with an example.

    `avro` is what lies in the ledger; `json_schema` is what a sender writes, and stands there only for facts
    that an agency may state.
    """
    known = contracts()
    if fact not in known or known[fact].context not in FACT_CONTEXTS:
        raise Refused(Code.NOT_FOUND, "/fact")
    told = _head(known[fact]) | {"id": CODEC.schema_id(fact), "avro": known.expanded(fact)}
    if fact in STATABLE:
        told |= {"json_schema": openapi.json_schema(fact), "example": openapi.examples()[fact]}
    return told


async def get_agencies(request: Request, _agency: Agency) -> list[dict[str, Any]]:
    """现行机关名册，含上线后登记的机关。The register in force, with every agency registered since."""
    register = await parts_of(request).door.register()
    return [
        {
            "code": each.code,
            "name": each.name_zh,
            "full_name": each.full_name_zh,
            "name_en": each.name_en,
            "standing": sorted(each.standing),
            "region": each.region,
            "township_code9": each.township_code9 or None,
            "verified": each.verified,
        }
        for each in register
    ]


async def get_causes(request: Request, _agency: Agency) -> list[dict[str, Any]]:
    """执法领域 01–09 与主管部门。The nine domains and the competent departments.

    Codes of single causes (案由) are each agency's own and are taken as they are: there is no table of them.
    """
    register = await parts_of(request).door.register()
    return [
        {
            "code": domain.code,
            "name": domain.zh,
            "name_en": domain.en,
            "source": domain.source,
            "verified": domain.verified,
            "departments": [_department(standing, register) for standing in domain.departments],
            "departments_verified": domain.department_verified,
        }
        for domain in DOMAINS.values()
    ]


def _department(standing: str, register: Register) -> dict[str, Any]:
    found = register.with_standing(standing)
    return {"standing": standing, "agencies": [{"code": each.code, "name": each.name_zh} for each in found]}


def _head(contract: Contract) -> dict[str, Any]:
    title, _, title_en = str(contract.schema["doc"]).partition("。")
    return {
        "fact": contract.name,
        "title": title,
        "title_en": title_en,
        "context": contract.context,
        "stated": contract.stated,
        "about": list(contract.about),
        "opens": contract.opens,
        "matter": FIXED.get(contract.name),
        "schema": f"/v1/schemas/{contract.name}",
    }


def add(app: FastAPI) -> None:
    """Add the routes."""
    app.add_api_route("/v1/schemas", get_schemas, methods=["GET"], tags=_TAGS, summary="事实类型")
    app.add_api_route("/v1/schemas/{fact}", get_schema, methods=["GET"], tags=_TAGS, summary="一种事实的约定")
    app.add_api_route("/v1/agencies", get_agencies, methods=["GET"], tags=_TAGS, summary="机关名册")
    app.add_api_route("/v1/causes", get_causes, methods=["GET"], tags=_TAGS, summary="执法领域")
