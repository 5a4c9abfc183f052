"""One engine for everything that is folded from the ledger: rows and position in ONE database transaction."""

from backbone.fold.engine import (
    Fold,
    LedgerGap,
    Overtaken,
    Position,
    fold_batch,
    read_position,
    read_positions,
)
from backbone.fold.folder import Folder, LedgerReplaced, Progress

__all__ = [
    "Fold",
    "Folder",
    "LedgerGap",
    "LedgerReplaced",
    "Overtaken",
    "Position",
    "Progress",
    "fold_batch",
    "read_position",
    "read_positions",
]
