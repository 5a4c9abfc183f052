from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from deploy.embedded import java, ports
from deploy.embedded.fetch import broken_files, read_checksums
from deploy.embedded.obstacles import MissingTool, PortTaken
from deploy.embedded.state import is_alive, start_time

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("told", "major"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "25" 2025-09-16', 25),
        ('java version "1.8.0_392"', 8),
        ("bash: java: command not found", None),
    ],
)
def test_the_major_version_is_read_from_what_java_prints(told: str, major: int | None) -> None:
    assert java.parse_version(told) == major


def test_java_is_found_although_java_home_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert (java.version_of(java.find_java()) or 0) >= 17


def test_an_older_java_on_the_path_does_not_hide_a_newer_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old, new = _fake_java(tmp_path / "old", "11.0.2"), _fake_java(tmp_path / "jvm" / "new", "21.0.1")
    monkeypatch.setenv("JAVA_HOME", str(old.parent.parent))
    monkeypatch.setenv("PATH", str(old.parent))
    monkeypatch.setattr(java, "_ROOTS", (tmp_path / "jvm",))
    assert java.find_java() == new


def test_an_old_java_alone_is_named_with_the_command_that_installs_a_newer_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(_fake_java(tmp_path, "11.0.2").parent.parent))
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(java, "_ROOTS", ())
    with pytest.raises(MissingTool, match=r"Java 11 is too old .*apt-get install"):
        java.find_java()


def test_missing_maven_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingTool, match=r"Maven is missing. .*apt-get install -y maven"):
        java.find_maven()


def test_every_jar_has_a_checksum_of_256_bits() -> None:
    checksums = read_checksums()
    assert {
        "kafka_2.13-4.3.1.jar",
        "htmx.org-2.0.4.jar",
        "htmx-ext-sse-2.2.2.jar",
        "swagger-ui-5.34.1.jar",
    } <= (checksums.keys())
    assert all(len(bytes.fromhex(digest)) == 32 for digest in checksums.values())


def test_a_file_that_is_missing_added_or_different_is_broken(tmp_path: Path) -> None:
    (tmp_path / "good.jar").write_bytes(b"abc")
    (tmp_path / "different.jar").write_bytes(b"abd")
    (tmp_path / "added.jar").write_bytes(b"")
    of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, appendix B.1
    expected = dict.fromkeys(("good.jar", "different.jar", "missing.jar"), of_abc)
    assert broken_files(tmp_path, expected) == ["added.jar", "different.jar", "missing.jar"]


def test_a_taken_port_names_who_holds_it_and_how_to_choose_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(
            PortTaken, match=rf"Port {port} \(console\) is taken by .*{os.getpid()}.*--port-base"
        ):
            ports.require_free("console", port)


def test_a_free_port_lies_outside_the_range_of_outgoing_connections() -> None:
    assert 20_000 <= ports.free_port() < 32_000


def test_a_pid_of_another_start_is_not_the_same_process() -> None:
    started = start_time(os.getpid())
    assert started is not None
    assert is_alive(os.getpid(), started)
    assert not is_alive(os.getpid(), started - 60)
    assert not is_alive(None, None)


def test_a_zombie_is_not_alive() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    started = start_time(child.pid)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not is_alive(child.pid, started)
    child.wait()


def _fake_java(home: Path, version: str) -> Path:
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    program.chmod(0o755)
    return program
