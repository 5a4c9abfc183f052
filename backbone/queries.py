"""Named queries: SQL lives in `.sql` files, each statement under a line `-- name: what_it_does`."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BadQueryFile", "load_queries", "parse_queries"]

_NAME = re.compile(r"^--\s*name:\s*(\w+)\s*$")


class BadQueryFile(ValueError):
    """A file of named queries is not what it should be: mend the line that the message names."""


def parse_queries(text: str, origin: str = "queries") -> Mapping[str, str]:
    """Split a text into its named statements. Raises BadQueryFile for a double, empty or nameless one."""
    queries: dict[str, list[str]] = {}
    current: list[str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if match := _NAME.match(line):
            name = match.group(1)
            if name in queries:
                raise BadQueryFile(f"{origin}:{number}: there are two queries named {name}")
            current = queries[name] = []
        elif current is not None:
            current.append(line)
        elif line.strip() and not line.startswith("--"):
            raise BadQueryFile(f"{origin}:{number}: this statement has no name; begin it with `-- name: ...`")
    found = {name: "\n".join(lines).strip().removesuffix(";") for name, lines in queries.items()}
    for name, statement in found.items():
        if not any(line.strip() and not line.startswith("--") for line in statement.splitlines()):
            raise BadQueryFile(f"{origin}: query {name} is empty")
    return MappingProxyType(found)


@cache
def load_queries(package: str, path: str) -> Mapping[str, str]:
    """Return the statements of a `.sql` file inside a package, by name.

    Raises FileNotFoundError, BadQueryFile.
    """
    text = files(package).joinpath(path).read_text(encoding="utf-8")
    return parse_queries(text, f"{package}/{path}")
