"""Kafka.

Producers that cannot double a record, readers of what was committed, logs' bounds, topics as catalogued.
"""

from backbone.broker.away import BrokerAway
from backbone.broker.clients import consumer, producer
from backbone.broker.logs import Logs, committed, log_bounds, open_logs
from backbone.broker.topics import TopicsDiffer, check_topics, ensure_topics

__all__ = [
    "BrokerAway",
    "Logs",
    "TopicsDiffer",
    "check_topics",
    "committed",
    "consumer",
    "ensure_topics",
    "log_bounds",
    "open_logs",
    "producer",
]
