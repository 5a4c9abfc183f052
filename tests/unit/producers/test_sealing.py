"""Personal fields leave the door as ciphertext only, and a retry gives the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from backbone.keyring import generate
from backbone.vault import Erased, MemoryKeyProvider
from producers.gateway.checks import Doorway, check, number
from producers.gateway.sealing import Sealed, person_key, seal
from producers.testing import business
from schemas.codec import CODEC
from schemas.contracts import personal_paths
from schemas.envelope import Kind, open_envelope
from schemas.errors import Code, Refused
from schemas.identifiers import make_event_id
from schemas.partition import partition_of
from schemas.seal import sm3

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[[str], dict[str, Any]]

MATTER = "XS-310120-ZG04-20260908-000123-2"
RING = generate()


async def sealed(
    value: dict[str, Any], doorway: Doorway, keys: MemoryKeyProvider, salt: bytes = b"0"
) -> Sealed:
    draft = number(check(value, make_event_id(doorway.now, salt * 10), doorway), MATTER)
    return await seal(draft.name, draft.record, keys, RING.door, 6)


def party(fact: Sealed) -> dict[str, Any]:
    found: dict[str, Any] = CODEC.decode(fact.value, canonical=True).record["suspected_party"]
    return found


async def test_nothing_personal_is_readable_in_the_bytes(submission: Make, doorway: Doorway) -> None:
    fact = await sealed(submission("ClueTransferred"), doorway, MemoryKeyProvider())
    for text in ("张三", "11010519491231002X", "021-00000000", "驾驶小货车"):
        assert text.encode() not in fact.value
    assert "南桥镇环城东路桥下河道北岸".encode() in fact.value


async def test_the_keeper_of_the_keys_reads_every_field_again(submission: Make, doorway: Doorway) -> None:
    keys = MemoryKeyProvider()
    fact = await sealed(submission("ClueTransferred"), doorway, keys)
    record = CODEC.decode(fact.value).record
    assert await keys.decrypt(record["suspected_party"]["name"]) == "张三"
    assert await keys.decrypt(record["suspected_party"]["id_number"]) == "11010519491231002X"
    assert (await keys.decrypt(record["fact"]["summary"]) or "").startswith("当事人驾驶小货车")


async def test_every_personal_field_of_the_contract_is_found(submission: Make, doorway: Doorway) -> None:
    value = submission("ClueTransferred")
    value["data"]["absence_reason"] = "无"
    value["data"]["suspected_party"]["note"] = "自述"
    record = CODEC.decode((await sealed(value, doorway, MemoryKeyProvider())).value).record
    assert len(personal_paths("ClueTransferred")) == 6
    for field in personal_paths("ClueTransferred"):
        leaf: Any = record
        for step in field.path:
            leaf = leaf[step]
        assert isinstance(leaf, bytes), field.path


async def test_a_retry_gives_the_same_bytes(submission: Make, doorway: Doorway) -> None:
    keys = MemoryKeyProvider()
    first = await sealed(submission("ClueTransferred"), doorway, keys)
    again = await sealed(submission("ClueTransferred"), doorway, keys)
    assert again == first
    other = await sealed(submission("ClueTransferred"), doorway, keys, salt=b"1")
    assert party(other)["name"] != party(first)["name"]


async def test_a_person_has_one_pseudonym_however_the_number_is_written(
    submission: Make, doorway: Doorway
) -> None:
    keys = MemoryKeyProvider()
    small = submission("ClueTransferred")
    small["data"]["suspected_party"]["id_number"] = "11010519491231002x"
    first = party(await sealed(submission("ClueTransferred"), doorway, keys))
    again = party(await sealed(small, doorway, keys, salt=b"1"))
    assert first["party_token"] == again["party_token"]
    assert first["party_token"].startswith("P-")


async def test_a_firm_passes_in_clear_and_an_individual_business_does_not(
    submission: Make, doorway: Doorway
) -> None:
    keys = MemoryKeyProvider()
    value = submission("ClueTransferred")
    code = "92310120MADEM002X3"
    value["data"]["suspected_party"] = {"party_type": "INDIVIDUAL_BUSINESS", "uscc": code}
    assert party(await sealed(value, doorway, keys))["party_token"].startswith("P-")
    value["data"]["suspected_party"] = {"party_type": "LEGAL_PERSON", "uscc": "91330421MADEM00467"}
    seen = party(await sealed(value, doorway, keys))
    assert (seen["party_token"], seen["uscc"]) == ("U-91330421MADEM00467", "91330421MADEM00467")
    assert seen["reg_adcode"] == "330421"


async def test_of_an_individual_business_nothing_stands_in_clear_but_where_it_is_registered(
    submission: Make, doorway: Doorway
) -> None:
    keys = MemoryKeyProvider()
    value = submission("ClueTransferred")
    value["data"]["suspected_party"] = business("92310120MADEM002X3", "李四水果店")
    fact = await sealed(value, doorway, keys)
    shop = party(fact)
    for text in ("92310120MADEM002X3", "李四", "水果店"):
        assert text.encode() not in fact.value
    assert (shop["org_name"], shop["uscc"], shop["reg_adcode"]) == (None, None, "310120")
    assert await keys.decrypt(shop["name"]) == "李四水果店"
    assert await keys.decrypt(shop["id_number"]) == "92310120MADEM002X3"


async def test_what_has_no_place_of_its_own_among_the_encrypted_fields_goes_into_the_note(
    submission: Make, doorway: Doorway
) -> None:
    keys = MemoryKeyProvider()
    value = submission("ClueTransferred")
    owner = business("92310120MADEM002X3", "李四水果店") | {"name": "李四", "id_number": "11010519491231002X"}
    value["data"]["suspected_party"] = owner | {"note": "摊主本人在场。"}
    fact = await sealed(value, doorway, keys)
    assert "水果店".encode() not in fact.value
    assert await keys.decrypt(party(fact)["name"]) == "李四"
    assert await keys.decrypt(party(fact)["note"]) == (
        "统一社会信用代码 92310120MADEM002X3；字号 李四水果店；摊主本人在场。"
    )


async def test_a_text_is_measured_before_nobody_can_count_it_any_more(
    submission: Make, doorway: Doorway
) -> None:
    """沪奉府办发〔2024〕17号 四(四) asks for the facts in outline; a pack says how long that is at least."""
    value = submission("ClueTransferred")
    value["data"]["fact"]["summary"] = " 倾倒 垃圾\n两车 "
    record = CODEC.decode((await sealed(value, doorway, MemoryKeyProvider())).value).record
    assert record["fact"]["summary_length"] == len("倾倒垃圾两车")


async def test_where_nothing_is_encrypted_a_party_bears_the_token_that_it_has_elsewhere(
    submission: Make, doorway: Doorway
) -> None:
    value = submission("DeltaClueTransferred")
    value["data"] |= {"party_token": ""}
    assert await bare_token(value, doorway) == "U-91330421MADEM00467"
    value["data"] |= {"party_type": "NATURAL_PERSON", "org_name": None, "uscc": None}
    assert (await bare_token(value, doorway)).startswith("N-")
    value["data"] |= {"party_token": "P-" + "0" * 32}
    assert await bare_token(value, doorway) == "P-" + "0" * 32


async def bare_token(value: dict[str, Any], doorway: Doorway) -> str:
    draft = number(check(value, make_event_id(doorway.now, b"0" * 10), doorway), MATTER)
    fact = await seal(draft.name, draft.record, MemoryKeyProvider(), RING.door, 6)
    return str(CODEC.decode(fact.value).record["party_token"])


async def test_who_is_not_identified_has_a_token_of_this_event_alone(
    submission: Make, doorway: Doorway
) -> None:
    keys = MemoryKeyProvider()
    value = submission("ClueTransferred")
    value["data"]["suspected_party"] = {"party_type": "UNIDENTIFIED", "note": "车牌不清", "name": "自称姓李"}
    first = party(await sealed(value, doorway, keys))["party_token"]
    assert first == party(await sealed(value, doorway, keys))["party_token"]
    assert first != party(await sealed(value, doorway, keys, salt=b"1"))["party_token"]


def test_a_passport_is_another_person_than_a_number_of_the_same_digits() -> None:
    one = {"party_type": "NATURAL_PERSON", "id_kind": "PASSPORT", "id_number": "E1234567"}
    assert person_key(one) == "PASSPORT:E1234567"
    assert person_key(one | {"id_number": " e123-4567"}) == "PASSPORT:E1234567"
    assert person_key(one | {"id_kind": "OTHER"}) != person_key(one)


async def test_the_stamp_opens_and_names_what_the_clear_headers_name(
    submission: Make, doorway: Doorway
) -> None:
    fact = await sealed(submission("ClueTransferred"), doorway, MemoryKeyProvider())
    envelope = open_envelope(
        MATTER.encode(), fact.value, fact.headers, "inbound", fact.partition, RING.stamps
    )
    assert envelope.kind is Kind.FACT
    assert (envelope.agency, envelope.matter, envelope.event_id) == ("310120-ZG04", MATTER, fact.event_id)
    assert fact.partition == partition_of(MATTER.encode(), 6)
    assert fact.content_hash == sm3(fact.value)


async def test_nothing_personal_is_written_for_who_was_erased(submission: Make, doorway: Doorway) -> None:
    keys = MemoryKeyProvider()
    token = party(await sealed(submission("ClueTransferred"), doorway, keys))["party_token"]
    await keys.erase(token)
    with pytest.raises(Erased):
        await sealed(submission("ClueTransferred"), doorway, keys)


async def test_a_fact_that_kafka_would_not_take_is_refused(submission: Make, doorway: Doorway) -> None:
    value = submission("ClueTransferred")
    law = {"law": "法" * 200, "article": "条" * 100, "quote": "文" * 2000, "verified": False}
    value["legal_basis"] = [law] * 20
    item = value["data"]["evidence"][0]
    value["data"]["evidence"] = [
        {**item, "evidence_id": f"E-{n}", "object_ref": "文" * 200} for n in range(200)
    ]
    fact = await sealed(value, doorway, MemoryKeyProvider())
    assert len(fact.value) < 1024 * 1024

    draft = number(check(value, fact.event_id, doorway), MATTER)
    draft.record["evidence"] = draft.record["evidence"] * 10
    with pytest.raises(Refused) as caught:
        await seal(draft.name, draft.record, MemoryKeyProvider(), RING.door, 6)
    assert caught.value.code is Code.FACT_TOO_LARGE
