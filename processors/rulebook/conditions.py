"""Conditions of packs, in CEL: compiled and checked when a pack is loaded, asked of a fact and its matter.

A condition sees `fact` (the record, with `fact.meta`; encrypted fields are bytes, so one may ask only
whether they are there) and `matter` (id, state, resume, holder, originator, seq, hand_overs, lacking, tally).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from cel_expr_python import cel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processors.rulebook.source import Source

_TEXT_TO_ANYTHING = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
_ENVIRONMENT = cel.NewEnv(variables={"fact": _TEXT_TO_ANYTHING, "matter": _TEXT_TO_ANYTHING})


class ConditionFailed(Exception):
    """A condition of the rulebook gave no yes or no: mend the condition, then replay the matter."""


class View:
    """What conditions look at: one fact and its matter, made ready once and shared by all conditions."""

    __slots__ = ("_activation",)

    def __init__(self, fact: Mapping[str, Any], matter: Mapping[str, Any]) -> None:
        self._activation: Any = _ENVIRONMENT.Activation({"fact": fact, "matter": matter})

    def evaluate(self, expression: Any) -> Any:
        """Evaluate a compiled expression; gives CEL's value."""
        return expression.eval(self._activation)


class _Expression(Protocol):
    def eval(self, activation: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Condition:
    """One compiled condition, with its text."""

    text: str
    compiled: _Expression

    def holds(self, view: View) -> bool:
        """Say whether it holds; raises ConditionFailed if it cannot be said."""
        found = view.evaluate(self.compiled).value()
        if found is True or found is False:
            return bool(found)
        raise ConditionFailed(f"{self.text}: {found}")


def compile_condition(source: Source, path: Sequence[str | int], text: str) -> Condition:
    """Compile the condition that stands at a place of a pack; raises BrokenPack."""
    try:
        compiled = _ENVIRONMENT.compile(text)
    except RuntimeError as error:
        first = str(error).removeprefix("INVALID_ARGUMENT: ERROR: ").splitlines()[0]
        raise source.broken(
            path, f"the condition {text!r} is no CEL: {first}.", "Conditions may use `fact` and `matter`."
        ) from error
    if compiled.return_type() not in (cel.Type.BOOL, cel.Type.DYN):
        raise source.broken(
            path,
            f"the condition {text!r} gives {compiled.return_type()}.",
            "A condition gives true or false.",
        )
    return Condition(text, compiled)
