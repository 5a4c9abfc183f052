"""The console's files: our own and the WebJars that it needs, read into memory at start.

Each is served under a name that holds its hash: a browser may keep it for ever and never has an old one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_WEBJARS = {
    "htmx.js": "htmx.org/*/dist/htmx.min.js",
    "swagger.js": "swagger-ui/*/swagger-ui-bundle.js",
    "swagger.css": "swagger-ui/*/swagger-ui.css",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its path under /assets/, its media type and its bytes."""

    path: str
    media_type: str
    content: bytes


class Assets:
    """All files by their plain name; `url("console.css")` is what a page links to."""

    def __init__(self, webjars: Path | None) -> None:
        self._by_name = {name: _asset(name, content) for name, content in _found(webjars)}
        self._by_path = {asset.path: asset for asset in self._by_name.values()}

    def url(self, name: str) -> str | None:
        """Where a page finds a file."""
        asset = self._by_name.get(name)
        return None if asset is None else f"/assets/{asset.path}"

    def get(self, path: str) -> Asset | None:
        """The file of a path; nothing else on the disk can be reached."""
        return self._by_path.get(path)


def _found(webjars: Path | None) -> Iterator[tuple[str, bytes]]:
    for entry in (files("projections.console") / "static").iterdir():
        yield entry.name, entry.read_bytes()
    # The pages work without it too; they are then reloaded by the browser instead of refreshed in place.
    if webjars is None:
        return
    for name, pattern in _WEBJARS.items():
        for file in sorted(webjars.glob(pattern))[-1:]:
            yield name, file.read_bytes()


def _asset(name: str, content: bytes) -> Asset:
    path = Path(name)
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Asset(f"{path.stem}.{digest}{path.suffix}", _TYPES[path.suffix], content)
