from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from aiokafka import AIOKafkaProducer
from click.testing import CliRunner, Result

from deploy.command import liandong
from deploy.embedded.obstacles import Obstacle
from schemas.topics import DEADLETTERS

if TYPE_CHECKING:
    from deploy.embedded.testing import StackHandle

CLEAR = "身份证号 11010519491231002X"


def ask(stack: StackHandle, *words: str) -> Result:
    return CliRunner().invoke(liandong, ["deadletters", *words, "--dir", str(stack.directory)])


async def set_aside(stack: StackHandle) -> None:
    """Write letters as the owner does, in transactions, one of which came to nothing."""
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka, transactional_id="letters-of-a-test")
    await producer.start()
    try:
        for place, reason in (("41", b"BAD_STAMP"), ("42", b"WRONG_KEY")):
            async with producer.transaction():
                await _send(producer, place, reason)
        await producer.begin_transaction()
        await _send(producer, "43", b"BAD_STAMP")
        await producer.abort_transaction()
    finally:
        await producer.stop()


async def _send(producer: AIOKafkaProducer, place: str, reason: bytes) -> None:
    headers = [("agency", b"310120-ZG04\x1b[2J"), ("reason", reason)]
    headers += [("inbound-partition", b"3"), ("inbound-offset", place.encode())]
    await producer.send_and_wait(DEADLETTERS, CLEAR.encode(), b"XS-1", partition=3, headers=headers)


async def test_dead_letters_are_listed_counted_and_shown_with_what_to_do(bare_stack: StackHandle) -> None:
    await set_aside(bare_stack)
    listed = await _aside(bare_stack, "list")
    assert "3@41" in listed.stdout
    assert "3@43" not in listed.stdout
    assert "2 of 2 shown: BAD_STAMP 1, WRONG_KEY 1" in listed.stdout
    shown = await _aside(bare_stack, "show", "3@41")
    assert shown.stdout.startswith("BAD_STAMP  inbound 3@41")
    assert "→" in shown.stdout
    assert "\x1b" not in shown.stdout
    assert CLEAR not in listed.stdout + shown.stdout
    as_json = await _aside(bare_stack, "list", "--json", "--reason", "WRONG_KEY")
    assert [json.loads(line)["place"] for line in as_json.stdout.splitlines()] == ["3@42"]


async def test_a_place_from_which_no_letter_came_is_told_in_one_line(bare_stack: StackHandle) -> None:
    missing = await _aside(bare_stack, "show", "nowhere")
    assert isinstance(missing.exception, Obstacle)
    with pytest.raises(Obstacle, match=r"No dead letter lay at nowhere.*deadletters list"):
        raise missing.exception


async def _aside(stack: StackHandle, *words: str) -> Result:
    """The command has an event loop of its own: it runs in another thread."""
    return await asyncio.to_thread(ask, stack, *words)
