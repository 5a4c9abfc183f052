"""The door of a real-time stack when broker or database do not answer: it says so, and goes on afterwards."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from deploy.embedded.testing import start, wait_until
from producers.testing import Agency
from schemas.identifiers import make_event_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.embedded.testing import StackHandle


@pytest.fixture(scope="module")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackHandle]:
    """A stack in real time that only this module hurts."""
    with start(tmp_path_factory.mktemp("away"), processes=("worker", "gateway")) as handle:
        yield handle


@pytest.fixture
def water(own_stack: StackHandle) -> Agency:
    return Agency(own_stack.gateway_url, own_stack.tokens["310120-ZG04"])


def obstacles(url: str) -> set[str]:
    """What /readyz names as not well; empty when it is ready."""
    answer = httpx.get(f"{url}/readyz", timeout=30)
    wrong = {name for name, told in answer.json()["checks"].items() if told != "ok"}
    assert (answer.status_code == httpx.codes.OK) == (not wrong)
    return wrong


def test_in_real_time_a_fact_bears_the_brokers_time(water: Agency) -> None:
    answer = water.post(water.fact())
    assert answer.status_code == 200, answer.text
    received = datetime.fromisoformat(answer.json()["received_at"])
    assert abs(received - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_door_without_a_broker_says_so_and_takes_the_same_fact_later(
    own_stack: StackHandle, water: Agency
) -> None:
    fact = water.fact(event_id=_event_id())
    own_stack.stop("kafka")
    try:
        wait_until("the broker missed", lambda: "broker" in obstacles(water.url))
        away = water.post(fact)
    finally:
        own_stack.resume("kafka")
    assert away.status_code == 503, away.text
    assert away.json()["code"] == "UNAVAILABLE"
    wait_until("the door ready again", lambda: obstacles(water.url) == set())
    later = water.post(fact)
    assert later.status_code == 200, later.text
    assert later.json()["seq"] == 1


def test_a_door_whose_database_falls_takes_the_same_fact_when_it_is_back(
    own_stack: StackHandle, water: Agency
) -> None:
    fact = water.fact(event_id=_event_id())
    own_stack.kill("postgres")
    answers: list[httpx.Response] = []

    def taken() -> bool:
        answers.append(water.post(fact))
        return answers[-1].status_code == httpx.codes.OK

    wait_until("the fact admitted", taken)
    # 202: taken by the broker, and the owner's tables were not back yet.
    assert {answer.status_code for answer in answers} <= {200, 202, 503}
    assert answers[-1].json()["seq"] == 1
    wait_until("the door ready again", lambda: obstacles(water.url) == set())


def _event_id() -> str:
    return make_event_id(time.time_ns() // 1000, secrets.token_bytes(10))
