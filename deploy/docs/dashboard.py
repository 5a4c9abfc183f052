"""The Grafana dashboard `deploy/grafana/liandong.json`: a panel for each metric that there is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from deploy.docs.operations import all_metrics

if TYPE_CHECKING:
    from backbone.metrics import Definition

_WIDTH, _HEIGHT, _ACROSS = 8, 8, 3
_SOURCE = {"type": "prometheus", "uid": "${source}"}


def dashboard() -> str:
    """Write the dashboard as Grafana imports it; it asks for the Prometheus that it shall read."""
    board = {
        "uid": "liandong",
        "title": "联动 Liandong",
        "schemaVersion": 39,
        "timezone": "Asia/Shanghai",
        "refresh": "15s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus"}]},
        "panels": [_panel(place, each) for place, each in enumerate(all_metrics())],
    }
    return json.dumps(board, ensure_ascii=False, indent=1) + "\n"


def query(metric: Definition) -> str:
    """Return what a panel shows: a rate, the 99th percentile of five minutes, or the value itself."""
    if metric.kind == "counter":
        return f"sum by ({', '.join(metric.labels)}) (rate({metric.name}[5m]))"
    if metric.kind == "histogram":
        by = ", ".join(("le", *metric.labels))
        return f"histogram_quantile(0.99, sum by ({by}) (rate({metric.name}_bucket[5m])))"
    return metric.name


def _panel(place: int, metric: Definition) -> dict[str, Any]:
    legend = " ".join(f"{{{{{label}}}}}" for label in metric.labels)
    target = {"refId": "A", "datasource": _SOURCE, "expr": query(metric), "legendFormat": legend or "__auto"}
    row, column = divmod(place, _ACROSS)
    return {
        "id": place + 1,
        "type": "timeseries",
        "title": metric.name.removeprefix("liandong_").removesuffix("_total").replace("_", " "),
        "description": metric.doc,
        "datasource": _SOURCE,
        "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": _unit(metric)}, "overrides": []},
        "targets": [target],
    }


def _unit(metric: Definition) -> str:
    if metric.kind == "counter":
        return "cps"
    return "s" if metric.name.endswith("_seconds") else "short"
