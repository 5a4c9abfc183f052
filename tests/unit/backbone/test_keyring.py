from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from backbone import keyring
from backbone.keyring import BadKeyRing
from schemas.envelope import Envelope, Kind, open_envelope, stamp

if TYPE_CHECKING:
    from pathlib import Path


def test_a_ring_that_was_written_is_read_back(tmp_path: Path) -> None:
    made = keyring.create(tmp_path / "keys.json")
    assert keyring.load(tmp_path / "keys.json") == made


def test_only_its_owner_can_read_a_ring(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    keyring.create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(BadKeyRing, match="chmod 600"):
        keyring.load(path)


def test_a_ring_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    first = keyring.create(path)
    with pytest.raises(FileExistsError):
        keyring.create(path)
    assert keyring.load_or_create(path) == first
    assert [entry.name for entry in tmp_path.iterdir()] == ["keys.json"]


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"version": 2}', '{"version": 1, "stamps": [], "wrapping": [], "lookup": ""}'],
)
def test_what_is_no_ring_is_called_so(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(BadKeyRing, match="no key ring"):
        keyring.load(path)


def test_a_ring_does_not_print_its_secrets(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    ring = keyring.create(path)
    written = json.loads(path.read_text())
    secrets = [written["lookup"], *(key["secret"] for key in [*written["stamps"], *written["wrapping"]])]
    assert len(secrets) == 4
    shown = repr(ring) + repr(ring.door) + repr(ring.wrapping[0])
    assert repr(ring.lookup)[2:-1] not in shown
    assert all(repr(key.secret)[2:-1] not in shown for key in ring.stamps.values())


def test_a_door_stamps_facts_and_the_backbone_the_rest() -> None:
    ring = keyring.generate()
    fact = Envelope(Kind.FACT, b"XS-1", b"value", "310120-ZG04", "XS-1", "e-1")
    tick = Envelope(Kind.TICK, b"tick", b"value", "000000-PT01", "", "", partition=3)
    for envelope, key in ((fact, ring.door), (tick, ring.backbone)):
        headers = stamp(envelope, "inbound", key)
        opened = open_envelope(envelope.key, envelope.value, headers, "inbound", 3, ring.stamps)
        assert opened == envelope


def test_a_retired_key_is_kept_but_not_used() -> None:
    ring = keyring.generate()
    old = ring.stamps["door-1"]
    retired = type(old)(old.name, old.secret, old.use, old.agencies, retired=True)
    new = type(old)("door-2", b"2" * 32, "door", old.agencies)
    changed = keyring.KeyRing({**ring.stamps, "door-1": retired, "door-2": new}, ring.wrapping, ring.lookup)
    assert changed.door.name == "door-2"
    assert "door-1" in changed.stamps
