"""Whether a stack is all ours: broker and database in its own directory, held by this user."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from deploy.embedded.obstacles import DirectoryRefused
from deploy.embedded.ports import LOOPBACK

if TYPE_CHECKING:
    from deploy.embedded.layout import Layout
    from deploy.embedded.state import StackState


def require_own(layout: Layout, state: StackState) -> None:
    """Raise DirectoryRefused unless the stack runs on a broker and a database of its own, as this user's."""
    if not state.data or state.kafka != f"{LOOPBACK}:{state.ports.kafka}":
        raise DirectoryRefused(
            f"The stack in {layout.root} uses a Kafka or a PostgreSQL that is not its own.",
            "Copy or remove its topics and its database there, with their own tools.",
        )
    if layout.state.stat().st_uid != os.geteuid():
        raise DirectoryRefused(f"The stack in {layout.root} belongs to another user.", "Do it as that user.")
