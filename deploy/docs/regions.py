"""Marked regions of a document, and the code that fills each of them.

A region stands between `<!-- begin: NAME -->` and `<!-- end -->`; what is between them is written here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from deploy.docs import contracts, operations, procedures, rules, trace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REGION: Final = re.compile(r"(<!-- begin: ([a-z ]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)

REGIONS: Final[Mapping[str, Callable[[], str]]] = {
    "use": contracts.use,
    "facts": contracts.facts,
    "feed records": contracts.feed_records,
    "shared records": contracts.shared_records,
    "enums": contracts.enums,
    "errors request": lambda: operations.errors("request"),
    "errors refused": lambda: operations.errors("refused"),
    "errors held": lambda: operations.errors("held"),
    "errors deadletter": lambda: operations.errors("deadletter"),
    "errors ours": lambda: operations.errors("ours"),
    "settings": operations.settings,
    "topics": operations.topics,
    "metrics": operations.metrics,
    "commands": operations.commands,
    "rulebook packs": lambda: rules.packs(procedures.rulebook().packs),
    "rulebook procedures": procedures.procedures,
    "rulebook routing": rules.routing,
    "rulebook deadlines": rules.deadlines,
    "rulebook effects": rules.effects,
    "rulebook clauses": trace.in_scope,
    "rulebook numbers": trace.by_rule,
    "rulebook scope": trace.out_of_scope,
    "rulebook unread": trace.unread,
}


class BrokenDocument(Exception):
    """A document names a region that nobody fills: mend the name in its `begin` comment."""


def render(text: str) -> str:
    """Fill every region of a document again; raises BrokenDocument for an unknown region."""
    return REGION.sub(_fill, text)


def _fill(region: re.Match[str]) -> str:
    begin, name, _, end = region.groups()
    if name not in REGIONS:
        raise BrokenDocument(f"no region is called {name!r}; there are {', '.join(sorted(REGIONS))}")
    return f"{begin}\n{REGIONS[name]().strip()}\n\n{end}"
