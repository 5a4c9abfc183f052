"""What an expression sees where one stands in it, and the mistake that is found there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from processors.rulebook.expressions.known import NOTHING
from processors.rulebook.expressions.syntax import Call, Name, Select

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.rulebook.expressions.syntax import Node
    from processors.rulebook.expressions.values import Value


class Mistaken(Exception):
    """An expression makes no sense at one place. The message says what is wrong, `remedy` how to mend it."""

    def __init__(self, at: int, message: str, remedy: str) -> None:
        super().__init__(message)
        self.at = at
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Scope:
    """What a part of an expression sees: variables with their types, and what was asked before it.

    `elsewhere` are the fields that some of the facts that the rule is for have, and some have not.
    """

    variables: Mapping[str, Value]
    known: frozenset[str] = NOTHING
    elsewhere: frozenset[str] = NOTHING

    def knowing(self, more: frozenset[str]) -> Scope:
        """Give the scope of what is read only after an answer."""
        return replace(self, known=self.known | more)

    def binding(self, variables: Mapping[str, Value]) -> Scope:
        """Give the scope within a macro; what was known of another variable of that name is forgotten."""
        kept = frozenset(k for k in self.known if k.partition(".")[0].partition("[")[0] not in variables)
        return replace(self, variables={**self.variables, **variables}, known=kept)


def constant(node: Node, scope: Scope) -> bool | None:
    """Give the answer that is known for this fact alone: it has not the field that is asked for."""
    if isinstance(node, Select) and node.asks:
        fields = scope.variables["fact"].fields or {}
        of_fact = isinstance(node.operand, Name) and node.operand.name == "fact"
        return node.field in fields if of_fact and node.field in scope.elsewhere else None
    if isinstance(node, Call) and node.function == "!_":
        inner = constant(node.arguments[0], scope)
        return None if inner is None else not inner
    if isinstance(node, Call) and node.function in {"_&&_", "_||_"}:
        answers = [constant(part, scope) for part in node.arguments]
        deciding = node.function == "_||_"
        if deciding in answers:
            return deciding
        return None if None in answers else not deciding
    return None
