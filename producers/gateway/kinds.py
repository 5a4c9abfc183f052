"""Which facts an agency may state at a door, and about which matters: as the contracts say, nothing else."""

from __future__ import annotations

from schemas.contracts import OPENING as MAY_OPEN
from schemas.contracts import REFERENCES, contracts
from schemas.contracts import STATABLE as MAY_STATE
from schemas.facts import FACTS
from schemas.identifiers import MatterKind, reference_matter

STATABLE = tuple(sorted(MAY_STATE))
"""Facts that an agency may send, as far as a door can tell."""

PLATFORM_ONLY = frozenset(FACTS) - MAY_STATE
"""Facts that the platform states by itself."""

KINDS = {name: tuple(map(MatterKind, contracts()[name].about)) for name in STATABLE}
"""The kinds of matter that each fact is about."""

FIXED = {name: reference_matter(REFERENCES[name]) for name in STATABLE if name in REFERENCES}
"""Facts about reference data, and the one matter that each kind of it has: the door fills it in."""

OPENING = {name: KINDS[name][0] for name in STATABLE if name in MAY_OPEN and name not in FIXED}
"""Facts that open a matter, and its kind: the door numbers the matter if the sender does not."""
