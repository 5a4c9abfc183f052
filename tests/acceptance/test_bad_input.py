"""Bad input at the door of the running stack: each is told with code, place and remedy, nobody is held."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from schemas.identifiers import make_matter_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.embedded.testing import StackHandle
    from producers.testing import Agency

WATER = "310120-ZG04"
TOWN = "310120-JD11"
HEALTH = "310120-ZG09"
COURT = "310120-FY01"

pytestmark = pytest.mark.usefixtures("nobody_else_is_held")


def opened(agency: Agency) -> str:
    """The matter of a new clue, admitted."""
    answer = agency.post(agency.fact())
    assert answer.status_code == 200, answer.text
    return str(answer.json()["matter"])


def told(answer: httpx.Response, status: int, code: str, field: str = "") -> dict[str, Any]:
    """A problem says what is wrong, where, and what to do, in both languages."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (problem["code"], problem["field"]) == (code, field)
    assert problem["type"] == "/problems/" + code.lower().replace("_", "-")
    for name in ("title", "detail", "remedy"):
        assert problem[name]
        assert problem[f"{name}_en"]
    return problem


def test_a_request_without_a_token_is_refused(water: Agency) -> None:
    answer = httpx.post(f"{water.url}/v1/facts", json=water.fact())
    told(answer, 401, "NOT_AUTHENTICATED")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_wrong_token_is_refused(water: Agency) -> None:
    headers = {"Authorization": "Bearer guessed"}
    told(httpx.post(f"{water.url}/v1/facts", json={}, headers=headers), 401, "BAD_TOKEN")


def test_broken_bytes_are_refused_with_their_place(water: Agency) -> None:
    assert "Line 1, column 10" in told(water.send(b'{"type": \xff}'), 400, "NOT_UTF8")["detail_en"]


def test_broken_json_is_refused_with_its_place(water: Agency) -> None:
    problem = told(water.send(b'{"type": "ClueTransferred",\n "data": {,}}'), 400, "MALFORMED_JSON")
    assert "第 2 行第 11 列" in problem["detail"]


def test_a_key_that_comes_twice_is_refused(water: Agency) -> None:
    told(water.send(b'{"type": "A", "type": "B"}'), 400, "MALFORMED_JSON", "/type")


def test_another_media_type_is_refused(water: Agency) -> None:
    told(water.send(b"<fact/>", "application/xml"), 415, "UNSUPPORTED_MEDIA_TYPE")


def test_five_megabytes_are_refused(water: Agency) -> None:
    fact = water.fact()
    fact["data"]["fact"]["summary"] = "圾" * 1_700_000
    body = json.dumps(fact, ensure_ascii=False).encode()
    assert len(body) > 5_000_000
    told(water.send(body), 413, "TOO_LARGE")


def test_five_megabytes_without_a_declared_length_are_refused(water: Agency) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"type": "'
        for _ in range(80):
            yield b"x" * 65_536

    headers = {"Authorization": f"Bearer {water.token}", "Content-Type": "application/json"}
    url = f"{water.url}/v1/facts"
    told(httpx.post(url, content=chunks(), headers=headers, timeout=60), 413, "TOO_LARGE")


def test_an_unknown_fact_is_refused_with_the_nearest_name(water: Agency) -> None:
    problem = told(water.post(water.fact(type="ClueTransfer")), 422, "UNKNOWN_FACT", "/type")
    assert "ClueTransferred" in problem["detail"]


def test_u_0000_is_refused_at_its_field(water: Agency) -> None:
    fact = water.fact()
    fact["data"]["fact"]["summary"] = "倾倒\x00垃圾"
    told(water.post(fact), 422, "CONTROL_CHARACTER", "/data/fact/summary")


def test_half_a_surrogate_pair_is_refused_at_its_field(water: Agency) -> None:
    body = json.dumps(water.fact()).replace('"\\u533a\\u6c34\\u52a1\\u5c40"', '"\\ud800"', 1)
    told(water.send(body.encode()), 422, "LONE_SURROGATE", "/data/transfer_doc/issuer")


