"""Finding a Java that runs Kafka 4: 17 or newer, wherever the machine keeps it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from deploy.embedded.obstacles import MissingTool

OLDEST = 17
_ROOTS = (Path("/usr/lib/jvm"), Path("/opt"), Path("/usr/java"))
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


def parse_version(text: str) -> int | None:
    """Return the major version from what `java -version` prints, None if absent (1.8 counts as 8)."""
    found = _VERSION.search(text)
    return int(found.group(1)) if found else None


def version_of(java: Path) -> int | None:
    """Ask one executable for its version; None if it does not run."""
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - a path we found ourselves
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(answer.stderr + answer.stdout)


def candidates() -> list[Path]:
    """Every java on this machine in the order of preference: JAVA_HOME, the path, the usual folders."""
    found: list[Path] = []
    home = os.environ.get("JAVA_HOME")
    if home:
        found.append(Path(home) / "bin" / "java")
    on_path = shutil.which("java")
    if on_path:
        found.append(Path(on_path))
    for root in _ROOTS:
        found.extend(sorted(root.glob("*/bin/java"), reverse=True))
    return [java for java in found if java.is_file()]


def find_java() -> Path:
    """Return the first Java that is new enough.

    Raises MissingTool when there is none, naming the newest that was found.
    """
    seen: list[int] = []
    for java in candidates():
        version = version_of(java)
        if version is not None and version >= OLDEST:
            return java
        if version is not None:
            seen.append(version)
    what = f"Java {max(seen)} is too old for Kafka 4." if seen else f"Java {OLDEST} or newer is missing."
    raise MissingTool(what, "Install it: sudo apt-get install -y openjdk-17-jre-headless")


def find_maven() -> Path:
    """Return the Maven that fetches the broker's jars; raises MissingTool."""
    maven = shutil.which("mvn")
    if maven is None:
        raise MissingTool("Maven is missing.", "Install it: sudo apt-get install -y maven")
    return Path(maven)
