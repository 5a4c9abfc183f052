"""A platform of another province as it subscribes: by Kafka alone, by pages, by events, by the command."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from click.testing import CliRunner

from deploy.commands.feed import feed as command
from schemas.codec import CODEC
from schemas.feeds import FEEDS

if TYPE_CHECKING:
    from deploy.embedded.testing import StackHandle

ZHEJIANG = FEEDS["zhejiang"]
PATH = "/v1/feeds/zhejiang"
PATIENCE_SECONDS = 60

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Province:
    """Reads the feed of one stack in every way there is."""

    stack: StackHandle

    def client(self, agency: str = ZHEJIANG.receiver) -> httpx.AsyncClient:
        """A client of the query API with the token of an agency."""
        return httpx.AsyncClient(
            base_url=self.stack.console_url,
            timeout=PATIENCE_SECONDS,
            headers={"Authorization": f"Bearer {self.stack.tokens[agency]}"},
        )

    async def by_kafka(self) -> list[dict[str, str]]:
        """What a plain consumer reads, with nothing of ours but the contract: attributes and original."""
        log = TopicPartition(ZHEJIANG.topic, 0)
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.stack.kafka,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        await consumer.start()
        found = []
        try:
            consumer.assign([log])
            end = (await consumer.end_offsets([log]))[log]
            while await consumer.position(log) < end:
                for record in (await consumer.getmany(log, timeout_ms=500)).get(log, []):
                    attributes = {
                        name.removeprefix("ce_"): value.decode()
                        for name, value in record.headers
                        if name.startswith("ce_")
                    }
                    original = CODEC.decode(record.value).record["original"]
                    found.append(
                        attributes
                        | {"original": original["event_id"], "hash": f"sm3:{original['hash'].hex()}"}
                        | {"offset": str(record.offset)}
                    )
        finally:
            await consumer.stop()
        return found

    async def by_pages(self, limit: int) -> list[Event]:
        """Page by page, until a page is empty."""
        found: list[Event] = []
        parameters: dict[str, Any] = {"limit": limit}
        async with self.client() as client:
            while True:
                page = (await client.get(PATH, params=parameters)).raise_for_status().json()
                if not page["items"]:
                    return found
                found += page["items"]
                parameters["cursor"] = page["next"]

    async def by_events(self, count: int, last: str = "") -> list[tuple[str, Event]]:
        """So many server-sent events with their ids, behind the one with the id `last`; then it goes away."""
        found: list[tuple[str, Event]] = []
        name = ""
        headers = {"Last-Event-ID": last} if last else {}
        async with (
            asyncio.timeout(PATIENCE_SECONDS),
            self.client() as client,
            client.stream("GET", f"{PATH}/stream", headers=headers) as answer,
        ):
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            async for line in answer.aiter_lines():
                field, _, value = line.partition(": ")
                if field == "id":
                    name = value
                elif field == "data":
                    found.append((name, json.loads(value)))
                    if len(found) == count:
                        break
        return found

    async def by_command(self) -> list[Event]:
        """What `liandong feed zhejiang` prints."""
        arguments = ["zhejiang", "--dir", str(self.stack.directory)]
        result = await asyncio.to_thread(CliRunner().invoke, command, arguments)
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.output.splitlines()]
