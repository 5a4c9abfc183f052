from __future__ import annotations

import json
import subprocess
import sys

SCRIPT = """
import logging, warnings
from backbone.log import concerning, configure, logger
configure("worker")
log = logger("processors.owner")
with concerning(event_id="e-1", matter="XS-1", correlation_id="c-1"):
    log.info("fact_admitted", seq=7)
log.debug("not_shown")
logging.getLogger("aiokafka").warning("heartbeat %s", "late")
warnings.warn("old way")
try:
    raise ValueError("坏")
except ValueError:
    log.exception("broken")
"""


def lines() -> list[dict[str, object]]:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_line_is_json_whoever_wrote_it() -> None:
    told = lines()
    assert [line["level"] for line in told] == ["info", "warning", "warning", "error"]
    assert {line["process"] for line in told} == {"worker"}
    assert told[1]["event"] == "heartbeat late"
    assert told[1]["logger"] == "aiokafka"
    assert "old way" in str(told[2]["event"])
    assert "ValueError: 坏" in str(told[3]["exception"])


def test_a_line_names_the_fact_that_it_concerns() -> None:
    first = lines()[0]
    assert first["event_id"] == "e-1"
    assert first["matter"] == "XS-1"
    assert first["correlation_id"] == "c-1"
    assert first["seq"] == 7
    assert list(first)[:4] == ["ts", "level", "event", "process"]
