"""`liandong rules` and the pages of the rulebook: what a lawyer reads, checks and takes along."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from deploy.commands.rules import rules
from deploy.docs import trace
from deploy.docs.regions import REGIONS
from deploy.embedded.obstacles import Obstacle
from deploy.rulebook.lineage import placed
from processors.rulebook import Rulebook
from processors.rulebook.book import PACKS
from processors.rulebook.library import load_edition
from processors.rulebook.loading import load_pack
from schemas.contracts import contracts

if TYPE_CHECKING:
    from pathlib import Path


DEFAULT = ("national", "delta", "fengxian")
HASH = "a" * 64


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(rules, arguments)
    if isinstance(result.exception, Obstacle):
        raise result.exception
    return result


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(PACKS, tmp_path / "packs")
    return tmp_path / "packs"


def test_the_rules_in_force_have_nothing_to_mend() -> None:
    result = run("check", "--on", "2026-11-21")
    assert result.exit_code == 0
    assert result.output.startswith("✔ national 全国通用规则 ▸ delta 长三角 ▸ fengxian 奉贤区")
    assert Rulebook.load(DEFAULT).hash in result.output


def test_every_mistake_is_told_with_its_remedy(copy: Path) -> None:
    deadlines = copy / "fengxian/deadlines.yaml"
    text = deadlines.read_text(encoding="utf-8")
    mended = text.replace("stop: [ClueReceived]", "stop: [ClueVanished]").replace("verified: false", "", 1)
    deadlines.write_text(mended, encoding="utf-8")
    result = run("check", str(copy))
    assert result.exit_code == 1
    assert re.search(
        r"✘ fengxian/deadlines\.yaml:\d+: .* has no `verified`\.\n  → Say `verified: true`", result.output
    )
    told = json.loads(run("check", str(copy), "--json").output)
    assert told["hash"] is None
    assert {each["file"] for each in told["findings"]} == {"fengxian/deadlines.yaml"}
    assert all(each["remedy"] and each["line"] > 1 for each in told["findings"])


def test_an_edition_a_pack_and_packs_by_name_can_be_checked(copy: Path) -> None:
    (copy / "edition.yaml").write_text("packs: [national, delta, fengxian]\n", encoding="utf-8")
    by_edition = json.loads(run("check", str(copy), "--json").output)
    by_name = json.loads(run("check", *DEFAULT, "--json").output)
    assert by_edition == by_name
    assert json.loads(run("check", str(copy / "national"), "--json").output)["packs"] == ["national"]


def test_a_pack_alone_is_told_what_it_lacks() -> None:
    told = json.loads(run("check", "delta", "--json").output)
    assert any("which no procedure takes" in each["what"] for each in told["findings"])


def test_what_is_no_pack_is_told_with_those_there_are() -> None:
    with pytest.raises(Obstacle, match=r"atlantis is neither .* Packs are: delta, fengxian, national"):
        run("check", "atlantis")


def test_a_rule_is_shown_with_its_law_and_its_place() -> None:
    output = run("show", "r-06").output
    for words in (
        "R-06@1（路由规则）",
        "区城管执法局",
        "四(四)2：“如存有管辖权争议的",
        "✔ 已核对原文",
        "fengxian/routing.yaml:",
    ):
        assert words in output


def test_a_rule_that_nobody_has_compared_is_shown_so() -> None:
    assert "⚠ 未核实" in run("show", "FX-01-SIGN").output


def test_a_fact_is_shown_with_every_rule_and_the_part_that_it_plays() -> None:
    output = run("show", "ClueVerified").output
    assert re.search(r"clue-transfer@1  程序 .* 程序中的事实", output)
    assert re.search(r"PN-01@1  期限规则 .* 办结", output)


def test_a_clause_is_shown_with_the_rules_that_serve_it() -> None:
    assert "R-A1@1" in run("show", "fx-12").output


def test_a_wrong_word_is_answered_with_those_that_are_written_alike() -> None:
    with pytest.raises(Obstacle, match=r"Do you mean .*clue-transfer"):
        run("show", "clue-transfr")


def test_what_a_closer_pack_replaces_is_visible(copy: Path) -> None:
    source = (copy / "national/deadlines.yaml").read_text(encoding="utf-8")
    rule = next(each for each in re.split(r"(?m)^(?=- id: )", source) if each.startswith("- id: PN-05@1"))
    with (copy / "fengxian/deadlines.yaml").open("a", encoding="utf-8") as file:
        file.write("\n" + rule.replace("PN-05@1", "PN-05@2").replace("n: 5", "n: 6"))
    output = run("show", "PN-05", "--from", str(copy)).output
    assert "national，在 fengxian 由 PN-05@2 取代" in output
    assert "fengxian，取代 national 的 PN-05@1" in output
    assert "PN-05@2 fengxian，取代 national 的 PN-05@1" in run("show", "--from", str(copy)).output


def test_an_exported_edition_has_the_hash_of_what_it_was_made_from(tmp_path: Path) -> None:
    result = run("export", str(tmp_path / "edition"))
    assert result.output.startswith(Rulebook.load(DEFAULT).hash)
    assert load_edition(tmp_path / "edition").hash == Rulebook.load(DEFAULT).hash


def test_an_edition_is_never_written_over_another(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("keep me", encoding="utf-8")
    with pytest.raises(Obstacle, match="is not empty"):
        run("export", str(tmp_path))


def test_the_fact_that_publishes_an_edition_has_the_shape_of_its_contract() -> None:
    options = ("--label", "2026-12", "--approval", "沪奉司规〔2026〕1号", "--at", "2026-12-01T09:00:00+08:00")
    fact = json.loads(run("publish", HASH, "--as", "310120-SF01", *options).output)
    fields = {field["name"] for field in contracts()["RuleVersionPublished"].schema["fields"]}
    assert fact["data"].keys() <= fields
    assert fact["data"]["rulebook"] == HASH
    assert fact["matter"].startswith("CK-000000-PT01-")


def test_only_the_office_of_justice_publishes_an_edition() -> None:
    with pytest.raises(Obstacle, match="Who may: 310120-SF01"):
        run("publish", HASH, "--as", "310120-ZG04", "--label", "x", "--approval", "y")
    assert run("publish", "A" * 64, "--as", "310120-SF01", "--label", "x", "--approval", "y").exit_code != 0


def test_every_state_of_every_procedure_is_drawn_with_its_label() -> None:
    written = REGIONS["rulebook procedures"]()
    for pack in Rulebook.load(DEFAULT).packs:
        for procedure in pack.procedures:
            for state, label in procedure.states.items():
                assert f'state "{label}" as {state.replace("-", "_")}' in written


def test_no_label_of_a_diagram_breaks_its_line() -> None:
    for line in REGIONS["rulebook procedures"]().splitlines():
        if " --> " in line:
            assert line.count(":") == 1


def test_every_rule_stands_in_a_page_and_says_whether_it_was_compared() -> None:
    pages = "\n".join(
        REGIONS[f"rulebook {page}"]() for page in ("procedures", "routing", "deadlines", "effects")
    )
    for each in placed(Rulebook.load(DEFAULT).packs):
        assert f"`{each.found.id}`" in pages
    unread = REGIONS["rulebook unread"]()
    assert "`FX-01-SIGN@1`" in unread
    assert "`PN-01@1`" not in unread


def test_every_clause_in_scope_is_answered_by_a_rule_and_played_by_a_scenario() -> None:
    rows = [line.split(" | ") for line in trace.in_scope().splitlines() if line.startswith("| **")]
    assert {row[0].strip("| *") for row in rows} >= {
        f"FX-{n}" for n in ("01", "02", "03", "05", "08", "12", "13")
    }
    for _, _, facts, by, scenarios, _ in rows:
        assert facts.strip()
        assert by.strip()
        assert scenarios.strip()


def test_every_fact_of_the_contracts_that_agencies_state_answers_a_clause_or_is_reference_data() -> None:
    answering = {name for clause in trace.clauses().values() for name in clause.get("facts", ())}
    beside = {
        "OutOfJurisdictionPermitViolationNotified"
    }  # a law of its own, no clause of the documents
    for contract in contracts():
        if contract.stated in {"AGENCY", "BOTH"} and not contract.reference:
            assert contract.name in answering | beside


def test_a_clause_that_nobody_knows_breaks_the_trace(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    routing = copy / "fengxian/routing.yaml"
    routing.write_text(routing.read_text(encoding="utf-8").replace("[FX-05]", "[FX-99]"), encoding="utf-8")
    broken = Rulebook([load_pack(copy, name) for name in DEFAULT])
    monkeypatch.setattr(trace, "rulebook", lambda: broken)
    with pytest.raises(trace.BrokenTrace, match="R-N1@1 serves FX-99"):
        trace.by_rule()
