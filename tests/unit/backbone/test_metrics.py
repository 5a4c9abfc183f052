from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry

from backbone import metrics
from backbone.fold.metrics import LAG


def test_only_our_own_names_get_in() -> None:
    with pytest.raises(ValueError, match="begin with liandong_"):
        metrics.gauge("temperature", "Somebody else's.")


def test_a_counters_name_says_that_it_counts() -> None:
    with pytest.raises(ValueError, match="_total"):
        metrics.counter("liandong_facts", "Facts.")


def test_one_name_means_one_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    # What this test defines must not outlive it: the documents are held against the catalogue.
    monkeypatch.setattr(metrics, "_METRICS", dict(metrics._METRICS))
    monkeypatch.setattr(metrics, "REGISTRY", CollectorRegistry())
    first = metrics.gauge("liandong_unit_test", "One thing.", ["partition"])
    assert metrics.gauge("liandong_unit_test", "One thing.", ["partition"]) is first
    with pytest.raises(ValueError, match="defined twice"):
        metrics.gauge("liandong_unit_test", "Another thing.")


def test_what_is_measured_is_exposed_with_its_line() -> None:
    LAG.labels("unit-test").set(3)
    text = metrics.exposition().decode()
    assert 'liandong_fold_lag_records{fold="unit-test"} 3.0' in text
    assert "# HELP liandong_fold_lag_records" in text
    assert "liandong_fold_lag_records" in {definition.name for definition in metrics.catalogue()}
