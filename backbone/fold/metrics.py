"""What every fold counts."""

from __future__ import annotations

from backbone.metrics import counter, gauge

FOLDED = counter("liandong_fold_records_total", "Ledger records folded.", ["fold"])
LAG = gauge("liandong_fold_lag_records", "Offsets of the ledger that are not folded yet.", ["fold"])
NUMBER = gauge("liandong_fold_number", "Number of the last record folded.", ["fold", "partition"])
BEHIND = gauge(
    "liandong_fold_behind_seconds", "For how long the fold has not been at the ledger's end.", ["fold"]
)
