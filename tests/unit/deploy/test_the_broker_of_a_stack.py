"""What a broker is given before it starts for the first time."""

from __future__ import annotations

import uuid

from deploy.embedded.kafka import cluster_id

DASH_FIRST = uuid.UUID(bytes=b"\xf8" + bytes(15))
"""In URL-safe base64 its first six bits are a dash (RFC 4648, table 2), and so an option to the tool."""


def test_a_cluster_id_never_begins_with_a_dash() -> None:
    drawn = iter([DASH_FIRST, uuid.UUID(int=1)])
    assert cluster_id(lambda: next(drawn)) == "AAAAAAAAAAAAAAAAAAAAAQ"
