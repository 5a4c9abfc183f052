"""What a door counts."""

from __future__ import annotations

from backbone.metrics import counter, histogram

FACTS_TAKEN = counter(
    "liandong_door_facts_total", "Facts that came to this door, by what became of them.", ["outcome"]
)
REQUESTS = counter("liandong_door_requests_total", "Requests answered by this door.", ["route", "status"])
SECONDS = histogram("liandong_door_request_seconds", "From the request's head to its answer.", ["route"])
