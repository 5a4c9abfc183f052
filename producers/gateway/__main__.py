"""`python -m producers.gateway`: the door of one stack, configured by settings alone."""

from __future__ import annotations

from backbone.lifecycle import run
from producers.gateway.serve import serve

if __name__ == "__main__":
    run("gateway", serve)
