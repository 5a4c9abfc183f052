from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from deploy.embedded import kafka, layout, postgres
from deploy.embedded.fetch import Bundle
from deploy.embedded.layout import Layout, write_private
from deploy.embedded.obstacles import DirectoryRefused, DiskFull
from deploy.embedded.plan import Wishes, make_plan
from deploy.embedded.roles import agency_role, role_dsn, role_name
from deploy.embedded.rotation import last_line, rotate
from deploy.embedded.state import Ports, StackState, read_state, write_state

if TYPE_CHECKING:
    from pathlib import Path


def _state(*, mode: str = "real", ephemeral: bool = False) -> StackState:
    return StackState(stack="liandong", mode=mode, ephemeral=ephemeral, ports=Ports())  # type: ignore[arg-type]


@pytest.fixture
def existing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANDONG_KAFKA", "kafka.example:9092")
    monkeypatch.setenv("LIANDONG_DATABASE", "postgresql://owner:secret@db.example:5432/city")


def test_a_directory_is_held_by_one_supervisor_alone(tmp_path: Path) -> None:
    with (
        Layout(tmp_path).held(),
        pytest.raises(DirectoryRefused, match=r"already running .*liandong down"),
        Layout(tmp_path).held(),
    ):
        pass
    with Layout(tmp_path).held():
        pass


def test_a_path_that_cannot_be_a_directory_is_refused_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DirectoryRefused, match=r"cannot be written.*--dir"):
        Layout(tmp_path / "file" / "stack").prepare()


def test_a_full_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "NEEDED_BYTES", 2**62)
    with pytest.raises(DiskFull, match=r"MB are free"):
        Layout(tmp_path).prepare()


def test_secrets_are_written_for_us_alone(tmp_path: Path) -> None:
    write_private(tmp_path / "keys.json", "{}")
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600


def test_the_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_state(tmp_path / "stack.json", _state())
    assert read_state(tmp_path / "stack.json") == _state()
    assert read_state(tmp_path / "nothing.json") is None


@pytest.mark.usefixtures("existing")
def test_a_stack_that_was_born_real_does_not_become_simulated(tmp_path: Path) -> None:
    write_state(tmp_path / "stack.json", _state())
    with pytest.raises(DirectoryRefused, match=r"born real"):
        make_plan(Wishes(simulated=True), Layout(tmp_path))


@pytest.mark.usefixtures("existing")
def test_a_stack_that_was_born_simulated_stays_so_without_being_told(tmp_path: Path) -> None:
    write_state(tmp_path / "stack.json", _state(mode="simulated"))
    assert make_plan(Wishes(), Layout(tmp_path)).mode == "simulated"


@pytest.mark.usefixtures("existing")
def test_a_stack_that_keeps_its_data_is_not_started_as_ephemeral(tmp_path: Path) -> None:
    write_state(tmp_path / "stack.json", _state())
    with pytest.raises(DirectoryRefused, match=r"born to keep its data"):
        make_plan(Wishes(ephemeral=True), Layout(tmp_path))


@pytest.mark.usefixtures("existing")
def test_an_existing_kafka_and_postgresql_are_used_by_settings_alone(tmp_path: Path) -> None:
    plan = make_plan(Wishes(), Layout(tmp_path))
    assert (plan.broker, plan.database) == (None, None)
    assert plan.kafka == "kafka.example:9092"
    assert plan.admin == "postgresql://owner:secret@db.example:5432/city"


@pytest.mark.usefixtures("existing")
def test_a_port_base_gives_six_ports_in_a_row(tmp_path: Path) -> None:
    ports = make_plan(Wishes(port_base=18080), Layout(tmp_path)).ports
    assert ports == Ports(18080, 18081, 18082, 18083, 18084, 18085, 18086)


def test_data_of_another_postgresql_is_refused(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("17\n")
    with pytest.raises(DirectoryRefused, match=r"PostgreSQL 17, this is 18"):
        postgres.prepare(postgres.PostgresNode(tmp_path, tmp_path))


def test_data_of_another_kafka_is_refused(tmp_path: Path) -> None:
    (tmp_path / "VERSION").write_text("3.9.0\n")
    with pytest.raises(DirectoryRefused, match=r"Kafka 3\.9\.0, this is 4\.3\.1"):
        kafka.prepare(kafka.KafkaNode(tmp_path, 1, 2), Bundle(tmp_path, tmp_path))


def test_the_broker_never_forgets_a_position_or_a_writer() -> None:
    from pathlib import Path  # noqa: PLC0415 - only here at run time

    settings = kafka.settings(kafka.KafkaNode(Path("/nowhere"), 1, 2))
    assert settings["offsets.retention.minutes"] == settings["transactional.id.expiration.ms"] == "2147483647"
    assert settings["auto.create.topics.enable"] == "false"
    assert settings["listeners"] == "PLAINTEXT://127.0.0.1:1,CONTROLLER://127.0.0.1:2"


def test_every_process_connects_as_its_own_role() -> None:
    assert role_name("liandong", "worker") == "liandong_worker"
    assert agency_role("liandong", "310120-JD11") == "liandong_a_310120_jd11"
    embedded = "postgresql://postgres@/liandong?host=/tmp/liandong-x"
    assert (
        role_dsn(embedded, "liandong_api", {}) == "postgresql://liandong_api@/liandong?host=/tmp/liandong-x"
    )
    external = "postgresql://owner:secret@db:5432/city?sslmode=require&user=x"
    assert role_dsn(external, "a", {"a": "p/q"}) == "postgresql://a:p%2Fq@db:5432/city?sslmode=require"


def test_the_socket_lies_in_a_new_folder_that_only_its_owner_enters() -> None:
    path = postgres.socket_directory()
    try:
        assert path.stat().st_mode & 0o777 == 0o700
        assert path.stat().st_uid == (65534 if os.geteuid() == 0 else os.geteuid())
    finally:
        postgres.remove_socket_directory(path)
    assert not path.exists()


def test_no_other_folder_is_removed_as_if_it_were_a_socket_folder(tmp_path: Path) -> None:
    postgres.remove_socket_directory(tmp_path)
    assert tmp_path.exists()


def test_a_log_that_grew_too_large_is_moved_on_and_written_further(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    with log.open("ab") as writer:
        for number in range(5):
            writer.write(f"line {number}\n".encode())
            writer.flush()
            assert rotate(log, largest=1, kept=3)
        writer.write(b"the last\n\n")
    assert last_line(log) == "the last"
    kept = [(tmp_path / f"kafka.log.{number}").read_text() for number in (1, 2, 3)]
    assert kept == ["line 4\n", "line 3\n", "line 2\n"]
    assert not (tmp_path / "kafka.log.4").exists()
