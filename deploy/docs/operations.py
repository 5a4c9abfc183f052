"""What an operator looks up, as tables: settings, topics, metrics, commands and error codes."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

import click

from backbone.metrics import catalogue
from backbone.settings import Settings
from deploy.command import liandong
from deploy.docs.tables import table
from schemas.errors import CATALOGUE
from schemas.topics import definitions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backbone.metrics import Definition

PACKAGES = ("backbone", "schemas", "producers", "processors", "projections", "deploy")


def errors(reaction: str) -> str:
    """Write the codes that lead to one reaction."""
    chosen = (entry for entry in CATALOGUE.values() if entry.reaction.value == reaction)
    rows = (
        (
            f"`{entry.code.value}`",
            str(entry.status),
            f"{entry.title_zh}。{entry.title_en}.",
            f"{entry.remedy_zh} {entry.remedy_en}",
        )
        for entry in chosen
    )
    return table(("code", "HTTP", "what is wrong", "remedy"), rows)


def topics() -> str:
    """Write the catalogue of topics."""
    rows = (
        (
            f"`{each.name}`",
            each.key,
            str(each.partitions_embedded),
            str(each.partitions_province),
            "for ever" if each.retention_ms < 0 else f"{each.retention_ms // 86_400_000} days",
            ", ".join(each.writers),
            ", ".join(each.readers),
            f"{each.doc_zh}{each.doc_en}",
        )
        for each in definitions()
    )
    return table(
        ("topic", "key", "embedded", "province", "kept", "written by", "read by", "what it is"), rows
    )


def settings() -> str:
    """Write every setting by the name of its environment variable."""
    rows = (
        (f"`{_variable(name)}`", _default(field.default), field.description or "")
        for name, field in Settings.model_fields.items()
    )
    return table(("variable", "default", "what it is"), rows)


def setting_names() -> set[str]:
    """Name every setting as an environment variable."""
    return {_variable(name) for name in Settings.model_fields}


def metrics() -> str:
    """Write every metric of every process."""
    rows = (
        (f"`{each.name}`", each.kind, ", ".join(f"`{label}`" for label in each.labels), each.doc)
        for each in all_metrics()
    )
    return table(("metric", "kind", "labels", "what it is"), rows)


def metric_names() -> set[str]:
    """Name every metric of every process."""
    return {each.name for each in all_metrics()}


def all_metrics() -> tuple[Definition, ...]:
    """Return every metric of every process.

    Imports every module of ours, since a metric is known once the module that counts it is imported.
    """
    for package in PACKAGES:
        for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not found.name.endswith(".__main__"):
                importlib.import_module(found.name)
    return catalogue()


def _variable(name: str) -> str:
    return f"{Settings.model_config['env_prefix']}{name}".upper()


def _default(value: object) -> str:
    if isinstance(value, tuple):
        value = ",".join(value)
    return "" if value in {None, ""} else f"`{value}`"


def commands() -> str:
    """Write every subcommand of `liandong` with its first sentence."""
    context = click.Context(liandong, info_name="liandong")
    return table(("command", "what it does"), _commands(liandong, context))


def _commands(group: click.Group, context: click.Context) -> Iterator[tuple[str, str]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            continue
        here = click.Context(command, info_name=name, parent=context)
        arguments = " ".join(
            each.make_metavar(here) for each in command.params if isinstance(each, click.Argument)
        )
        yield f"`{here.command_path} {arguments}`".replace(" `", "`"), command.get_short_help_str(200)
        if isinstance(command, click.Group):
            yield from _commands(command, here)
