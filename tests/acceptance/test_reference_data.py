"""An edition of the rulebook and an agency, published on a running stack, decide from their place on.

Expected dates are counted by hand on the State Council's calendar for 2026: 2026-09-20 is a working Sunday,
2026-10-10 a working Saturday, 09-25 to 09-27 and 10-01 to 10-07 are holidays.
"""

from __future__ import annotations

import shutil
from copy import deepcopy
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from backbone.database import open_pool
from backbone.keyring import load as load_keys
from deploy.embedded.testing import start
from deploy.replaying import replay
from deploy.simulation import open_driver
from deploy.verify import verify
from processors.rulebook.book import PACKS
from processors.rulebook.library import load_edition
from producers.testing import place, submission

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from deploy.embedded.testing import StackHandle
    from deploy.simulation import Driver

GOVERNMENT, JUSTICE, WATER = "310120-GV01", "310120-SF01", "310120-ZG04"
NEW_STREET, NEW_TOWNSHIP = "310120-JD31", "310120099"
PARTITIONS = 6


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An edition in which the verification of a clue takes 14 working days from 2026-09-12 on."""
    root = tmp_path_factory.mktemp("editions") / "second"
    shutil.copytree(PACKS, root)
    (root / "edition.yaml").write_text("packs: [national, delta, fengxian]\n", encoding="utf-8")
    for path in root.glob("*/deadlines.yaml"):
        rules = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - text only, no types
        for rule in [r for r in rules if r["id"] == "PN-01@1"]:
            shorter = deepcopy(rule)
            shorter["id"], shorter["valid_from"] = "PN-01@2", "2026-09-12"
            shorter["limit"]["n"] = "14"
            rule["valid_to"] = "2026-09-11"
            rules.append(shorter)
        path.write_text(_dumped(rules), encoding="utf-8")
    return root


def _dumped(rules: list[dict[str, Any]]) -> str:
    """Write rules as plain YAML: numbers and truth bare, all other text quoted."""

    class Dumper(yaml.SafeDumper):
        pass

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        bare = value.isdigit() or value in {"true", "false"}
        tag = "tag:yaml.org,2002:int" if value.isdigit() else "tag:yaml.org,2002:bool"
        if bare:
            return dumper.represent_scalar(tag, value)
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"')

    Dumper.add_representer(str, text)
    Dumper.ignore_aliases = lambda *_: True  # type: ignore[method-assign]
    return yaml.dump(rules, Dumper=Dumper, allow_unicode=True)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, edition: Path) -> Iterator[StackHandle]:
    """A simulated stack whose worker carries a second edition."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIANDONG_EDITIONS", str(edition))
        with start(tmp_path_factory.mktemp("reference"), simulated=True) as running:
            yield running


@pytest.fixture
async def driver(stack: StackHandle) -> AsyncIterator[Driver]:
    settings = stack.settings().model_copy(update={"database": stack.dsn("admin")})
    pool = await open_pool(settings, application="liandong-driver", size=2)
    driver = await open_driver(settings, pool, load_keys(settings.keys), PARTITIONS)
    yield driver
    await driver.close()


async def state(stack: StackHandle, driver: Driver, agency: str, fact: str, at: str, **more: Any) -> Any:
    """Let an agency state a fact at a local time; gives the receipt or the problem."""
    instant = datetime.fromisoformat(f"{at}+08:00")
    await driver.advance(instant)
    body = submission(fact, data=more.get("data")) | {"occurred_at": instant.isoformat(), "matter": None}
    body["region"] = more.get("region", body["region"])
    async with httpx.AsyncClient(base_url=stack.gateway_url, timeout=30) as door:
        answer = await door.post(
            "/v1/facts",
            params={"wait": 10},
            json={name: value for name, value in body.items() if value is not None},
            headers={"Authorization": f"Bearer {stack.tokens[agency]}"},
        )
    await driver.settle()
    return answer.json()