def test_a_date_in_the_future_is_refused(water: Agency) -> None:
    told(
        water.post(water.fact(occurred_at="2099-01-01T00:00:00+08:00")),
        422,
        "OCCURRED_IN_FUTURE",
        "/occurred_at",
    )


def test_the_platforms_own_facts_are_not_taken_from_an_agency(water: Agency) -> None:
    told(water.post(water.fact(type="FactRouted")), 403, "PLATFORM_FACT", "/type")


def test_a_fact_from_one_who_may_not_state_it_is_refused_with_a_receipt(
    water: Agency, stack: StackHandle
) -> None:
    """Departments and streets transfer clues; a court does not."""
    court = replace(water, token=stack.tokens[COURT])
    answer = court.post(court.fact())
    problem = told(answer, 403, "NOT_YOUR_FACT", "/agency")
    assert problem["rule"].startswith("clue-transfer@")
    receipt = court.receipt(problem["event_id"])
    assert receipt.status_code == 200
    assert (receipt.json()["status"], receipt.json()["problem"]["code"]) == ("refused", "NOT_YOUR_FACT")
    assert water.outcome(problem["event_id"]) == ""


def test_a_fact_on_a_matter_that_another_agency_holds_is_refused(water: Agency, stack: StackHandle) -> None:
    """Only the receiver signs for a clue."""
    health = replace(water, token=stack.tokens[HEALTH])
    answer = health.post(health.fact("ClueReceived", matter=opened(water)))
    told(answer, 403, "NOT_YOUR_MATTER", "/agency")


def test_a_state_that_does_not_allow_it_is_refused_with_a_receipt(water: Agency, stack: StackHandle) -> None:
    """A clue that was signed for is not signed for again."""
    matter = opened(water)
    town = replace(water, token=stack.tokens[TOWN])
    assert town.post(town.fact("ClueReceived", matter=matter)).status_code == 200
    answer = town.post(town.fact("ClueReceived", matter=matter))
    problem = told(answer, 409, "STATE_DOES_NOT_ALLOW", answer.json()["field"])
    assert town.receipt(problem["event_id"]).json()["status"] == "refused"


def test_a_fact_about_no_matter_is_refused(water: Agency, stack: StackHandle) -> None:
    day = datetime.fromisoformat(water.now()).date()
    matter = make_matter_id("XS", WATER, day, 999_999)
    town = replace(water, token=stack.tokens[TOWN])
    answer = town.post(town.fact("ClueReceived", matter=matter))
    assert answer.status_code in {404, 409, 422}
    told(answer, answer.status_code, "NO_SUCH_MATTER", answer.json()["field"])


def test_other_content_under_an_event_id_is_refused_and_the_first_receipt_stands(water: Agency) -> None:
    first = water.post(water.fact()).json()
    fact = water.fact(event_id=first["event_id"], matter=first["matter"])
    fact["data"]["urgency"] = "P0"
    told(water.post(fact), 409, "CONTENT_DIFFERS", "/event_id")
    assert water.receipt(first["event_id"]).json() == first


def test_the_same_content_again_gives_the_same_receipt(water: Agency) -> None:
    fact = water.fact()
    first = water.post(fact)
    again = water.post(fact | {"event_id": first.json()["event_id"]})
    assert (again.status_code, again.json()) == (200, first.json())


def test_a_batch_with_one_bad_line_admits_the_others(water: Agency) -> None:
    good = json.dumps(water.fact())
    answer = water.send(f"{good}\n{{\n{good}", "application/x-ndjson")
    assert answer.status_code == 207
    results = answer.json()["results"]
    assert [each["status"] for each in results] == [200, 400, 200]
    assert results[1]["problem"]["code"] == "MALFORMED_JSON"
    assert [each["decided"]["status"] for each in (results[0], results[2])] == ["admitted", "admitted"]
