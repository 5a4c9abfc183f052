"""What a file has against `pack.schema.json`, in words that say which rule, what is wrong, how to mend it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_REMEDIES = {
    "source": "Cite the law and article on which it rests: source: {law: …, article: …}.",
    "verified": "Say `verified: true` if the article's text was read, `verified: false` if not.",
    "stop": "Name the facts that stop the clock.",
    "breach": "Say who hears of a breach: breach: {to: [responsible]}.",
    "resume": "Name the facts that set the clock going again.",
    "day_kind": "Say which days count: WORKING, NATURAL_ROLL, NATURAL_HARD, CLOCK or SAME_DAY.",
}


class Words(NamedTuple):
    """What is wrong, and the remedy."""

    what: str
    remedy: str


def explain(error: ValidationError, content: Any) -> Words:
    """Put one error of the schema's validator into words; `content` is that of the file."""
    where = _where(error, content)
    see = f"See {'/'.join(map(str, error.schema_path))} in pack.schema.json."
    value, asked = _as_any(error.instance), _as_any(error.validator_value)
    match error.validator:
        case "required":
            missing = next(name for name in asked if name not in value)
            return Words(f"{where} has no `{missing}`.", _REMEDIES.get(missing, f"Add it. {see}"))
        case "dependentRequired":
            key, missing = next(
                (key, name)
                for key, names in asked.items()
                for name in names
                if key in value and name not in value
            )
            return Words(
                f"{where} has `{key}`, but no `{missing}`.", _REMEDIES.get(missing, f"Add it. {see}")
            )
        case "additionalProperties":
            return _unknown_key(error, where)
    return Words(f"{where}: {error.message}.", see)


def _unknown_key(error: ValidationError, where: str) -> Words:
    known = sorted(error.schema.get("properties", ()) if isinstance(error.schema, dict) else ())
    extra = next(name for name in _as_any(error.instance) if name not in known)
    close = get_close_matches(extra, known, n=1)
    remedy = f"Do you mean `{close[0]}`?" if close else f"There are: {', '.join(known)}."
    return Words(f"{where} has a key `{extra}` that packs do not know.", remedy)


def _where(error: ValidationError, content: Any) -> str:
    """Name the place by the rule that it lies in, and the keys within."""
    at, named, tail = content, "", list[str]()
    for part in error.absolute_path:
        at = at[part]
        tail.append(str(part))
        if isinstance(at, dict) and ("id" in at or "fact" in at):
            named, tail = str(at.get("id") or at["fact"]), []
    return ": ".join(part for part in (named, "/".join(tail)) if part) or "the file"


def _as_any(value: object) -> Any:
    return value
