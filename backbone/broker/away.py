"""The one error of a broker that is not there."""

from __future__ import annotations

from typing import Self

from backbone.remedy import remedy

__all__ = ["BrokerAway"]


class BrokerAway(ConnectionError):
    """Kafka does not answer: see that it runs, and that `LIANDONG_KAFKA` is right."""

    @classmethod
    def at(cls, bootstrap: str, error: BaseException) -> Self:
        """Say which broker did not answer what."""
        return cls(f"{bootstrap}: {error or type(error).__name__}. {remedy(cls)}")
