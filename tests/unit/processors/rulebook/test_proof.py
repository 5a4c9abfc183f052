"""A rulebook that does not hold together is refused when it is loaded: file, line, mistake, remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from tests.unit.processors.rulebook.conftest import Packs

CLUE = "fengxian/procedures/clue_transfer.yaml"
DEADLINES = "national/deadlines.yaml"
ROUTING = "fengxian/routing.yaml"
EFFECTS = "fengxian/effects.yaml"


class Mistake(NamedTuple):
    """One change to a file, what is said of it, and the word of the remedy."""

    file: str
    old: str
    new: str
    what: str
    remedy: str
    below: int = 0
    """How many lines below the change the mistake is told."""


LOOSE = "  lost: 遗失\n"

MISTAKES = {
    "an expression that does not type-check": Mistake(
        ROUTING,
        "fact.jurisdiction_claim in ['DISPUTED', 'UNKNOWN']",
        "fact.jurisdiction_claim in ['DISPUTED', 'UNSURE']",
        "JurisdictionClaim is never 'UNSURE'",
        "Ask for what can be in it",
    ),
    "an expression about a field that the contract has not": Mistake(
        CLUE,
        "fact.location.township_code9.startsWith(fact.location.adcode6)",
        "fact.location.township.startsWith(fact.location.adcode6)",
        "Location has no field township",
        "township_code9",
    ),
    "an expression about a state that the procedure has not": Mistake(
        DEADLINES,
        "matter.state != 'returned'",
        "matter.state != 'sent-back'",
        "is never 'sent-back'",
        "Compare",
    ),
    "a state that no fact enters": Mistake(
        CLUE, "states:\n", "states:\n" + LOOSE, "no fact leads to the state lost", "Let a fact lead there", 1
    ),
    "an impossible deadline": Mistake(
        DEADLINES,
        "limit: {n: 15, unit: DAY, day_kind: WORKING}",
        "limit: {n: 0, unit: DAY, day_kind: WORKING}",
        "a limit is 1 to 9999 of its unit, not 0",
        "unit and day_kind",
    ),
    "a rule without a source": Mistake(
        EFFECTS,
        "  source: {law: 上海市城市管理行政执法条例, article: 第二十八条}\n",
        "",
        "FX-01-FILED@1 has no `source`",
        "Cite the law",
        -8,
    ),
    "a validity that ends before it begins": Mistake(
        EFFECTS,
        "  verified: true\n",
        "  verified: true\n  valid_from: '2026-07-01'\n  valid_to: '2026-06-30'\n",
        "FX-01-FILED@1 ends on 2026-06-30, before it begins on 2026-07-01",
        "Let it end later",
        2,
    ),
    "a validity that is no day": Mistake(
        EFFECTS,
        "  verified: true\n",
        "  verified: true\n  valid_from: '2026-06-31'\n",
        "there is no day 2026-06-31",
        "Write a date",
        1,
    ),
    "a limit above its ceiling": Mistake(
        "national/deadlines.yaml",
        "  ceiling:\n    n: 180\n",
        "  ceiling:\n    n: 80\n",
        "the limit of 90 DAY NATURAL_ROLL is above its ceiling of 80 DAY NATURAL_ROLL",
        "Shorten the limit",
        -1,
    ),
    "a routing rule behind one that always holds": Mistake(
        ROUTING,
        "fact.jurisdiction_claim in ['DISPUTED', 'UNKNOWN']",
        "true",
        "R-13@1 is never reached for ClueTransferred: R-06@1 stands before it and always holds",
        "rank",
    ),
    "a target that the fact does not name": Mistake(
        ROUTING,
        "to: {field: designated_agency}",
        "to: {field: designated}",
        "JurisdictionDesignated has no text designated",
        "Name a field",
    ),
    "a fact that is routed without a rule": Mistake(
        ROUTING,
        "facts: [PenaltyDigestSent]",
        "facts: [PenaltyCounted]",
        "PenaltyDigestSent is routed, but no routing rule is for it",
        "Write one in routing.yaml",
    ),
    "a clock that hears a fact of another procedure": Mistake(
        DEADLINES,
        "  stop: [ClueVerified]\n",
        "  stop: [ClueVerified, CaseFiled]\n",
        "CaseFiled never comes in clue-transfer@1, where PN-01@1 starts",
        "Name a fact of that procedure",
    ),
    "an effect that lacks what its contract asks for": Mistake(
        EFFECTS,
        "  take: [case_no]\n",
        "",
        "ClueCaseProgressed must bring case_no, and FX-01-FILED@1 neither takes nor sets it",
        "or set it",
        -1,
    ),
    "an effect whose field does not fit": Mistake(
        EFFECTS,
        "stage: \"'FILED'\"",
        "stage: \"'OPENED'\"",
        "it gives text",
        "This place takes",
    ),
    "an effect that is taken nowhere": Mistake(
        EFFECTS,
        "matter: {kind: HZ,",
        "matter: {kind: CX,",
        "no procedure of kind CX opens with PenaltyCounted from the platform",
        "by: {party: platform}",
        1,
    ),
}


def line_of(packs: Packs, mistake: Mistake) -> int:
    return packs.change(mistake.file, mistake.old, mistake.new) + mistake.below


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_file_line_and_remedy(packs: Packs, name: str) -> None:
    mistake = MISTAKES[name]
    line = line_of(packs, mistake)
    broken = packs.refused()
    assert mistake.what in broken.what
    assert mistake.remedy in broken.remedy
    assert str(broken).startswith(f"{broken.file}:{broken.line}: ")
    if "is routed, but" not in mistake.what and "never reached" not in mistake.what:
        assert (broken.file, broken.line) == (mistake.file, line)
