"""`liandong fetch`: what `up` would fetch, ahead of time (for a machine that will have no network)."""

from __future__ import annotations

import click

from deploy.embedded.fetch import fetch as fetch_bundle


@click.command()
def fetch() -> None:
    """Fetch Apache Kafka and the console's assets into the cache, and verify their checksums."""
    bundle = fetch_bundle(lambda line: click.echo(f"  {line}"))
    click.echo(f"  {bundle.jars.parent}")
