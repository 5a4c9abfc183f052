from __future__ import annotations

import asyncpg
import pytest

from backbone.database import goes_away


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        TimeoutError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress"),
        asyncpg.DeadlockDetectedError(),
        asyncpg.SerializationError(),
        asyncpg.ConnectionDoesNotExistError(),
        asyncpg.CannotConnectNowError(),
        asyncpg.AdminShutdownError(),
    ],
)
def test_what_a_restart_or_a_crossing_causes_goes_away(error: Exception) -> None:
    assert goes_away(error)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InterfaceError("the server expects 6 arguments for this query, 8 were passed"),
        asyncpg.UniqueViolationError(),
        asyncpg.UndefinedTableError(),
        asyncpg.InsufficientPrivilegeError(),
        asyncpg.CharacterNotInRepertoireError(),
        ValueError(),
    ],
)
def test_what_is_wrong_stays_wrong(error: Exception) -> None:
    assert not goes_away(error)
