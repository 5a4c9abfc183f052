"""Fetching the broker's jars and the console's assets once into the user's cache, checksums verified."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.java import find_java, find_maven
from deploy.embedded.obstacles import BrokenDownload, Obstacle

Report = Callable[[str], None]

HERE = Path(__file__).parent
POM = HERE / "pom.xml"
CHECKSUMS = HERE / "checksums.txt"
WEBJARS = "META-INF/resources/webjars/"
ASSET_JARS = ("htmx.org-", "htmx-ext-sse-", "swagger-ui-")


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was fetched: the broker's jars (`jars`) and the unpacked WebJars (`assets/<name>/<version>/`)."""

    jars: Path
    assets: Path

    @property
    def classpath(self) -> str:
        """Java's wildcard for every jar of the broker."""
        return f"{self.jars}/*"


def cache_directory() -> Path:
    """Return the user's cache folder for this project: $XDG_CACHE_HOME/liandong or ~/.cache/liandong."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "liandong"


def read_checksums(path: Path = CHECKSUMS) -> dict[str, str]:
    """Read our list: file name to SHA-256 in hexadecimal digits."""
    lines = path.read_text(encoding="ascii").splitlines()
    return {name: digest for digest, name in (line.split(maxsplit=1) for line in lines if line)}


def broken_files(folder: Path, expected: dict[str, str]) -> list[str]:
    """Compare a folder with our list and name, in order, each file that is missing, added or different."""
    present = {path.name for path in folder.glob("*.jar")}
    wrong = present ^ expected.keys()
    for name in present & expected.keys():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected[name]:
                wrong.add(name)
    return sorted(wrong)


def cached(cache: Path | None = None) -> Bundle | None:
    """Return the bundle if it was fetched and every checksum holds; fetch nothing."""
    bundle = _place(cache or cache_directory())
    whole = bundle.assets.is_dir() and not broken_files(bundle.jars, read_checksums(CHECKSUMS))
    return bundle if whole else None


def _place(root: Path) -> Bundle:
    """Return where the bundle of this list of checksums lies; another list is another bundle."""
    home = root / f"bundle-{hashlib.sha256(CHECKSUMS.read_bytes()).hexdigest()[:12]}"
    return Bundle(jars=home / "jars", assets=home / "assets")


def fetch(report: Report, cache: Path | None = None) -> Bundle:
    """Return the bundle, fetching it first if the cache has none or if a file in it is broken.

    Safe to run in several processes at once: one fetches, the others wait. A broken file is fetched again.
    Raises MissingTool (Java, Maven), BrokenDownload, Obstacle (Maven could not reach its repository).
    """
    root = cache or cache_directory()
    expected = read_checksums(CHECKSUMS)
    bundle = _place(root)
    home = bundle.jars.parent
    with _only_one(root, report):
        wrong = broken_files(bundle.jars, expected) if home.is_dir() else []
        if home.is_dir() and not wrong and bundle.assets.is_dir():
            return bundle
        if wrong:
            report(f"cached file broken: {wrong[0]}; fetching again")
        report("fetching Apache Kafka and the console's assets (45 MB, once)")
        _fill(root, home, expected, report)
        report(f"fetched {len(expected)} files, checksums verified")
    return bundle


@contextmanager
def _only_one(root: Path, report: Report) -> Iterator[None]:
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("another run is fetching; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fill(root: Path, home: Path, expected: dict[str, str], report: Report) -> None:
    """Build the bundle beside its place and move it there in one step, so that nobody sees half of it."""
    with tempfile.TemporaryDirectory(prefix="fetching-", dir=root) as temporary:
        work = Path(temporary)
        jars = work / "bundle" / "jars"
        _copy_dependencies(work, jars)
        wrong = broken_files(jars, expected)
        if wrong:
            report(f"checksum differs: {wrong[0]}; fetching everything once more")
            shutil.rmtree(jars)
            # The user's own Maven repository may hold the broken file: this time an empty one.
            _copy_dependencies(work, jars, repository=work / "repository")
            wrong = broken_files(jars, expected)
        if wrong:
            raise BrokenDownload(
                f"{len(wrong)} fetched files do not match our checksums, first {wrong[0]}.",
                "Check what your Maven mirror (~/.m2/settings.xml) serves, then try again.",
            )
        _unpack_assets(jars, work / "bundle" / "assets")
        if home.exists():
            home.rename(work / "old")
        (work / "bundle").rename(home)


def _copy_dependencies(work: Path, target: Path, repository: Path | None = None) -> None:
    shutil.copy(POM, work / "pom.xml")
    command = [str(find_maven()), "-B", "-q", "-f", str(work / "pom.xml"), "dependency:copy-dependencies"]
    command.append(f"-DoutputDirectory={target}")
    if repository is not None:
        command.append(f"-Dmaven.repo.local={repository}")
    environment = os.environ | {"JAVA_HOME": str(find_java().resolve().parent.parent)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own command line
    if done.returncode != 0:
        told = [line for line in done.stdout.splitlines() if "ERROR" in line] or ["Maven failed."]
        raise Obstacle(
            f"Maven could not fetch the broker: {told[0].removeprefix('[ERROR] ')[:300]}",
            "Check the network or the mirror in ~/.m2/settings.xml, then try again.",
        )


def _unpack_assets(jars: Path, assets: Path) -> None:
    for jar in sorted(jars.glob("*.jar")):
        if not jar.name.startswith(ASSET_JARS):
            continue
        with zipfile.ZipFile(jar) as archive:
            for name in archive.namelist():
                if name.startswith(WEBJARS) and not name.endswith("/"):
                    target = assets / name.removeprefix(WEBJARS)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(archive.read(name))