def verification(receipt: Any) -> tuple[str, str]:
    """Give rule and due date of the clock by which a clue is to be verified."""
    (clock,) = [c for c in receipt["clocks"] if c["rule"].startswith("PN-01@")]
    return clock["rule"], clock["due_date"]


async def test_what_is_published_is_decided_with_from_its_place_on_and_survives_a_kill(
    stack: StackHandle, driver: Driver, edition: Path
) -> None:
    before = await state(stack, driver, WATER, "ClueTransferred", "2026-09-08T10:00:00")
    assert verification(before) == ("PN-01@1", "2026-09-29")

    new_hash = load_edition(edition).hash
    receipt = await state(
        stack, driver, JUSTICE, "RuleVersionPublished", "2026-09-14T09:00:00", data={"rulebook": new_hash}
    )
    assert receipt["status"] == "admitted"
    stack.wait_running("worker", instead_of=stack.kill("worker"))
    # 15 days from 09-15 would end on 10-12; 14 end on the working Saturday before.
    after = await state(stack, driver, WATER, "ClueTransferred", "2026-09-15T10:00:00")
    assert verification(after) == ("PN-01@2", "2026-10-10")


async def test_an_edition_that_no_worker_carries_is_refused_and_the_running_one_stays(
    stack: StackHandle, driver: Driver
) -> None:
    refused = await state(
        stack, driver, JUSTICE, "RuleVersionPublished", "2026-09-16T09:00:00", data={"rulebook": "0" * 64}
    )
    assert refused["code"] == "RULEBOOK_NOT_CARRIED"
    assert refused["remedy"]
    clue = await state(stack, driver, WATER, "ClueTransferred", "2026-09-16T10:00:00")
    assert verification(clue)[0] == "PN-01@2"


async def test_a_registered_agency_receives_the_clues_of_its_township(
    stack: StackHandle, driver: Driver
) -> None:
    there = {"data": {"location": place(NEW_TOWNSHIP)}, "region": NEW_TOWNSHIP}
    denied = await state(stack, driver, WATER, "ClueTransferred", "2026-09-17T09:00:00", **there)
    assert denied["status"] == "admitted"
    # Nobody enforces there: the number stands, and the sender is told what to do.
    assert denied["routed"]["to"] == []
    data = {"code": NEW_STREET, "township_code9": NEW_TOWNSHIP, "procedure_rule_set": "MOHURD"}
    registered = await state(stack, driver, GOVERNMENT, "AgencyRegistered", "2026-09-17T10:00:00", data=data)
    assert registered["status"] == "admitted"
    routed = await state(stack, driver, WATER, "ClueTransferred", "2026-09-17T11:00:00", **there)
    assert routed["routed"]["to"] == [NEW_STREET]
    again = data | {"procedure_rule_set": "MARKET"}
    changed = await state(stack, driver, GOVERNMENT, "AgencyRegistered", "2026-09-17T12:00:00", data=again)
    assert changed["status"] == "admitted"
    # The market regulator's own procedure verifies within the same 15 days, by a rule of its own.
    other = await state(stack, driver, WATER, "ClueTransferred", "2026-09-17T13:00:00", **there)
    assert [c["rule"] for c in other["clocks"] if c["rule"].startswith("PN-01")] == ["PN-01b@1"]
    taken = data | {"code": "310120-JD32", "slug": "fx-other"}
    refused = await state(stack, driver, GOVERNMENT, "AgencyRegistered", "2026-09-17T14:00:00", data=taken)
    assert refused["code"] == "BAD_REFERENCE"


async def test_a_replay_gives_the_same_chain_across_editions_and_everything_owed_arrived(
    stack: StackHandle, driver: Driver, edition: Path
) -> None:
    await driver.settle()
    settings = stack.settings().model_copy(update={"editions": (edition,)})
    again = await replay(settings, stack.dsn("admin"))
    assert [str(each) for each in again.differences] == []
    assert again.chained > 0
    assert (await verify(settings, stack.dsn("admin"))).failures == ()
