"""Erasing a person, on a whole stack that keeps its data: planted everywhere, and then nowhere.

A person's name, number and telephone, and free text about the person, go through the door in every fact
type that has such fields. Kafka's logs, the database with its write-ahead log, the logs of all processes and
every other file are searched for them, before and after, in every encoding that is likely; so are tables,
records as they are read, answers and the output of commands.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from backbone import keyring
from deploy.embedded.testing import start
from deploy.replaying import replay
from deploy.verify import verify
from producers.testing import Agency
from tests.acceptance.erasing import NOON, OCTOBER, WORDS, Look, Scene, said
from tests.acceptance.planting import (
    NAME,
    NUMBER,
    PHONE,
    TEXT,
    TOWN,
    WATER,
    Planter,
    fact_types,
    plant_everything,
)
from tests.acceptance.searching import needles, read_topic
from tests.acceptance.vaulting import Keys, put_back, take_down

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

ALSO = ("asked", "declined", "warning", "digest")
"""Matters that have no party: their text alone tells of the person."""
DESK_OF_LAW = "区城管执法局法制科"
CLEAR = "南桥镇环城东路桥下河道北岸"
"""The place of the violation is in clear: the search finds it, so it would find the person."""
pytestmark = pytest.mark.timeout(900)


@dataclass
class Story:
    """What was seen before and after, the keys as they were, and what the command said."""

    scene: Scene
    before: Look
    after: Look
    clear: Look
    keys: Keys
    told: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Played once; the stack runs on for the tests that restore keys."""
    with start(tmp_path_factory.mktemp("erasure"), simulated=True, ephemeral=False) as stack:
        scene = Scene(stack, Planter(stack))
        asyncio.run(scene.advance(NOON))
        plant_everything(scene.planter)
        mistakes = scene.send_mistakes()
        assert {answer.status_code for answer in mistakes} <= {400, 404, 422}
        asyncio.run(scene.advance(OCTOBER))
        scene.planter.digest()
        asyncio.run(scene.set_aside_and_hold(OCTOBER))
        keys = asyncio.run(take_down(scene.settings, scene.matters))
        words = needles(WORDS, keys.secrets)
        before = asyncio.run(scene.look(words))
        clear = asyncio.run(scene.look(needles({"place": CLEAR})))
        told = erase(scene)
        former = {f"former {key.name}": key.secret for key in keys.ring.wrapping}
        after = asyncio.run(scene.look(needles(WORDS, keys.secrets | former)))
        yield Story(scene, before, after, clear, keys, told)


def erase(scene: Scene) -> subprocess.CompletedProcess[str]:
    also = [part for name in ALSO for part in ("--also", scene.planter.matters[name])]
    options = ["--id-number", "--yes", "--why", "保存期限届满", "--who", DESK_OF_LAW]
    return scene.command("erase", *options, *also, stdin=f"{NUMBER}\n")


def test_every_fact_type_that_has_personal_fields_was_admitted_with_the_person_in_all_of_them(
    story: Story,
) -> None:
    refused = [(name, answer.text) for name, answer in story.scene.planter.answers if not answer.is_success]
    assert refused == []
    assert story.scene.planter.admitted >= fact_types()


def test_before_the_erasure_the_handling_agencies_read_everything_that_was_planted(story: Story) -> None:
    read = {field[1:]: shown[0] for field, shown in story.before.personal.items() if shown[1] == "personal"}
    every = {field[1:] for field in story.before.personal}
    assert every - read.keys() == set(), "what nobody at all can read was planted in vain"
    assert set(read.values()) == {NAME, NUMBER, PHONE, TEXT}


def test_before_the_erasure_others_see_masks(story: Story) -> None:
    clue = story.scene.planter.matters["clue"]
    water = {path: shown for (who, matter, _, path), shown in story.before.personal.items()
             if (who, matter) == (WATER, clue)}  # fmt: skip
    assert water["/suspected_party/name"] == ("欧阳**", "masked")
    assert water["/suspected_party/id_number"] == ("310120***********8", "masked")
    assert water["/suspected_party/phone"] == ("139****4321", "masked")


def test_the_search_finds_what_is_in_clear_wherever_it_should_be(story: Story) -> None:
    places = {path for path, _ in story.clear.files}
    assert any("/inbound-" in path for path in places)
    assert any("/ledger-" in path for path in places)
    assert any("/pg_wal/" in path for path in places)
    assert any("/base/" in path for path in places)
    assert {"views.timeline"} <= {table for table, _ in story.clear.tables}
    assert {"inbound", "ledger"} <= {topic for topic, _ in story.clear.topics}
    assert story.clear.answers
    assert story.clear.outputs


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("where", ["files", "tables", "topics", "outputs"])
def test_nothing_that_the_stack_keeps_or_prints_shows_the_person(story: Story, when: str, where: str) -> None:
    assert getattr(getattr(story, when), where) == set()


