"""Settings.

Every process is configured by environment variables that begin with `LIANDONG_`, and by these alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

__all__ = ["Settings"]

Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """What a process must know of its surroundings. `LIANDONG_KAFKA` is `kafka`, and so on.

    Raises pydantic.ValidationError, which names every wrong variable at once.
    """

    model_config = SettingsConfigDict(env_prefix="LIANDONG_", extra="ignore", frozen=True)

    stack: str = Field(
        default="liandong",
        pattern=r"^[a-z][a-z0-9_]{0,30}$",
        description="Name of the stack: its database roles begin with it.",
    )
    kafka: str = Field(default="127.0.0.1:9092", description="Bootstrap servers of Kafka, comma-separated.")
    database: str = Field(
        default="postgresql:///liandong",
        description="DSN of PostgreSQL, with the login role of this process.",
        repr=False,
    )
    keys: Path = Field(default=Path(".liandong/keys.json"), description="File of the key ring (mode 0600).")
    passwords: Path = Field(
        default=Path(".liandong/passwords.json"),
        description="File of the roles' passwords (mode 0600), with which the console logs in as whoever asks"
        " in SQL; absent where the database asks for none.",
    )
    data: Path = Field(default=Path(".liandong"), description="Directory in which a process may keep files.")
    packs: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("national", "delta", "fengxian"),
        description="Rulebook packs in force, comma-separated, general first.",
    )
    editions: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(),
        description="Directories with further rulebook editions that a worker carries, comma-separated.",
    )
    worker_slot: str = Field(
        default="",
        description="A worker's place among its peers (static membership); empty for a single worker.",
    )
    gateway_host: str = Field(default="127.0.0.1", description="Address on which the gateway listens.")
    gateway_port: Port = Field(default=8081, description="Port of the gateway.")
    gateway_rate: float = Field(
        default=1000.0,
        ge=0,
        description="Facts a second that each agency may state at one gateway, ten seconds' worth at once; "
        "0 for no limit.",
    )
    console_host: str = Field(
        default="127.0.0.1", description="Address on which console and query API listen."
    )
    console_port: Port = Field(default=8080, description="Port of console and query API.")
    health_host: str = Field(
        default="127.0.0.1",
        description="Address on which worker, projector and feed writers answer about their health.",
    )
    worker_port: Port = Field(default=8082, description="Port of the worker's health and metrics.")
    projector_port: Port = Field(default=8083, description="Port of the projector's health and metrics.")
    feeds_port: Port = Field(default=8084, description="Port of the feed writers' health and metrics.")
    assets: Path | None = Field(default=None, description="Directory of the console's fetched web assets.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level of what is logged."
    )
    patience: float = Field(
        default=30.0,
        gt=0,
        description="Seconds without progress, with work to do, after which a process ends itself.",
    )
    grace: float = Field(
        default=20.0,
        gt=0,
        description="Seconds that a process has to finish what it has in hand when stopped.",
    )

    @field_validator("packs", "editions", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    def health_address(self, process: str) -> tuple[str, int] | None:
        """Return where a process answers about its health; None for one that is an HTTP server already."""
        ports = {"worker": self.worker_port, "projector": self.projector_port, "feeds": self.feeds_port}
        return (self.health_host, ports[process]) if process in ports else None
