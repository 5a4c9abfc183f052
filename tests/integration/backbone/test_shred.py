"""What an erasure leaves in the files of database and ring opens nothing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from backbone import keyring
from backbone.database import connect, open_pool
from backbone.vault import Erased, PostgresKeyProvider
from backbone.vault.cipher import BadCiphertext
from backbone.vault.erasure import (
    ErasureRunning,
    Tombstone,
    doomed,
    erase,
    erasing,
    find,
    tombstone,
    with_text,
)
from backbone.vault.shred import Shredded, shred, to_shred
from backbone.vault.wrapping import NoWrappingKey, unwrap, wrapping_keys
from deploy.embedded.testing import start

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from asyncpg import Record

    from backbone.database import Connection, Pool
    from deploy.embedded.testing import StackHandle

TABLES = ("pseudonym", "data_key", "tombstone", "retired_wrapping", "erasure_position")


@dataclass
class Vault:
    """A vault with its administrator, a door that follows the ring's file, and the file."""

    admin: Connection
    pool: Pool
    path: Path

    @property
    def door(self) -> PostgresKeyProvider:
        return PostgresKeyProvider(self.pool, keyring.RingFile(self.path))

    async def sealed(self, person: str, matter: str, text: str = "张三") -> bytes:
        key = await self.door.data_key(person, matter)
        return self.door.encrypt(key, "event", "/name", text)

    async def row(self, person: str, matter: str) -> Record:
        row = await self.admin.fetchrow(
            "select * from vault.data_key where person = $1 and matter = $2", person, matter
        )
        assert row is not None
        return row


@pytest.fixture(scope="module")
def shredding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackHandle]:
    with start(tmp_path_factory.mktemp("shred"), simulated=True, processes=()) as stack:
        yield stack


@pytest.fixture
async def vault(shredding: StackHandle) -> AsyncIterator[Vault]:
    settings = shredding.settings("gateway").model_copy(update={"database": shredding.dsn("door")})
    pool = await open_pool(settings, application="shred-tests")
    admin = await connect(shredding.dsn("admin"), application="shred-tests")
    try:
        yield Vault(admin, pool, settings.keys)
    finally:
        await admin.close()
        await pool.close()


async def test_after_an_erasure_no_key_of_the_ring_opens_what_the_log_of_the_database_still_holds(
    vault: Vault,
) -> None:
    await vault.sealed("P-log", "XS-log")
    before = await vault.row("P-log", "XS-log")
    assert unwrap(wrapping_keys(keyring.load(vault.path)), before, "P-log", "XS-log")
    await erase(vault.admin, Tombstone("P-log", "who", "why", 1, 7))
    assert await to_shred(vault.admin, keyring.load(vault.path)) == (before["wrapped_by"],)
    done = await shred(vault.admin, vault.path)
    assert done.names == (before["wrapped_by"],)
    ring = keyring.load(vault.path)
    with pytest.raises(NoWrappingKey):
        unwrap(wrapping_keys(ring), before, "P-log", "XS-log")
    for key in ring.wrapping:
        with pytest.raises(BadCiphertext):
            unwrap({before["wrapped_by"]: key.secret}, before, "P-log", "XS-log")


async def test_everybody_else_is_read_as_before_by_a_door_that_runs_on(vault: Vault) -> None:
    door = vault.door
    sealed = [await vault.sealed(f"P-else-{n}", "XS-else", f"第{n}人") for n in range(5)]
    await vault.sealed("P-gone", "XS-gone")
    assert await door.decrypt(sealed[0]) == "第0人"
    await erase(vault.admin, Tombstone("P-gone", "", "", 1, 0))
    seen: list[tuple[int, int]] = []
    done = await shred(vault.admin, vault.path, lambda at, total: seen.append((at, total)))
    assert seen[-1] == (done.rewrapped, done.rewrapped)
    assert await door.decrypt_many(sealed) == [f"第{n}人" for n in range(5)]
    assert await door.data_key("P-else-0", "XS-else")
    assert await door.data_key("P-new", "XS-new")


async def test_a_door_that_still_wraps_under_a_retired_key_takes_the_new_one(vault: Vault) -> None:
    """It read the ring before it was replaced: what it wraps then is not kept, and it reads anew."""
    old = keyring.load(vault.path)
    await vault.sealed("P-late", "XS-late")
    await erase(vault.admin, Tombstone("P-late", "", "", 1, 0))
    await shred(vault.admin, vault.path)
    rings = [old, keyring.load(vault.path)]
    door = PostgresKeyProvider(vault.pool, lambda: rings.pop(0) if len(rings) > 1 else rings[0])
    await door.data_key("P-later", "XS-later")
    assert (await vault.row("P-later", "XS-later"))["wrapped_by"] == rings[0].wrapping[0].name
    with pytest.raises(NoWrappingKey):
        await PostgresKeyProvider(vault.pool, old).data_key("P-latest", "XS-latest")


async def test_without_an_erasure_there_is_nothing_to_shred_and_again_neither(vault: Vault) -> None:
    await vault.sealed("P-again", "XS-again")
    await erase(vault.admin, Tombstone("P-again", "", "", 1, 0))
    await shred(vault.admin, vault.path)
    before = vault.path.read_bytes()
    assert await shred(vault.admin, vault.path) == Shredded((), 0)
    assert vault.path.read_bytes() == before


