"""The dashboard shows every metric that there is, and asks for none that there is not."""

from __future__ import annotations

import json
import re
from pathlib import Path

from deploy.docs.dashboard import dashboard
from deploy.docs.operations import metric_names

FILE = Path(__file__).parents[2] / "deploy/grafana/liandong.json"


def test_the_dashboard_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == dashboard(), "run `make docs`"


def test_every_metric_has_a_panel_and_every_panel_a_metric() -> None:
    panels = json.loads(FILE.read_text(encoding="utf-8"))["panels"]
    asked = [name for each in panels for name in re.findall(r"liandong_\w+", each["targets"][0]["expr"])]
    assert sorted(name.removesuffix("_bucket") for name in asked) == sorted(metric_names())


def test_no_panel_covers_another() -> None:
    panels = json.loads(FILE.read_text(encoding="utf-8"))["panels"]
    places = [(each["gridPos"]["x"], each["gridPos"]["y"]) for each in panels]
    assert len(set(places)) == len(places)
    assert all(each["gridPos"]["x"] + each["gridPos"]["w"] <= 24 for each in panels)