def test_after_the_erasure_no_page_and_no_answer_shows_the_person_to_anyone(story: Story) -> None:
    assert story.before.answers != set()
    assert story.after.answers == set()


def test_after_the_erasure_every_field_is_shown_as_deleted_to_who_could_read_it(story: Story) -> None:
    for field, (_, mark) in story.before.personal.items():
        if mark == "personal":
            assert story.after.personal[field] == ("已删除（已销毁密钥）", "erased")
    assert {mark for _, mark in story.after.personal.values()} == {"erased", "masked"}


def test_the_command_told_what_it_destroyed_and_never_the_number(story: Story) -> None:
    assert story.told.returncode == 0, story.told.stderr
    assert "PersonalDataShredded" in story.told.stdout
    for matter in story.scene.matters:
        assert matter in story.told.stdout
    assert needles(WORDS).within(said(story.told)) == set()


def test_what_the_database_still_holds_of_the_keys_is_opened_by_nothing(story: Story) -> None:
    """Dead rows and the write-ahead log may hold the wrapped keys; what wrapped them is nowhere any more."""
    assert len(story.keys.rows) > len(story.scene.matters)
    assert len(story.keys.opened_by(story.keys.ring)) == len(story.keys.rows), "before, every one was opened"
    assert story.keys.opened_by(keyring.load(story.scene.settings.keys)) == []


def test_every_hash_verifies_and_a_replay_gives_the_same_chain(story: Story) -> None:
    settings, dsn = story.scene.settings, story.scene.stack.dsn("admin")
    acknowledged = [body["event_id"] for _, body in story.scene.planter.bodies]
    assert asyncio.run(verify(settings, dsn, acknowledged)).failures == ()
    assert asyncio.run(replay(settings, dsn)).differences == ()


def test_the_record_of_the_erasure_holds_the_pseudonym_alone(story: Story) -> None:
    records = asyncio.run(read_topic(story.scene.settings, "ledger", 6))
    (record,) = [each for each in records if b"DX-000000-PT01-" in each and DESK_OF_LAW.encode() in each]
    person = next(row["person"] for row in story.keys.rows if row["person"].startswith("P-"))
    assert person.encode() in record


def test_a_fact_that_is_repeated_gets_its_first_receipt_and_a_new_one_is_refused(story: Story) -> None:
    scene = story.scene
    agency, body = next((a, b) for a, b in scene.planter.bodies if b["type"] == "ClueTransferred")
    door = Agency(scene.stack.gateway_url, scene.stack.tokens[agency])
    first = door.receipt(body["event_id"]).json()
    again = door.post(body)
    assert (again.status_code, again.json()["hash"]) == (200, first["hash"])
    fresh = door.post({name: value for name, value in body.items() if name not in {"event_id", "matter"}})
    assert (fresh.status_code, fresh.json()["code"]) == (410, "ERASED")


def test_to_erase_again_changes_nothing(story: Story) -> None:
    scene = story.scene
    before = asyncio.run(read_topic(scene.settings, "ledger", 6))
    ring = scene.settings.keys.read_bytes()
    again = erase(scene)
    assert again.returncode == 0, again.stderr
    assert "keys destroyed: 0" in again.stdout
    assert asyncio.run(read_topic(scene.settings, "ledger", 6)) == before
    assert scene.settings.keys.read_bytes() == ring


def readable(scene: Scene) -> bool:
    """Whether the town reads anything personal of the clue."""
    matter = scene.planter.matters["clue"]
    town = Agency(scene.stack.console_url, scene.stack.tokens[TOWN])
    items = town.request("GET", f"/v1/matters/{matter}/personal").json()["items"]
    return any(item["mark"] == "personal" for item in items)


def test_keys_that_were_restored_open_nothing_once_the_ledgers_erasures_were_applied(story: Story) -> None:
    scene = story.scene
    asyncio.run(put_back(scene.settings, story.keys))
    assert readable(scene), "rows and ring of before do open it: that is what a replay is for"
    told = scene.command("erase", "--replay")
    assert told.returncode == 0, told.stderr
    assert not readable(scene)
    assert story.keys.opened_by(keyring.load(scene.settings.keys)) == []


def test_keys_that_were_restored_are_erased_again_before_a_door_opens(story: Story) -> None:
    """The last test: the stack is stopped with restored keys, and started again."""
    scene = story.scene
    asyncio.run(put_back(scene.settings, story.keys))
    scene.stack.supervisor.terminate()
    scene.stack.supervisor.wait(120)
    with start(scene.stack.directory, simulated=True, ephemeral=False) as again:
        scene.stack = again
        assert not readable(scene)
        assert story.keys.opened_by(keyring.load(scene.settings.keys)) == []
