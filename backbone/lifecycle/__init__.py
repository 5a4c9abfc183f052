"""The life of a process: settings, logs, signals, health, watchdog; the same for every process of a stack."""

from backbone.lifecycle.health import Health, health_routes
from backbone.lifecycle.probes import broker_answers, database_answers
from backbone.lifecycle.process import Service, run
from backbone.lifecycle.watchdog import Stalled, Watchdog

__all__ = [
    "Health",
    "Service",
    "Stalled",
    "Watchdog",
    "broker_answers",
    "database_answers",
    "health_routes",
    "run",
]
