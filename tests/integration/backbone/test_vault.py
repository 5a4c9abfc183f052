from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest

from backbone import keyring
from backbone.database import connect, open_pool
from backbone.vault import BadCiphertext, PostgresKeyProvider
from backbone.vault.postgres import NoWrappingKey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from backbone.database import Pool
    from backbone.keyring import KeyRing
    from deploy.embedded.testing import StackHandle


@pytest.fixture
def ring(own_stack: StackHandle) -> KeyRing:
    return keyring.load(own_stack.settings("gateway").keys)


@pytest.fixture
async def door(own_stack: StackHandle) -> AsyncIterator[Pool]:
    settings = own_stack.settings("gateway").model_copy(update={"database": own_stack.dsn("door")})
    pool = await open_pool(settings, application="backbone-tests")
    yield pool
    await pool.close()


@pytest.mark.parametrize("role", ["worker", "projector", "310120-JD11"])
@pytest.mark.parametrize("table", ["pseudonym", "data_key", "tombstone"])
async def test_who_only_folds_or_reads_views_sees_nothing_of_the_vault(
    own_stack: StackHandle, role: str, table: str
) -> None:
    connection = await connect(own_stack.dsn(role), application="backbone-tests")
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"select * from vault.{table}")  # noqa: S608 - names of three tables
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("select vault.erase('P-1', '', '', null, 0, '{}')")
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "update vault.data_key set wrapped = '', destroyed_at = null",
        "delete from vault.data_key",
        "delete from vault.tombstone",
        "delete from vault.pseudonym",
        "update vault.pseudonym set token = 'P-1'",
    ],
)
@pytest.mark.parametrize("role", ["door", "api"])
async def test_nobody_who_serves_the_network_can_change_a_key(
    own_stack: StackHandle, role: str, statement: str
) -> None:
    connection = await connect(own_stack.dsn(role), application="backbone-tests")
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_the_api_opens_what_a_door_sealed(own_stack: StackHandle, ring: KeyRing, door: Pool) -> None:
    vault = PostgresKeyProvider(door, ring)
    sealed = vault.encrypt(await vault.data_key("P-api", "XS-api"), "e-1", "/name", "张三")
    settings = own_stack.settings("console").model_copy(update={"database": own_stack.dsn("api")})
    pool = await open_pool(settings, application="backbone-tests")
    try:
        assert await PostgresKeyProvider(pool, ring).decrypt(sealed) == "张三"
    finally:
        await pool.close()


async def test_keys_lie_in_the_database_only_wrapped(ring: KeyRing, door: Pool) -> None:
    key = await PostgresKeyProvider(door, ring).data_key("P-wrapped", "XS-wrapped")
    row = await door.fetchrow("select * from vault.data_key where person = 'P-wrapped'")
    assert row is not None
    assert not any(isinstance(each, bytes) and key.secret in each for each in row.values())


async def test_without_the_wrapping_key_nothing_opens_and_the_key_is_named(ring: KeyRing, door: Pool) -> None:
    vault = PostgresKeyProvider(door, ring)
    sealed = vault.encrypt(await vault.text_key("XS-unwrapped"), "e-1", "/summary", "文字")
    renamed = keyring.WrappingKey("wrapping-9", ring.wrapping[0].secret)
    with pytest.raises(NoWrappingKey, match="wrapping-1"):
        await PostgresKeyProvider(door, keyring.KeyRing(ring.stamps, (renamed,), ring.lookup)).decrypt(sealed)
    wrong = keyring.WrappingKey("wrapping-1", bytes(16))
    with pytest.raises(BadCiphertext):
        await PostgresKeyProvider(door, keyring.KeyRing(ring.stamps, (wrong,), ring.lookup)).decrypt(sealed)


async def test_an_older_wrapping_key_still_opens_what_it_wrapped(ring: KeyRing, door: Pool) -> None:
    vault = PostgresKeyProvider(door, ring)
    sealed = vault.encrypt(await vault.text_key("XS-rotated"), "e-1", "/summary", "文字")
    rotated = keyring.KeyRing(
        ring.stamps, (keyring.WrappingKey("wrapping-2", b"2" * 16), *ring.wrapping), ring.lookup
    )
    after = PostgresKeyProvider(door, rotated)
    assert await after.decrypt(sealed) == "文字"
    await after.text_key("XS-rotated-2")
    assert (
        await door.fetchval("select wrapped_by from vault.data_key where matter = 'XS-rotated-2'")
        == "wrapping-2"
    )


async def test_wrapped_keys_that_were_exchanged_do_not_open(
    own_stack: StackHandle, ring: KeyRing, door: Pool
) -> None:
    vault = PostgresKeyProvider(door, ring)
    sealed = vault.encrypt(await vault.data_key("P-a", "XS-exchange"), "e-1", "/name", "张三")
    await vault.data_key("P-b", "XS-exchange")
    administrator = await connect(own_stack.dsn("admin"), application="backbone-tests")
    try:
        await administrator.execute(
            "update vault.data_key set wrapped = (select wrapped from vault.data_key where person = 'P-b') "
            "where person = 'P-a'"
        )
    finally:
        await administrator.close()
    with pytest.raises(BadCiphertext):
        await PostgresKeyProvider(door, ring).decrypt(sealed)