async def test_a_replacement_that_was_interrupted_is_finished_by_the_next(vault: Vault) -> None:
    kept = await vault.sealed("P-kept", "XS-kept")
    await vault.sealed("P-half", "XS-half")
    await erase(vault.admin, Tombstone("P-half", "", "", 1, 0))

    def die(done: int, total: int) -> None:
        raise KeyboardInterrupt(f"{done} of {total}")

    with pytest.raises(KeyboardInterrupt):
        await shred(vault.admin, vault.path, die)
    assert len(keyring.load(vault.path).wrapping) == 2
    assert await vault.door.decrypt(kept) == "张三"
    assert len((await shred(vault.admin, vault.path)).names) == 1
    assert len(keyring.load(vault.path).wrapping) == 1
    assert await vault.door.decrypt(kept) == "张三"


async def test_keys_restored_from_before_an_erasure_open_nothing_once_it_was_applied(
    vault: Vault, tmp_path: Path
) -> None:
    sealed = await vault.sealed("P-back", "XS-back")
    other = await vault.sealed("P-stays", "XS-stays")
    stone = Tombstone("P-back", "who", "why", 1, 7)
    shutil.copy(vault.path, tmp_path / "keys.json")
    rows = {table: await vault.admin.fetch(f"select * from vault.{table}") for table in TABLES}  # noqa: S608
    await erase(vault.admin, stone)
    await shred(vault.admin, vault.path)
    assert await vault.door.decrypt(sealed) is None

    await _restore(vault.admin, rows)
    with pytest.raises(NoWrappingKey):
        await vault.door.decrypt(sealed)
    shutil.copy(tmp_path / "keys.json", vault.path)
    assert await vault.door.decrypt(sealed) == "张三", "rows and ring of the same time do open it"

    await erase(vault.admin, stone)
    await shred(vault.admin, vault.path)
    assert await vault.door.decrypt(sealed) is None
    assert await vault.door.decrypt(other) == "张三"
    assert await tombstone(vault.admin, "P-back") == stone
    with pytest.raises(Erased):
        await vault.door.data_key("P-back", "XS-back")


async def _restore(admin: Connection, rows: dict[str, list[Record]]) -> None:
    async with admin.transaction():
        for table, kept in rows.items():
            await admin.execute(f"delete from vault.{table}")  # noqa: S608 - names of our own tables
            if kept:
                columns = list(kept[0].keys())
                await admin.copy_records_to_table(
                    table, schema_name="vault", columns=columns, records=[tuple(row) for row in kept]
                )


async def test_what_would_be_destroyed_is_told_before_and_changes_nothing(vault: Vault) -> None:
    for matter in ("XS-told-1", "XS-told-2"):
        await vault.sealed("P-told", matter)
    await vault.door.text_key("XS-told-1")
    for _ in range(2):
        found = await doomed(vault.admin, "P-told")
        assert (found.keys, found.texts, found.matters) == (2, 1, ("XS-told-1", "XS-told-2"))
    await erase(vault.admin, Tombstone("P-told", "who", "why", 0, 5), count=True)
    after = await doomed(vault.admin, "P-told")
    assert (after.keys, after.texts, len(after.matters)) == (0, 0, 2)
    assert await tombstone(vault.admin, "P-told") == Tombstone("P-told", "who", "why", 2, 5)
    await erase(vault.admin, Tombstone("P-told", "another", "other", 9, 6))
    assert await tombstone(vault.admin, "P-told") == Tombstone("P-told", "who", "why", 2, 5)


async def test_who_is_sought_by_number_is_found_and_never_made(vault: Vault) -> None:
    ring = keyring.load(vault.path)
    assert await find(vault.admin, ring, "RESIDENT_ID:nobody") is None
    assert await find(vault.admin, ring, "RESIDENT_ID:nobody") is None
    token = await vault.door.pseudonym("RESIDENT_ID:somebody")
    assert await find(vault.admin, ring, "RESIDENT_ID:somebody") == token


async def test_two_erasures_at_once_do_not_meet(vault: Vault, shredding: StackHandle) -> None:
    second = await connect(shredding.dsn("admin"), application="shred-tests")
    try:
        async with erasing(vault.admin):
            with pytest.raises(ErasureRunning):
                async with erasing(second):
                    raise AssertionError("it must not come so far")
    finally:
        await second.close()


async def test_a_matter_whose_text_alone_named_the_person_loses_its_text_key_when_it_is_named_too(
    vault: Vault,
) -> None:
    await vault.sealed("P-also", "XS-also")
    text = vault.door.encrypt(await vault.door.text_key("XZ-also"), "event", "/facts", "张三")
    assert await with_text(vault.admin, ["XZ-also", "XS-also", "XZ-none"]) == ("XZ-also",)
    stone = Tombstone("P-also", "who", "why", 0, 5, ("XZ-also",))
    assert await erase(vault.admin, stone, count=True) == 2
    assert await vault.door.decrypt(text) is None
    left = await tombstone(vault.admin, "P-also")
    assert left is not None
    assert (left.matters, left.also) == (2, ("XZ-also",))
    assert await erase(vault.admin, stone) == 0
