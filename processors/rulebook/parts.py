"""What every kind of rule has: texts, citations, validity, names that point at contracts, codes and desks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.rulebook.shapes import ALWAYS, Both, Citation, Validity
from schemas.codec import CODEC
from schemas.days import DayKind, Limit, Unit
from schemas.errors import Code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processors.rulebook.source import Place, Source


def both(text: Mapping[str, str]) -> Both:
    """Give a text in its two languages."""
    return Both(text["zh"], text["en"])


def citation(source: Mapping[str, str], *, verified: bool) -> Citation:
    """Give a citation as a `LawRef`."""
    return {
        "law": source["law"],
        "article": source["article"],
        "quote": source.get("quote"),
        "verified": verified,
    }


def cited(law: Citation) -> str:
    """Give a citation as one line: law and article."""
    return f"{law['law']} {law['article']}"


def validity(content: Mapping[str, Any]) -> Validity:
    """Give the days between which a rule holds; without any it always does."""
    if "valid_from" not in content and "valid_to" not in content:
        return ALWAYS
    return Validity(content.get("valid_from", ""), content.get("valid_to", ""))


def clauses(content: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the clauses that a rule serves."""
    return tuple(content.get("clauses", ()))


def fact(source: Source, path: Place, name: str) -> str:
    """Pass the name of a contract; raises BrokenPack for any other."""
    if name not in CODEC.names:
        raise source.broken(path, f"there is no fact {name!r}.", "Use a record name of the contracts.")
    return name


def code(source: Source, path: Place, name: str) -> Code:
    """Pass a code of the catalogue of errors; raises BrokenPack for any other."""
    try:
        return Code(name)
    except ValueError:
        raise source.broken(
            path, f"there is no code {name!r}.", "Use a code of the catalogue of errors."
        ) from None


def limit(source: Source, path: Place, content: Mapping[str, Any]) -> Limit:
    """Build a length of time; raises BrokenPack for one that cannot be."""
    try:
        return Limit(content["n"], Unit(content["unit"]), DayKind(content["day_kind"]))
    except ValueError as error:
        raise source.broken(path, f"{error}.", "Let unit and day_kind go together.") from error


DESK = "desk:"
"""Before the name of a desk in whom a clock tells: which agency it is, the packs of the region say."""


def tell(items: Sequence[Any]) -> tuple[str, ...]:
    """Name whom a clock tells: parties, and desks of whatever region the matter is in."""
    return tuple(item if isinstance(item, str) else DESK + item["desk"] for item in items)


def desk(source: Source, path: Place, name: str, desks: Mapping[str, str]) -> str:
    """Give the agency that is a desk of the pack; raises BrokenPack if there is none of that name."""
    if name not in desks:
        raise source.broken(path, f"there is no desk {name!r}.", "List it under `desks` in pack.yaml.")
    return desks[name]
