"""The page for integrators is executed, command by command, as its reader would."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploy.embedded.testing import StackHandle

PAGE = (Path(__file__).parents[2] / "docs/integrators.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(PAGE) if kind == language]


def test_every_command_of_the_page_does_what_the_page_says(stack: StackHandle, tmp_path: Path) -> None:
    environment = os.environ | {"DOOR": stack.gateway_url, "TOKEN": stack.tokens["310120-ZG04"]}
    script = "set -eu\n" + "\n".join(blocks("sh"))
    run = subprocess.run(
        ["/bin/bash", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr + run.stdout[-2000:]
    told = [json.loads(line) for line in run.stdout.splitlines() if line.startswith(("{", "["))]
    rehearsal = next(each for each in told if "dry_run" in each)
    assert rehearsal["passes"]
    decided = [each for each in told if isinstance(each, dict) and each.get("status") == "admitted"]
    assert len(decided) == 2
    assert decided[0] == decided[1]
    assert decided[0]["returned"]["missing"]
    heard = next(each for each in told if "cursor" in each)
    assert decided[0]["event_id"] in {each["event_id"] for each in heard["receipts"]}
    assert "refused: the data is empty" in run.stdout


def test_the_lines_of_python_can_be_read_and_import_what_there_is() -> None:
    (text,) = blocks("python")
    ast.parse("async def page(url, token, fact, kept):\n" + re.sub("^", "    ", text, flags=re.MULTILINE))
    exec(text.splitlines()[0], {})  # noqa: S102 - our own page
