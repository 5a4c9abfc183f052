"""An edition 版本 as a directory: the packs as they are, and the fact that brings it into force."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from deploy.embedded.obstacles import Obstacle
from processors.rulebook.library import EDITION, load_edition
from processors.rulebook.loading import files_of
from schemas.agencies import AGENCIES
from schemas.identifiers import reference_matter

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.rulebook.checking import Meant

JUSTICE = "justice"
"""The standing of who may publish an edition."""
FACT = "RuleVersionPublished"


class NotExported(Obstacle):
    """The directory cannot take an edition."""


class NotToPublish(Obstacle):
    """The agency may not bring an edition into force."""


def export(packs: Meant, directory: Path) -> str:
    """Copy packs into a new directory as an edition; gives its hash. Raises NotExported, BrokenPack."""
    if directory.exists() and any(directory.iterdir()):
        raise NotExported(f"{directory} is not empty.", "Name a new directory: an edition never changes.")
    for name in packs.names:
        for file, _ in files_of(packs.root / name):
            target = directory / name / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(packs.root / name / file, target)
    (directory / EDITION).write_text(f"packs: [{', '.join(packs.names)}]\n", encoding="utf-8")
    return load_edition(directory).hash


def fact_to_publish(hash_: str, agency: str, label: str, approval: str) -> dict[str, Any]:
    """Write the fact that brings an edition into force, ready for `liandong publish`. Raises NotToPublish."""
    known = AGENCIES.get(agency)
    if known is None or JUSTICE not in known.standing:
        may = ", ".join(f"{each.code} {each.name_zh}" for each in AGENCIES.with_standing(JUSTICE))
        raise NotToPublish(f"{agency} may not publish an edition.", f"Who may: {may}.")
    return {
        "type": FACT,
        "matter": reference_matter("RULEBOOK"),
        "region": known.region,
        "data": {
            "rulebook": hash_,
            "label": label,
            "approved_by": {
                "doc_no": approval,
                "doc_type": "OFFICIAL_DOCUMENT",
                "issuer": known.name_zh,
                "signed": True,
            },
        },
    }
