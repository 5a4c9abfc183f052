"""Playing and reporting: time goes one way, a step that fails ends its own scenario and no other."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any, cast

import httpx
from click.testing import CliRunner
from rich.console import Console

from deploy.commands.scenario import scenario as command
from deploy.scenarios.files import load, load_all
from deploy.scenarios.play import Played, Player
from deploy.scenarios.report import report
from deploy.scenarios.stage import Performance, companies
from deploy.verify import Verdict

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from deploy.scenarios.eyes import Eyes
    from deploy.scenarios.model import Scenario
    from deploy.simulation import Driver

WELL = Verdict(1, 1, 1, 0, 0, {}, {}, ())
TEXT = """scenario: {name}
title: {{zh: 题, en: Title}}
clauses: [FX-01]
given: {{zh: 无, en: Nothing}}
steps:
  - when: 2026-09-08 {first}
    zh: 一
    en: One
    by: 区水务局
    fact: ClueTransferred
    matter: 线索
    to: 南桥镇
    data: {{urgency: {urgency}}}
  - when: 2026-09-09 {first}
    zh: 二
    en: Two
    by: 南桥镇
    fact: ClueReceived
    matter: 线索
    data: {{note: !matter 线索}}
"""


class Time:
    """A driver that only remembers where it was moved."""

    def __init__(self) -> None:
        self.instants: list[datetime] = []

    async def advance(self, to: datetime) -> None:
        self.instants.append(to)

    async def settle(self) -> None:
        return


class Blind:
    """Eyes that know how to say who they are, and see nothing."""

    def bearer(self, agency: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {agency}"}


def scenarios(directory: Path, *each: tuple[str, str, str]) -> list[Scenario]:
    found = []
    for name, first, urgency in each:
        path = directory / f"{name}.yaml"
        path.write_text(TEXT.format(name=name, first=first, urgency=urgency), encoding="utf-8")
        found.append(load(str(path)))
    return found


async def play(chosen: list[Scenario]) -> tuple[list[Played], Time, list[dict[str, Any]]]:
    """Play before a door that refuses what is urgent, and gives what it admits the name of who sent it."""
    time, posted = Time(), []

    def door(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        posted.append(body)
        if body["data"].get("urgency") == "P0":
            return httpx.Response(422, json={"code": "BAD_REGION", "detail": "不一致"})
        matter = body.get("matter", f"XS-{len(posted)}")
        return httpx.Response(200, json={"status": "admitted", "event_id": "E", "matter": matter})

    async with httpx.AsyncClient(transport=httpx.MockTransport(door), base_url="http://door") as client:
        player = Player(cast("Driver", time), client, cast("Eyes", Blind()))
        played = [event async for event in player.play(chosen) if isinstance(event, Played)]
    return played, time, posted


async def test_the_steps_of_all_are_taken_in_the_order_of_time(tmp_path: Path) -> None:
    played, time, _ = await play(scenarios(tmp_path, ("late", "11:00", "P2"), ("early", "10:00", "P2")))
    assert [each.scenario.scenario for each in played] == ["early", "late", "early", "late"]
    assert time.instants == sorted(time.instants)


async def test_matters_of_the_same_name_are_kept_apart(tmp_path: Path) -> None:
    _, _, posted = await play(scenarios(tmp_path, ("a", "10:00", "P2"), ("b", "11:00", "P2")))
    assert [(body.get("matter"), body["data"].get("note")) for body in posted] == [
        (None, None),
        (None, None),
        ("XS-1", "XS-1"),
        ("XS-2", "XS-2"),
    ]


async def test_a_step_that_fails_ends_its_own_scenario_and_no_other(tmp_path: Path) -> None:
    chosen = scenarios(tmp_path, ("bad", "10:00", "P0"), ("good", "11:00", "P2"))
    played, _, _ = await play(chosen)
    assert [each.scenario.scenario for each in played] == ["bad", "good", "good"]
    told = StringIO()
    console = Console(file=told, width=200)
    assert not report(Performance(tuple(played), WELL), chosen, console)
    assert "expected 应为 admitted" in told.getvalue()
    assert "found 实为 refused BAD_REGION 不一致" in told.getvalue()
    assert "bad.yaml:6" in told.getvalue()
    assert "1 further steps were not played" in told.getvalue()
    assert report(Performance(tuple(played), WELL), chosen[1:], console)


async def test_views_that_differ_from_the_ledger_fail_every_report(tmp_path: Path) -> None:
    chosen = scenarios(tmp_path, ("good", "11:00", "P2"))
    played, _, _ = await play(chosen)
    verdict = Verdict(1, 1, 1, 0, 0, {}, {}, ("the views differ",))
    assert not report(Performance(tuple(played), verdict), chosen, Console(file=StringIO()))


def test_who_changes_what_others_rest_on_is_played_alone() -> None:
    chosen = load_all()
    alone = chosen[0].model_copy(update={"alone": True})
    assert companies([alone, *chosen[1:]]) == [chosen[1:], [alone]]


def test_the_command_lists_what_ships_and_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    listed = CliRunner().invoke(command, ["--list"])
    assert listed.exit_code == 0
    assert all(each.scenario in listed.output and each.title.zh in listed.output for each in load_all())
    path = tmp_path / "broken.yaml"
    path.write_text("scenario: [", encoding="utf-8")
    broken = CliRunner().invoke(command, [str(path)])
    assert (broken.exit_code, broken.output.partition(" is no YAML")[0]) == (2, "✘ broken.yaml:1:")
