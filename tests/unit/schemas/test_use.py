"""What a fact's contract says of its use: who states it, about what, what opens, follows and publishes."""

from __future__ import annotations

import pytest

from schemas import contracts as module
from schemas.agencies import PLATFORM
from schemas.contracts import EFFECTS, FACT_CONTEXTS, OPENING, REFERENCES, STATABLE, contracts, kept_fields
from schemas.facts.vocabulary import MarkerKind
from schemas.identifiers import MatterKind, parse_matter_id, reference_matter

FIRST_FACTS = {
    "clue": """ClueRegistered ClueTransferred ClueReceived ClueReturnedForSupplement ClueSupplemented
        ClueJurisdictionDisputed ClueTriageReceived ClueTriaged ClueForwarded ClueVerified
        ClueVerificationExtended ClueDispositionFedBack ClueClosed CaseTransferObjected
        JurisdictionDesignationRequested JurisdictionDesignated""",
    "assist": """AssistanceCatalogPublished AssistanceRequested AssistanceAccepted AssistanceDeclined
        AssistanceExtended AssistanceOpinionProvided""",
    "notify": """PermitInfoNotified SupervisionInfoNotified NotificationAcknowledged PenaltyDigestSent
        OutOfJurisdictionPermitViolationNotified""",
    "case": "CaseFiled PenaltyDecided",
    "delta": "DeltaClueTransferred DeltaWarningIssued DeltaWarningAcknowledged",
    "ref": "AgencyRegistered WorkCalendarPublished RuleVersionPublished",
    "platform": """FactRefused FactHeld FactRouted RoutingDenied DeadlineScheduled DeadlineWarned
        DeadlinePaused DeadlineResumed DeadlineExtended DeadlineRecalculated DeadlineMet DeadlineBreached
        DeadlineCancelled EscalationRaised PersonalDataShredded""",
}
"""The facts of the first version, context by context, beside the effects and what they are owed by."""


def test_every_fact_of_the_first_version_has_its_contract_and_only_what_follows_is_added() -> None:
    settled = {name: context for context, names in FIRST_FACTS.items() for name in names.split()}
    there = {c.name: c.context for c in contracts() if c.context in FACT_CONTEXTS and c.is_record}
    assert settled.items() <= there.items()
    assert there.keys() - settled.keys() == (EFFECTS - {"PersonalDataShredded"}) | {"EffectOwed"}


def test_agencies_state_all_facts_but_effects_and_the_platforms_own() -> None:
    own = {c.name for c in contracts() if c.context == "platform"}
    assert {
        c.name for c in contracts() if c.context in FACT_CONTEXTS and c.is_record
    } - STATABLE == own | EFFECTS
    assert contracts()["ClueReturnedForSupplement"].stated == "BOTH"
    assert contracts()["ClueReceived"].stated == "AGENCY"
    assert contracts()["Tick"].stated == ""


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("ClueTransferred", ("XS",)),
        ("AssistanceRequested", ("XZ",)),
        ("PermitInfoNotified", ("CG",)),
        ("NotificationAcknowledged", ("CG", "HZ")),
        ("PenaltyDigestSent", ("HZ",)),
        ("PenaltyDecided", ("AJ",)),
        ("DeltaClueTransferred", ("CX",)),
        ("DeltaWarningIssued", ("YJ",)),
        ("WorkCalendarPublished", ("CK",)),
        ("PersonalDataShredded", ("DX",)),
        ("DeadlineMet", ()),
    ],
)
def test_a_fact_is_about_its_kinds_of_matter(name: str, kinds: tuple[str, ...]) -> None:
    assert contracts()[name].about == kinds


def test_a_matter_begins_with_a_fact_that_may_open_it() -> None:
    assert {"ClueRegistered", "ClueTransferred", "CaseFiled", "PenaltyDecided", "PenaltyCounted"} <= OPENING
    assert not OPENING & {
        "ClueReceived",
        "AssistanceAccepted",
        "PenaltyDigestSent",
        "DeltaWarningAcknowledged",
    }
    assert REFERENCES.keys() <= OPENING


def test_reference_data_have_one_matter_for_each_kind_of_marker() -> None:
    assert set(REFERENCES.values()) == {kind.value for kind in MarkerKind} - {"GENESIS", "UNKNOWN"}
    ids = {kind: parse_matter_id(reference_matter(kind)) for kind in REFERENCES.values()}
    assert {each.kind for each in ids.values()} == {MatterKind.REFERENCE}
    assert {each.agency for each in ids.values()} == {PLATFORM}
    assert len({each.text for each in ids.values()}) == len(ids)


def test_a_reference_matter_keeps_its_id_for_ever() -> None:
    assert reference_matter("CALENDAR") == "CK-000000-PT01-CUF4XLQCKS-D"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("ClueTransferred", ("domain_code", "reply_requested")),
        ("ClueVerified", ("conclusion",)),
        ("ClueTriaged", ("assigned_agency",)),
        ("JurisdictionDesignated", ("designated_agency",)),
        ("AssistanceRequested", ("request_no", "item_code")),
        ("PenaltyCounted", ("month", "department")),
        ("CaseFiled", ("case_no", "clue_refs", "domain_code")),
        ("ClueReceived", ()),
    ],
)
def test_a_matter_remembers_the_fields_that_are_kept(name: str, kept: tuple[str, ...]) -> None:
    assert kept_fields(name) == kept


def test_there_are_no_other_sets() -> None:
    with pytest.raises(AttributeError, match="no attribute 'WEATHER'"):
        module.__getattr__("WEATHER")
