"""Files of facts go through a real door, which may fall and come again meanwhile."""

from __future__ import annotations

import asyncio
import json
import signal
from typing import TYPE_CHECKING, Any

import pytest

from deploy.embedded.ports import free_port
from producers.gateway.openapi import examples
from producers.publish import NotPublished, Options, Status, publish
from producers.testing import GatewayProcess

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.embedded.testing import StackHandle

WATER = "310120-ZG04"


def clue(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(examples()["ClueTransferred"]))
    return made | changes


async def test_a_file_is_published_line_by_line_and_each_line_is_told(
    gateway: GatewayProcess, tmp_path: Path, bare_stack: StackHandle
) -> None:
    file = tmp_path / "facts.jsonl"
    lines = [json.dumps(clue()) for _ in range(25)]
    lines[3] = json.dumps(clue(type="ClueTransfered"))
    file.write_text("\n".join(lines), encoding="utf-8")
    told: list[int] = []
    token = bare_stack.tokens[WATER]
    options = Options(batch=10, wait=0)
    report = await publish([str(file)], gateway.url, token, options, lambda each: told.append(each.line))
    assert report.counts["accepted"] == 24
    assert [(each.line, each.status) for each in report.results if each.problem] == [(4, Status.REFUSED)]
    assert report.exit_code == 1
    assert sorted(told) == list(range(1, 26))


@pytest.mark.usefixtures("gateway")
async def test_publishing_outlasts_a_door_that_is_killed_and_comes_again(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, bare_stack: StackHandle
) -> None:
    settings = bare_stack.environment("gateway") | {"LIANDONG_GATEWAY_PORT": str(free_port())}
    door = GatewayProcess(settings, tmp_path_factory.mktemp("door") / "log.jsonl").ready()
    file = tmp_path / "facts.jsonl"
    file.write_text("\n".join(json.dumps(clue()) for _ in range(400)), encoding="utf-8")
    try:
        publishing = asyncio.create_task(
            publish([str(file)], door.url, bare_stack.tokens[WATER], Options(batch=20, wait=0))
        )
        while not any(each["event"] == "fact_accepted" for each in door.lines()):
            await asyncio.sleep(0.01)
        await asyncio.to_thread(door.end, signal.SIGKILL)
        door.again()
        report = await publishing
    finally:
        await asyncio.to_thread(door.end)
    assert report.counts["accepted"] == 400
    assert report.exit_code == 0
    assert len({each.matter for each in report.results}) == 400


async def test_publishing_ends_with_a_sentence_where_no_door_answers(tmp_path: Path) -> None:
    file = tmp_path / "facts.jsonl"
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(NotPublished, match="publish again"):
        await publish([str(file)], f"http://127.0.0.1:{free_port()}", "t", Options(patience=0.5))


async def test_publishing_with_a_wrong_token_says_so_at_once(gateway: GatewayProcess, tmp_path: Path) -> None:
    file = tmp_path / "facts.jsonl"
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(NotPublished, match="BAD_TOKEN"):
        await publish([str(file)], gateway.url, "wrong")
