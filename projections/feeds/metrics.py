"""What a feed's writer counts."""

from __future__ import annotations

from backbone.metrics import counter, gauge

SHARED = counter("liandong_feed_records_total", "Records written to a feed.", ["feed", "type"])
LAG = gauge("liandong_feed_lag_records", "Offsets of the ledger that a feed's writer has not read.", ["feed"])
