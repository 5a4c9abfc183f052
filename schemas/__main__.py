"""`python -m schemas check | show NAME | generate | release`: the contracts from the command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from schemas import generate as generator
from schemas.compatibility import check as find_problems
from schemas.contracts import BrokenContract, Contract, contracts, not_null
from schemas.released import SCHEMAS, read_releases, release_package

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.group()
def main() -> None:
    """Check, show and release the contracts of the facts."""


@main.command()
def check() -> None:
    """Fail, with a sentence for each reason, if the contracts may not stay as they are."""
    try:
        problems = [str(p) for p in find_problems(contracts(), read_releases(SCHEMAS))]
    except BrokenContract as error:
        problems = [str(error)]
    problems += [f"schemas/facts/{name} is stale: run `python -m schemas generate`" for name in _stale()]
    for problem in problems:
        click.echo(f"✘ {problem}", err=True)
    if problems:
        sys.exit(1)
    click.echo(f"✔ {len(contracts().on_the_wire())} records, FULL_TRANSITIVE with every version released")


def _stale() -> Iterator[str]:
    for name, text in generator.generate(contracts()).items():
        path = SCHEMAS / "facts" / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield name


@main.command()
def generate() -> None:
    """Write the typed classes of schemas/facts from the contracts."""
    written = generator.write()
    click.echo("\n".join(f"✔ {path.name}" for path in written) or "✔ nothing has changed")


@main.command()
def release() -> None:
    """Give an id to each record that is new or changed, if the change is allowed."""
    waiting = "`python -m schemas release`"
    problems = [p for p in find_problems(contracts(), read_releases(SCHEMAS)) if waiting not in p.sentence]
    for problem in problems:
        click.echo(f"✘ {problem}", err=True)
    if problems:
        sys.exit(1)
    for new in release_package():
        click.echo(f"✔ {new.name} version {new.version}, id {new.id}")


@main.command()
@click.argument("name", required=False)
def show(name: str | None) -> None:
    """Show one contract, or the names of all of them."""
    if name is None:
        for contract in contracts():
            click.echo(f"{contract.context:<9} {contract.name:<26} {contract.schema['doc']}")
        return
    if name not in contracts():
        raise click.UsageError(f"没有契约 {name}。No contract is named {name}; `show` alone lists them.")
    click.echo("\n".join(_pretty(contracts()[name])))


def _pretty(contract: Contract) -> Iterator[str]:
    yield f"{contract.full_name}  {contract.schema['doc']}"
    for version in read_releases(SCHEMAS).get(contract.name, ()):
        yield f"  version {version.version}  id {version.id}  {version.fingerprint}"
    yield from _fields(contract.schema, "  ")


def _fields(schema: Any, indent: str) -> Iterator[str]:
    for field in schema.get("fields", ()):
        yield f"{indent}{field['name']:<26} {_type(field):<34} {field['doc']}"
    if schema["type"] == "enum":
        yield from (f"{indent}{symbol:<26} {schema['zh'][symbol]}" for symbol in schema["symbols"])


def _type(field: dict[str, Any]) -> str:
    optional = "?" if isinstance(field["type"], list) else ""
    inner = not_null(field["type"])
    many = isinstance(inner, dict) and inner["type"] == "array"
    if many:
        inner = inner["items"]
    word = inner.rpartition(".")[2] if isinstance(inner, str) else inner.get("name", inner.get("logicalType"))
    bounds = [f"{k}={field[k]}" for k in ("personal", "min", "max", "itemMax", "format") if k in field]
    return " ".join([f"{word}{'[]' if many else ''}{optional}", *bounds])


if __name__ == "__main__":
    main()
