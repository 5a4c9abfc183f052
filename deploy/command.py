"""The command `liandong`: everything a person does with a stack on one machine."""

from __future__ import annotations

import sys

import click

from deploy.commands import groups
from deploy.embedded.obstacles import Obstacle

_FAILED = 1


class _Liandong(click.Group):
    """Loads a subcommand only when it is used: `liandong status` need not import a broker's client."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the subcommands in the order in which a newcomer meets them."""
        del ctx
        return groups.present()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one subcommand."""
        del ctx
        return groups.load(cmd_name)


@click.group(
    cls=_Liandong, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="liandong")
def liandong() -> None:
    """Liandong 联动: agencies state facts; the backbone admits, routes, times and keeps them."""


def main() -> None:
    """Run the command; an obstacle is told in one line, with its remedy."""
    try:
        liandong()
    except Obstacle as obstacle:
        click.echo(f"✘ {obstacle}", err=True)
        sys.exit(_FAILED)


if __name__ == "__main__":
    main()
