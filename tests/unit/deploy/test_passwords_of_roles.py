"""Over a network every role logs in with a password of its own, made once and kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from backbone.logins import read_passwords
from deploy.embedded.layout import Layout
from deploy.embedded.up import make_passwords
from schemas.agencies import AGENCIES

if TYPE_CHECKING:
    from pathlib import Path


def test_processes_analysts_and_every_agency_get_a_password_of_their_own(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    make_passwords(layout, "liandong")
    made = read_passwords(layout.passwords)
    processes = {f"liandong_{part}" for part in ("worker", "door", "projector", "api", "analyst")}
    assert made.keys() >= processes | {"liandong_a_310120_jd11"}
    assert len(made) == len(processes) + len(AGENCIES)
    assert len(set(made.values())) == len(made)
    assert layout.passwords.stat().st_mode & 0o777 == 0o600


def test_passwords_that_are_known_stay_when_a_role_is_added(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.passwords.write_text(json.dumps({"liandong_worker": "kept"}), encoding="utf-8")
    make_passwords(layout, "liandong")
    made = read_passwords(layout.passwords)
    assert made["liandong_worker"] == "kept"
    assert "liandong_analyst" in made
