"""`python -m deploy.docs` writes the generated tables again; `--check` only says whether they are current."""

from __future__ import annotations

import sys
from pathlib import Path

from deploy.docs.dashboard import dashboard
from deploy.docs.regions import BrokenDocument, render

DOCUMENTS = Path(__file__).parents[2] / "docs"
DASHBOARD = Path(__file__).parents[1] / "grafana" / "liandong.json"


def main(arguments: list[str]) -> int:
    """Write or check every document below `docs/`, and the dashboard; returns 1 if a checked one is stale."""
    stale: list[Path] = []
    for path in sorted(DOCUMENTS.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        try:
            current = render(text)
        except BrokenDocument as error:
            sys.exit(f"{_name(path)}: {error}")
        if current != text:
            stale.append(path)
            if "--check" not in arguments:
                path.write_text(current, encoding="utf-8")
    if not DASHBOARD.exists() or DASHBOARD.read_text(encoding="utf-8") != dashboard():
        stale.append(DASHBOARD)
        if "--check" not in arguments:
            DASHBOARD.write_text(dashboard(), encoding="utf-8")
    for path in stale:
        verb = "is stale: run `make docs`" if "--check" in arguments else "written"
        sys.stdout.write(f"{_name(path)} {verb}\n")
    return 1 if stale and "--check" in arguments else 0


def _name(path: Path) -> str:
    return path.relative_to(DOCUMENTS.parent).as_posix()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
