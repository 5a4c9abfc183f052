"""What an owner counts."""

from __future__ import annotations

from backbone.metrics import counter, gauge, histogram

RECORDS = counter(
    "liandong_ledger_records_total", "Ledger records appended by this owner.", ["partition", "kind"]
)
DEAD = counter("liandong_dead_letters_total", "Records set aside as dead letters.", ["partition", "reason"])
WAITING_FOR_CLOCK = gauge(
    "liandong_waiting_for_clock", "1 while a record lies in the future of our clock.", ["partition"]
)
QUEUED = gauge("liandong_undecided_records", "Records read and not yet decided.", ["partition"])
TAKEOVERS = counter("liandong_takeovers_total", "Partitions taken over.", ["partition"])
TAKEOVER_SECONDS = histogram(
    "liandong_takeover_seconds", "From assignment to the claim of all partitions.", []
)
TICKS = counter("liandong_ticks_total", "Ticks written.", ["partition"])
