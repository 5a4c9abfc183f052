"""What an integrator meets at the door before a first fact is taken, against the application in memory."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from producers.gateway.cloudevents import BATCH, STRUCTURED
from producers.gateway.kinds import PLATFORM_ONLY, STATABLE
from producers.gateway.openapi import cloud_event
from producers.testing import ABSENT, submission
from schemas.agencies import AGENCIES
from schemas.errors import Code
from tests.unit.producers.conftest import micros
from tests.unit.producers.memory_door import TOKENS, MemoryDoor, Network

if TYPE_CHECKING:
    from collections.abc import Callable

EVENING = micros("2026-10-12T18:00:00+08:00")
URL = "http://door"
LINES = {"Content-Type": "application/x-ndjson"}


@pytest.fixture
def door() -> MemoryDoor:
    return MemoryDoor(EVENING)


@pytest.fixture
def ask(door: MemoryDoor) -> Callable[..., httpx.Response]:
    """One request after another, with the token of 区水务局."""
    network = Network(door, rate=2)

    def asked(method: str, path: str, **what: Any) -> httpx.Response:
        async def run() -> httpx.Response:
            (token,) = TOKENS
            headers = {"Authorization": f"Bearer {token}"}
            async with httpx.AsyncClient(
                transport=network, base_url="http://door", headers=headers
            ) as client:
                return await client.request(method, path, **what)

        return asyncio.run(run())

    return asked


def test_every_fact_has_a_contract_to_look_up(ask: Callable[..., httpx.Response]) -> None:
    listed = ask("GET", "/v1/schemas").json()
    assert set(STATABLE) | PLATFORM_ONLY == {each["fact"] for each in listed}
    for each in listed:
        told = ask("GET", each["schema"]).json()
        assert told["avro"]["name"] == each["fact"]
        assert ("example" in told) == (each["fact"] in STATABLE)


def test_a_schema_stands_by_itself(ask: Callable[..., httpx.Response]) -> None:
    told = ask("GET", "/v1/schemas/ClueTransferred").json()["json_schema"]
    named = {each.split('"')[0] for each in json.dumps(told).split('"$ref": "')[1:]}
    assert named == {f"#/$defs/{name}" for name in told["$defs"]} & named
    assert "matter" not in told["required"]


def test_what_is_no_fact_has_no_contract(ask: Callable[..., httpx.Response]) -> None:
    for name in ("Nothing", "Meta", "Seal"):
        assert ask("GET", f"/v1/schemas/{name}").status_code == 404


def test_the_register_and_the_nine_domains_are_told(ask: Callable[..., httpx.Response]) -> None:
    agencies = ask("GET", "/v1/agencies").json()
    assert [each["code"] for each in agencies] == [each.code for each in AGENCIES]
    domains = ask("GET", "/v1/causes").json()
    assert [each["code"] for each in domains] == [f"0{number}" for number in range(1, 10)]
    water = domains[3]["departments"][0]["agencies"]
    assert {"code": "310120-ZG04", "name": "区水务局"} in water


def test_agencies_are_told_to_agencies_alone(ask: Callable[..., httpx.Response]) -> None:
    answer = ask("GET", "/v1/agencies", headers={"Authorization": "Bearer another"})
    assert answer.json()["code"] == "BAD_TOKEN"


def test_every_code_has_its_remedy_in_both_languages(ask: Callable[..., httpx.Response]) -> None:
    told = ask("GET", "/v1/errors").json()
    assert {each["code"] for each in told} == set(Code)
    assert all(each["remedy"] and each["remedy_en"] for each in told)


def test_a_dry_run_says_what_would_be_refused_and_takes_nothing(
    door: MemoryDoor, ask: Callable[..., httpx.Response]
) -> None:
    good, bad = submission("ClueTransferred"), submission("ClueTransferred", data={"domain_code": ABSENT})
    body = "\n".join([json.dumps(good), "{", json.dumps(bad)])
    answer = ask("POST", "/v1/facts", params={"dry_run": "true"}, content=body, headers=LINES)
    told = answer.json()
    assert answer.status_code == 200
    assert not told["passes"]
    assert [each["passes"] for each in told["results"]] == [True, False, False]
    assert told["results"][1]["problem"]["code"] == "MALFORMED_JSON"
    assert told["results"][2]["problem"]["field"] == "/data/domain_code"
    assert door.taken == {}


def test_a_dry_run_says_what_it_cannot_foretell(ask: Callable[..., httpx.Response]) -> None:
    told = ask("POST", "/v1/facts?dry_run=true", json=submission("ClueTransferred")).json()
    assert told["passes"]
    assert "state" in told["not_foretold"]["en"]
    assert "状态" in told["not_foretold"]["zh"]


def test_an_agency_that_states_too_much_learns_when_to_go_on(
    door: MemoryDoor, ask: Callable[..., httpx.Response]
) -> None:
    many = [submission("ClueTransferred", event_id=ABSENT) for _ in range(30)]
    assert ask("POST", "/v1/facts", json=many).status_code == 200
    taken = len(door.taken)
    answer = ask("POST", "/v1/facts", json=many[:1])
    assert (answer.status_code, answer.json()["code"]) == (429, "BUSY")
    assert 1 <= int(answer.headers["Retry-After"]) <= 6
    assert len(door.taken) == taken


def test_every_event_on_the_interfaces_page_is_taken(ask: Callable[..., httpx.Response]) -> None:
    content = ask("GET", "/openapi.json").json()["paths"]["/v1/facts"]["post"]["requestBody"]["content"]
    for media in (STRUCTURED, BATCH):
        example = json.dumps(content[media]["example"])
        answer = ask("POST", "/v1/facts", content=example, headers={"Content-Type": media})
        assert answer.status_code == 200, answer.text


def test_an_event_becomes_the_same_fact_in_every_mode(
    door: MemoryDoor, ask: Callable[..., httpx.Response]
) -> None:
    event = cloud_event("ClueTransferred")
    ask("POST", "/v1/facts", content=json.dumps(event), headers={"Content-Type": STRUCTURED})
    data = event.pop("data")
    headers = {f"ce-{name}": value for name, value in event.items()}
    answer = ask("POST", "/v1/facts", json=data, headers=headers)
    assert answer.json()["event_id"] == event["id"]
    assert list(door.taken) == [event["id"]]


def test_an_event_says_to_whom_and_about_what_by_its_attributes(ask: Callable[..., httpx.Response]) -> None:
    event = cloud_event("ClueTransferred") | {"addressedto": "310120-JD11, 310120-XX99", "subject": "XS-1"}
    told = ask("POST", "/v1/facts", content=json.dumps(event), headers={"Content-Type": STRUCTURED}).json()
    assert {each["field"] for each in told["errors"]} == {"/addressed_to/1", "/matter"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"source": None}, "/source"),
        ({"id": 7}, "/id"),
        ({"specversion": "0.3"}, "/specversion"),
        ({"data_base64": "e30="}, "/data_base64"),
        ({"time": None}, "/occurred_at"),
        ({"data": None}, "/data"),
        ({"type": "liandong.clue.Nothing"}, "/type"),
    ],
)
def test_what_is_no_event_is_refused_where_it_is_wrong(
    change: dict[str, Any], field: str, ask: Callable[..., httpx.Response]
) -> None:
    event = cloud_event("ClueTransferred") | change
    answer = ask("POST", "/v1/facts", content=json.dumps(event), headers={"Content-Type": STRUCTURED})
    assert answer.status_code in {400, 422}
    assert answer.json()["field"] == field


def test_binary_mode_carries_one_event(ask: Callable[..., httpx.Response]) -> None:
    headers = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/a", "ce-type": "ClueTransferred"}
    assert ask("POST", "/v1/facts", json=[{}], headers=headers).json()["code"] == "WRONG_TYPE"
    assert ask("POST", "/v1/facts", json="text", headers=headers).status_code == 422
