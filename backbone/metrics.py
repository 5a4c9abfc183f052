"""Metrics.

A closed registry of ours, names beginning with `liandong_`, each with a line that says what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "CONTENT_TYPE",
    "REGISTRY",
    "Definition",
    "catalogue",
    "counter",
    "exposition",
    "gauge",
    "histogram",
]

CONTENT_TYPE = CONTENT_TYPE_LATEST
REGISTRY = CollectorRegistry()
"""The only registry that is exposed: nothing gets in but through this module."""

_PREFIX = "liandong_"
_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a metric is: `kind` is counter, gauge or histogram."""

    name: str
    kind: str
    doc: str
    labels: tuple[str, ...]


_METRICS: dict[str, tuple[Definition, Any]] = {}


def counter(name: str, doc: str, labels: Sequence[str] = ()) -> Counter:
    """Define something that only grows; its name ends with `_total`.

    Raises ValueError for a bad or taken name.
    """
    if not name.endswith("_total"):
        raise ValueError(f"{name}: a counter's name ends with _total")
    made: Counter = _define(Definition(name, "counter", doc, tuple(labels)), Counter)
    return made


def gauge(name: str, doc: str, labels: Sequence[str] = ()) -> Gauge:
    """Define something that goes up and down. Raises ValueError for a bad or taken name."""
    made: Gauge = _define(Definition(name, "gauge", doc, tuple(labels)), Gauge)
    return made


def histogram(name: str, doc: str, labels: Sequence[str] = ()) -> Histogram:
    """Define a distribution, of seconds unless its name says otherwise.

    Raises ValueError for a bad or taken name.
    """
    made: Histogram = _define(Definition(name, "histogram", doc, tuple(labels)), _histogram)
    return made


def catalogue() -> tuple[Definition, ...]:
    """Return every metric that the modules imported so far define, by name."""
    return tuple(definition for _, (definition, _) in sorted(_METRICS.items()))


def exposition() -> bytes:
    """Write all metrics in Prometheus's text format."""
    return generate_latest(REGISTRY)


def _histogram(name: str, doc: str, labels: Sequence[str], registry: CollectorRegistry) -> Histogram:
    return Histogram(name, doc, labels, registry=registry, buckets=_FAST)


def _define(definition: Definition, make: Callable[..., Any]) -> Any:
    if not definition.name.startswith(_PREFIX):
        raise ValueError(f"{definition.name}: our metrics begin with {_PREFIX}")
    if definition.name in _METRICS:
        known, metric = _METRICS[definition.name]
        if known != definition:
            raise ValueError(f"{definition.name} is defined twice, as {known} and as {definition}")
        return metric
    metric = make(definition.name, definition.doc, definition.labels, registry=REGISTRY)
    _METRICS[definition.name] = (definition, metric)
    return metric
