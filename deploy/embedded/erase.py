"""Removing a stack for good."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.embedded.postgres import SHARED, remove_socket_directory

if TYPE_CHECKING:
    from deploy.embedded.layout import Layout
    from deploy.embedded.state import StackState


def erase_stack(layout: Layout, state: StackState) -> None:
    """Remove what a stopped stack keeps: its log, its database, its keys, its logs; foreign files stay.

    Without the keys, personal data in any copy of its log cannot be read by anyone again.
    """
    for path in (layout.kafka, layout.root / "postgres", layout.logs, layout.root / "faust"):
        shutil.rmtree(path, ignore_errors=True)
    if state.data and Path(state.data).is_relative_to(SHARED):
        shutil.rmtree(Path(state.data).parent, ignore_errors=True)
    if state.socket:
        remove_socket_directory(Path(state.socket))
    for path in (layout.keys, layout.tokens, layout.passwords, layout.state, layout.root / "lock"):
        path.unlink(missing_ok=True)
    if not any(layout.root.iterdir()):
        layout.root.rmdir()
