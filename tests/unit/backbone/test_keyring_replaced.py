from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

import pytest

from backbone import keyring

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "keys.json"
    keyring.create(found)
    return found


def test_a_new_wrapping_key_is_in_use_and_the_others_still_open_what_they_wrapped(path: Path) -> None:
    ring = keyring.load(path)
    grown = keyring.with_new_wrapping(ring)
    assert grown.wrapping[1:] == ring.wrapping
    assert grown.wrapping[0].secret != ring.wrapping[0].secret
    assert (grown.stamps, grown.lookup) == (ring.stamps, ring.lookup)


def test_no_name_is_given_twice(path: Path) -> None:
    """Also not to a ring that was restored: the database knows the names of those that were destroyed."""
    ring = keyring.load(path)
    assert len({keyring.with_new_wrapping(ring).wrapping[0].name for _ in range(20)}) == 20


def test_a_ring_keeps_one_wrapping_key(path: Path) -> None:
    ring = keyring.load(path)
    with pytest.raises(ValueError, match="keeps one"):
        keyring.without_wrapping(ring, ["wrapping-1"])


def test_a_replaced_file_holds_the_new_ring_for_its_owner_alone(path: Path) -> None:
    ring = keyring.load(path)
    grown = keyring.with_new_wrapping(ring)
    keyring.replace(path, keyring.without_wrapping(grown, ["wrapping-1"]))
    assert keyring.load(path).wrapping == grown.wrapping[:1]
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["keys.json"]


def test_the_bytes_of_the_former_file_are_overwritten(path: Path) -> None:
    ring = keyring.load(path)
    secret = base64.b64encode(ring.wrapping[0].secret)
    former = os.open(path, os.O_RDONLY)
    try:
        keyring.replace(
            path, keyring.without_wrapping(keyring.with_new_wrapping(ring), [ring.wrapping[0].name])
        )
        left = os.read(former, 100_000)
    finally:
        os.close(former)
    assert left
    assert secret not in left


def test_who_follows_the_file_has_the_ring_as_it_is_now(path: Path) -> None:
    follow = keyring.RingFile(path)
    before = follow()
    assert follow() is before
    keyring.replace(path, keyring.with_new_wrapping(before))
    assert len(follow().wrapping) == 2


def test_a_file_that_is_no_ring_is_called_so(path: Path) -> None:
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(keyring.BadKeyRing):
        keyring.RingFile(path)()
