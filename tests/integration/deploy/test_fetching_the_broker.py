from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from deploy.embedded import fetch
from deploy.embedded.obstacles import BrokenDownload

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache of our own that holds the bundle."""
    bundle = fetch.fetch(lambda _: None)
    shutil.copytree(bundle.jars.parent, tmp_path / bundle.jars.parent.name)
    return tmp_path


def test_the_console_finds_its_assets_unpacked(cache: Path) -> None:
    assets = fetch.fetch(lambda _: None, cache).assets
    for path in (
        "htmx.org/2.0.4/dist/htmx.min.js",
        "htmx-ext-sse/2.2.2/sse.js",
        "swagger-ui/5.34.1/swagger-ui-bundle.js",
    ):
        assert (assets / path).is_file()


def test_what_is_whole_is_not_fetched_again(cache: Path) -> None:
    told: list[str] = []
    fetch.fetch(told.append, cache)
    assert told == []


def test_a_broken_file_in_the_cache_is_fetched_again(cache: Path) -> None:
    broken = fetch.fetch(lambda _: None, cache).jars / "kafka-clients-4.3.1.jar"
    with broken.open("r+b") as file:
        file.write(b"no jar")
    assert fetch.cached(cache) is None
    told: list[str] = []
    fetch.fetch(told.append, cache)
    assert told[0] == "cached file broken: kafka-clients-4.3.1.jar; fetching again"
    assert fetch.cached(cache) is not None


def test_two_runs_at_once_do_not_collide(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "deploy.command", "fetch"]
    env = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    runs = [subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [run.communicate(timeout=200)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert sum("fetched 49 files, checksums verified" in text for text in told) == 1
    assert fetch.cached(tmp_path / "liandong") is not None
    assert [path.name for path in (tmp_path / "liandong").glob("fetching-*")] == []


def test_what_differs_twice_is_an_error_that_says_where_to_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checksums = tmp_path / "checksums.txt"
    lines = fetch.CHECKSUMS.read_text().splitlines(keepends=True)
    checksums.write_text(
        "".join(f"{'0' * 64}  {line[66:]}" if "jspecify" in line else line for line in lines)
    )
    monkeypatch.setattr(fetch, "CHECKSUMS", checksums)
    told: list[str] = []
    with pytest.raises(BrokenDownload, match=r"1 fetched files .* first jspecify-1\.0\.0\.jar\. Check what"):
        fetch.fetch(told.append, tmp_path)
    assert told[-1] == "checksum differs: jspecify-1.0.0.jar; fetching everything once more"
    assert not any(path.name.startswith("bundle-") for path in tmp_path.iterdir())
