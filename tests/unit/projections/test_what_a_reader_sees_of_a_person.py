"""What a reader sees of personal fields: nothing that was opened goes out unmasked but to whom it belongs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from backbone.vault import MemoryKeyProvider
from projections.reveal import ERASED, MASKED, Sealed, Shown, circle_for, officers_shown, reveal
from schemas.masking import Circle

if TYPE_CHECKING:
    from collections.abc import Sequence

MATTER, EVENT = "XS-310120-ZG04-20260908-000001-7", "event"
TOWN, OTHER_TOWN, WATER = (
    "310120-JD11",
    "310120-JD12",
    "310120-ZG04",
)
NAME, NUMBER, PHONE = "/suspected_party/name", "/suspected_party/id_number", "/suspected_party/phone"
SUMMARY, REPORTER = "/fact/summary", "/parties/1/name"
PLAIN = {NAME: "张建国", NUMBER: "31012019900307001X", PHONE: "13812341234", REPORTER: "李四"}


@dataclass
class Fact:
    seq: int
    content: dict[str, Any]
    hidden: list[str] = field(default_factory=list)


class Counting(MemoryKeyProvider):
    """Remembers how many fields it was asked to open."""

    opened = 0

    async def decrypt_many(self, ciphertexts: Sequence[bytes]) -> list[str | None]:
        self.opened += len(ciphertexts)
        return await super().decrypt_many(ciphertexts)


@dataclass
class Clue:
    keys: Counting
    fact: Fact
    given: dict[tuple[int, str], Sealed]

    async def seen(self, circle: Circle) -> dict[str, Shown]:
        shown = await reveal(self.keys, self.given, [self.fact], circle)
        return {path: what for (_, path), what in shown.items()}


@pytest.fixture
async def clue() -> Clue:
    keys = Counting()
    content = {
        "suspected_party": {"party_token": "P-1", "party_role": "SUSPECTED"},
        "parties": [{"party_token": "P-1"}, {"party_token": "P-2", "party_role": "REPORTER"}],
        "fact": {},
    }
    given = {}
    for path, text in PLAIN.items():
        key = await keys.data_key("P-2" if path == REPORTER else "P-1", MATTER)
        given[1, path] = Sealed("person", keys.encrypt(key, EVENT, path, text))
    text_key = await keys.text_key(MATTER)
    given[1, SUMMARY] = Sealed("text", keys.encrypt(text_key, EVENT, SUMMARY, "在河边倾倒"))
    return Clue(keys, Fact(1, content, [*PLAIN, SUMMARY]), given)


async def test_the_handling_agency_reads_everything(clue: Clue) -> None:
    seen = await clue.seen(Circle.HANDLER)
    assert {path: shown.text for path, shown in seen.items()} == PLAIN | {SUMMARY: "在河边倾倒"}
    assert {shown.mark for shown in seen.values()} == {"personal"}


async def test_others_of_the_district_see_masks_and_nothing_of_who_reported(clue: Clue) -> None:
    seen = await clue.seen(Circle.DISTRICT)
    assert seen[NAME] == Shown("张**", "masked")
    assert seen[NUMBER] == Shown("310120***********X", "masked")
    assert seen[PHONE] == Shown("138****1234", "masked")
    assert seen[REPORTER] == MASKED


async def test_another_province_sees_the_pseudonym_and_no_key_is_used_for_it(clue: Clue) -> None:
    del clue.given[1, SUMMARY]
    seen = await clue.seen(Circle.DELTA)
    assert seen == {
        NAME: Shown("P-1", "masked"),
        NUMBER: Shown("P-1", "masked"),
        PHONE: MASKED,
        REPORTER: MASKED,
        SUMMARY: MASKED,
    }
    assert clue.keys.opened == 0


@pytest.mark.parametrize("circle", list(Circle))
async def test_what_the_database_does_not_give_stays_hidden_from_everyone(clue: Clue, circle: Circle) -> None:
    clue.given.clear()
    assert set((await clue.seen(circle)).values()) == {MASKED}


@pytest.mark.parametrize("circle", [Circle.HANDLER, Circle.DISTRICT])
async def test_who_was_erased_shows_as_erased_and_never_as_an_error(clue: Clue, circle: Circle) -> None:
    await clue.keys.erase("P-1")
    seen = await clue.seen(circle)
    assert {seen[path] for path in (NAME, NUMBER, PHONE, SUMMARY)} == {ERASED}
    assert seen[NAME].text == "已删除（已销毁密钥）"


async def test_bytes_that_no_key_opens_hide_themselves_and_nothing_else(clue: Clue) -> None:
    clue.given[1, PHONE] = Sealed("person", b"rubbish")
    seen = await clue.seen(Circle.HANDLER)
    assert seen[PHONE].mark == "broken"
    assert seen[NAME].text == "张建国"


@pytest.mark.parametrize(
    ("reader", "circle"),
    [
        (TOWN, Circle.HANDLER),
        (OTHER_TOWN, Circle.DISTRICT),
        (WATER, Circle.DISTRICT),
        ("999999-ZZ99", Circle.PUBLIC),
    ],
)
def test_the_circle_of_an_agency_is_measured_from_the_handling_one(reader: str, circle: Circle) -> None:
    assert circle_for(reader, TOWN, WATER) is circle


def test_before_anyone_handles_a_matter_it_is_in_the_hands_of_who_opened_it() -> None:
    assert circle_for(WATER, "", WATER) is Circle.HANDLER
    assert circle_for(TOWN, "", WATER) is Circle.DISTRICT


def test_an_officers_pseudonym_stays_within_the_district() -> None:
    content = {"meta": {"role": "FIELD_UNIT", "operator": "P-9"}, "fact": {"address": "河边"}}
    assert officers_shown(content, Circle.DISTRICT) == content
    assert officers_shown(content, Circle.CITY) == {
        "meta": {"role": "FIELD_UNIT"},
        "fact": {"address": "河边"},
    }
