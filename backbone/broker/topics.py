"""Topics stand as the catalogue says.

Created when missing, compared at every start, never changed silently.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, NoError, TopicAlreadyExistsError, for_code

from backbone.broker.away import BrokerAway
from backbone.log import logger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from backbone.settings import Settings
    from schemas.topics import Topic

__all__ = ["TopicsDiffer", "check_topics", "compare", "ensure_topics"]

log = logger(__name__)

_REPLICAS = 3


class TopicsDiffer(RuntimeError):
    """Topics on the broker are not what the catalogue says.

    Each line of the message names one, and the remedy.
    """


async def ensure_topics(settings: Settings, topics: Sequence[Topic]) -> list[str]:
    """Create the topics that are missing, with three replicas or as many as there are brokers.

    Return their names.

    Raises TopicsDiffer if one stands otherwise than catalogued, BrokerAway.
    """
    async with _admin(settings) as admin:
        existing = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in existing]
        if missing:
            brokers = len((await admin.describe_cluster())["brokers"])
            replicas = min(_REPLICAS, brokers)
            wanted = [
                NewTopic(topic.name, topic.partitions, replicas, topic_configs=dict(topic.config))
                for topic in missing
            ]
            _raise_refusals(await admin.create_topics(wanted))
            log.info("topics_created", topics=[topic.name for topic in missing], replicas=replicas)
    differences = await check_topics(settings, [topic for topic in topics if topic.name in existing])
    if differences:
        raise TopicsDiffer("\n".join(differences))
    return [topic.name for topic in missing]


async def check_topics(settings: Settings, topics: Sequence[Topic]) -> list[str]:
    """Compare topics with the broker's; return a sentence with the remedy for each difference.

    Raises BrokerAway.
    """
    async with _admin(settings) as admin:
        described = {each["topic"]: each for each in await admin.describe_topics()}
        present = [topic for topic in topics if topic.name in described]
        configs = await _configs(admin, [topic.name for topic in present])
    found = [
        f"Topic {topic.name} does not exist: provision the stack (`liandong up` does)."
        for topic in topics
        if topic.name not in described
    ]
    for topic in present:
        found += compare(topic, len(described[topic.name]["partitions"]), configs[topic.name])
    return found


def compare(topic: Topic, partitions: int, config: Mapping[str, str]) -> list[str]:
    """Say, a sentence each, where a topic on the broker differs from the catalogue, and what to do."""
    found: list[str] = []
    if partitions != topic.partitions:
        found.append(
            f"Topic {topic.name} has {partitions} partitions where the stack has {topic.partitions}: the "
            f"count is fixed for life, it says where a matter lies. Restore the topic, or begin a new stack."
        )
    for name, wanted in topic.config.items():
        actual = config.get(name)
        if actual != wanted:
            found.append(
                f"Topic {topic.name} has {name}={actual} where {wanted} is needed: kafka-configs.sh --alter "
                f"--entity-type topics --entity-name {topic.name} --add-config {name}={wanted}"
            )
    return found


async def _configs(admin: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    found: dict[str, dict[str, str]] = {}
    for answer in answers:
        for code, message, _, name, entries in answer.resources:
            if for_code(code) is not NoError:
                raise for_code(code)(message)
            found[name] = {entry[0]: entry[1] for entry in entries}
    return found


def _raise_refusals(answer: Any) -> None:
    for name, code, *message in answer.topic_errors:
        error = for_code(code)
        # Two provisions at once: the other one's topic is compared like any that stood there before.
        if error not in {NoError, TopicAlreadyExistsError}:
            raise TopicsDiffer(
                f"Kafka does not create topic {name}: {error.__name__} {' '.join(map(str, message))}"
            )


@asynccontextmanager
async def _admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(
        bootstrap_servers=settings.kafka, client_id="liandong-topics", request_timeout_ms=20_000
    )
    try:
        await admin.start()
        yield admin
    except (KafkaError, OSError) as error:
        raise BrokerAway.at(settings.kafka, error) from error
    finally:
        await admin.close()
