"""Structured logs: every line on standard output is one JSON object, whoever wrote it.

A line has `ts` (ISO 8601, UTC), `level`, `event`, `process`, `logger`, and what is bound to the task at hand:
`event_id`, `matter`, `correlation_id`.
"""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

from backbone.sparing import Sparing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from structlog.typing import EventDict, Processor, WrappedLogger

__all__ = ["concerning", "configure", "logger"]

_ORDER = ("ts", "level", "event", "process", "logger", "event_id", "matter", "correlation_id")


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return a logger.

    `log.info("partition_ready", partition=3)`, where the event is a name and not a sentence.
    """
    bound: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return bound


def configure(process: str, level: str = "info") -> None:
    """Send all logs of this process, those of libraries too, to standard output as JSON lines."""

    def name_process(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["process"] = process
        return event

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
        name_process,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    render: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        _in_order,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=render))
    handler.addFilter(Sparing())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    _calm(root.level)
    logging.captureWarnings(capture=True)


def _calm(level: int) -> None:
    """Raise the level of libraries that tell of nothing at theirs."""
    for name in ("faust", "mode"):
        # Each of their dozens of services announces its start and its end.
        logging.getLogger(name).setLevel(max(logging.WARNING, level))
    # Kafka 4 answers NotEnoughReplicas while the transaction before is being completed; it is tried again.
    logging.getLogger("aiokafka.producer.sender").setLevel(max(logging.ERROR, level))


@contextmanager
def concerning(*, event_id: str = "", matter: str = "", correlation_id: str = "") -> Iterator[None]:
    """While inside, every line logged by this task names the fact that it concerns.

    Empty ids are left out.
    """
    ids = {"event_id": event_id, "matter": matter, "correlation_id": correlation_id}
    with structlog.contextvars.bound_contextvars(**{name: value for name, value in ids.items() if value}):
        yield


def _in_order(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Put what every line has first: such logs are also read by people."""
    first = {name: event.pop(name) for name in _ORDER if name in event}
    return {**first, **event}
