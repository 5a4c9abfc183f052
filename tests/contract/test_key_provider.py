"""One contract for every vault: the one in memory, and the one in PostgreSQL under the roles of its users."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from backbone import keyring
from backbone.database import open_pool
from backbone.vault import BadCiphertext, Erased, KeyProvider, MemoryKeyProvider, PostgresKeyProvider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from deploy.embedded.testing import StackHandle

EVENT = "01998c2e-0000-7000-8000-000000000001"
PATH = "/suspected_party/name"


@pytest.fixture(params=["memory", "postgres"])
async def vault(request: pytest.FixtureRequest) -> AsyncIterator[KeyProvider]:
    if request.param == "memory":
        yield MemoryKeyProvider()
        return
    stack: StackHandle = request.getfixturevalue("bare_stack")
    settings = stack.settings("gateway").model_copy(update={"database": stack.dsn("door")})
    pool = await open_pool(settings, application="contract-tests")
    try:
        yield PostgresKeyProvider(pool, keyring.load(settings.keys))
    finally:
        await pool.close()


@pytest.fixture
def matter(request: pytest.FixtureRequest) -> str:
    """A matter that no other test knows: they share one database."""
    return f"XS-{request.node.name}"


@pytest.fixture
def number(request: pytest.FixtureRequest) -> str:
    return f"RESIDENT_ID:{request.node.name}"


async def test_a_person_has_one_pseudonym_for_ever(vault: KeyProvider, number: str) -> None:
    assert await vault.pseudonym(number) == await vault.pseudonym(number)


async def test_two_doors_at_once_get_one_pseudonym(vault: KeyProvider, number: str) -> None:
    assert len(set(await asyncio.gather(*(vault.pseudonym(number) for _ in range(8))))) == 1


async def test_two_persons_have_two_pseudonyms(vault: KeyProvider, number: str) -> None:
    assert await vault.pseudonym(number) != await vault.pseudonym(number + "X")


async def test_a_pseudonym_does_not_contain_the_number(vault: KeyProvider) -> None:
    assert "310120199001011234" not in await vault.pseudonym("RESIDENT_ID:310120199001011234")


async def test_a_person_has_one_key_in_a_matter_and_another_in_the_next(
    vault: KeyProvider, matter: str
) -> None:
    key = await vault.data_key("P-1", matter)
    assert await vault.data_key("P-1", matter) == key
    assert await vault.data_key("P-1", matter + "-2") != key
    assert await vault.data_key("P-2", matter) != key
    assert await vault.text_key(matter) != key


async def test_two_doors_at_once_get_one_key(vault: KeyProvider, matter: str) -> None:
    keys = await asyncio.gather(*(vault.data_key("P-1", matter) for _ in range(8)))
    assert len({key.key_id for key in keys}) == 1


async def test_nobody_is_no_person(vault: KeyProvider, matter: str) -> None:
    with pytest.raises(ValueError, match="not empty"):
        await vault.data_key("", matter)
    with pytest.raises(ValueError, match="not empty"):
        await vault.erase("")


@pytest.mark.parametrize("text", ["张三", "", "a" * 10_000, "𠮷野家 ☂ \t\n"])
async def test_what_was_encrypted_is_read_back(vault: KeyProvider, matter: str, text: str) -> None:
    key = await vault.data_key("P-1", matter)
    assert await vault.decrypt(vault.encrypt(key, EVENT, PATH, text)) == text


async def test_a_retry_gives_the_same_bytes(vault: KeyProvider, matter: str) -> None:
    first = vault.encrypt(await vault.text_key(matter), EVENT, PATH, "河道内倾倒建筑垃圾")
    again = vault.encrypt(await vault.text_key(matter), EVENT, PATH, "河道内倾倒建筑垃圾")
    assert first == again


async def test_another_event_path_or_text_gives_other_bytes_throughout(
    vault: KeyProvider, matter: str
) -> None:
    key = await vault.text_key(matter)
    nonces = {
        vault.encrypt(key, event, path, text)[17:29]
        for event in (EVENT, EVENT[:-1] + "2")
        for path in (PATH, "/fact/summary")
        for text in ("甲", "乙")
    }
    assert len(nonces) == 8


async def test_event_path_and_text_are_told_apart_where_they_meet(vault: KeyProvider, matter: str) -> None:
    key = await vault.text_key(matter)
    assert vault.encrypt(key, "ab", "c", "")[17:29] != vault.encrypt(key, "a", "bc", "")[17:29]


async def test_a_ciphertext_that_was_changed_is_not_opened(vault: KeyProvider, matter: str) -> None:
    sealed = vault.encrypt(await vault.text_key(matter), EVENT, PATH, "张三")
    for place in range(17, len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(BadCiphertext):
            await vault.decrypt(changed)


@pytest.mark.parametrize(
    "rubbish", [b"", b"\x01", b"\x01" + bytes(16), b"\x02" + bytes(60), b"\x01" + bytes(60)]
)
async def test_what_is_no_ciphertext_of_ours_is_called_so(vault: KeyProvider, rubbish: bytes) -> None:
    with pytest.raises(BadCiphertext):
        await vault.decrypt(rubbish)


async def test_many_fields_are_opened_in_their_order(vault: KeyProvider, matter: str) -> None:
    keys = [await vault.data_key(f"P-{n}", matter) for n in range(5)]
    sealed = [vault.encrypt(key, EVENT, f"/{n}", f"第{n}人") for n, key in enumerate(keys)]
    assert await vault.decrypt_many([*reversed(sealed), sealed[0]]) == [
        "第4人",
        "第3人",
        "第2人",
        "第1人",
        "第0人",
        "第0人",
    ]
    assert await vault.decrypt_many([]) == []


async def test_who_is_erased_can_no_longer_be_read(vault: KeyProvider, matter: str, number: str) -> None:
    person = await vault.pseudonym(number)
    name = vault.encrypt(await vault.data_key(person, matter), EVENT, PATH, "张三")
    elsewhere = vault.encrypt(await vault.data_key(person, matter + "-2"), EVENT, PATH, "张三")
    await vault.erase(person)
    assert await vault.decrypt_many([name, elsewhere]) == [None, None]


async def test_the_text_of_a_matter_that_names_an_erased_person_goes_too(
    vault: KeyProvider, matter: str, number: str
) -> None:
    person = await vault.pseudonym(number)
    await vault.data_key(person, matter)
    text = vault.encrypt(await vault.text_key(matter), EVENT, "/fact/summary", "张三在河边")
    foreign = vault.encrypt(await vault.text_key(matter + "-2"), EVENT, "/fact/summary", "别处")
    assert await vault.erase(person) == 2
    assert await vault.decrypt(text) is None
    assert await vault.decrypt(foreign) == "别处"


async def test_others_in_the_same_matter_stay_readable(vault: KeyProvider, matter: str, number: str) -> None:
    person, other = await vault.pseudonym(number), await vault.pseudonym(number + "-other")
    await vault.data_key(person, matter)
    sealed = vault.encrypt(await vault.data_key(other, matter), EVENT, PATH, "李四")
    await vault.erase(person)
    assert await vault.decrypt(sealed) == "李四"


async def test_an_erased_person_gets_no_key_again(vault: KeyProvider, matter: str, number: str) -> None:
    person = await vault.pseudonym(number)
    await vault.data_key(person, matter)
    await vault.erase(person)
    with pytest.raises(Erased):
        await vault.data_key(person, matter)
    with pytest.raises(Erased):
        await vault.data_key(person, matter + "-new")
    with pytest.raises(Erased):
        await vault.text_key(matter)
    assert await vault.pseudonym(number) == person


async def test_a_matter_without_text_gets_none_after_its_person_was_erased(
    vault: KeyProvider, matter: str, number: str
) -> None:
    person = await vault.pseudonym(number)
    await vault.data_key(person, matter)
    assert await vault.erase(person) == 1
    with pytest.raises(Erased):
        await vault.text_key(matter)


async def test_to_erase_again_changes_nothing(vault: KeyProvider, matter: str, number: str) -> None:
    person = await vault.pseudonym(number)
    await vault.data_key(person, matter)
    await vault.erase(person)
    assert await vault.erase(person) == 0


async def test_a_person_without_keys_can_be_erased_in_advance(
    vault: KeyProvider, matter: str, number: str
) -> None:
    person = await vault.pseudonym(number)
    assert await vault.erase(person) == 0
    with pytest.raises(Erased):
        await vault.data_key(person, matter)
