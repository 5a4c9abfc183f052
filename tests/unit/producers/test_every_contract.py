"""What holds for every fact that an agency may state, whatever its contract says, now and later.

Each contract is filled in to its last field: lists with two items, optional fields present, and in every
personal field a text of its own that was never seen before.
"""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from backbone.keyring import generate
from backbone.vault import MemoryKeyProvider
from producers.gateway.fields import AGENCY_LENGTH, MATTER_LENGTH, TEXT_LENGTH
from producers.gateway.kinds import FIXED, KINDS, OPENING, PLATFORM_ONLY, STATABLE
from producers.gateway.places import holders, measured
from producers.gateway.sealing import Sealed, seal
from schemas.codec import CODEC
from schemas.contracts import PRIMITIVES, contracts, not_null, personal_paths

if TYPE_CHECKING:
    from collections.abc import Iterator

MATTER = "XS-310120-ZG04-20260908-000123-2"
EVENT = "01998ab0-0000-7000-8000-000000000000"
RING = generate()

IN_CLEAR = {
    "AgencyRegistered.full_name_zh": "the name of an agency",
    "AgencyRegistered.name_en": "the name of an agency",
    "AgencyRegistered.note": "about an agency",
    "AssistanceAccepted.contact_desk": "a desk, no person",
    "AssistanceCatalogPublished.label": "the title of a catalogue",
    "AssistanceOpinionProvided.request_no": "the number of a document",
    "AssistanceRequested.case_no": "the number of a case",
    "AssistanceRequested.request_no": "the number of a document",
    "AttachmentRef.media_type": "a code of IANA",
    "AttachmentRef.object_id": "an id",
    "CaseFiled.case_no": "the number of a case",
    "CatalogueItem.content_zh": "what a catalogue offers",
    "CatalogueItem.required_inputs": "what a catalogue asks for",
    "ClueDispositionFedBack.case_no": "the number of a case",
    "ClueReceived.received_by": "a desk, no person",
    "DeltaClueTransferred.org_name": "a firm's alone, checked",
    "DeltaClueTransferred.summary_public": "written for other provinces, checked for numbers",
    "DeltaWarningIssued.modus_zh": "about many cases, checked for numbers",
    "DeltaWarningIssued.stats_zh": "about many cases, checked for numbers",
    "DeltaWarningIssued.suggested_action_zh": "about many cases, checked for numbers",
    "DigestCase.case_no": "the number of a case",
    "DigestCase.decision_no": "the number of a decision",
    "Discretion.benchmark": "the title of a benchmark",
    "DocRef.doc_no": "the number of a document",
    "DocRef.issuer": "the name of an agency",
    "EvidenceItem.object_ref": "an id",
    "LawRef.article": "a place in a law",
    "LawRef.law": "the title of a law",
    "LawRef.quote": "the words of a law",
    "Location.address_text": "the place of the violation is structured and clear by design",
    "Meta.purpose": "why data are processed",
    "MissingElement.zh": "the name of an element",
    "OutOfJurisdictionPermitViolationNotified.decision_no": "the number of a decision",
    "OutOfJurisdictionPermitViolationNotified.permit_issuer_name": "the name of an agency",
    "OutOfJurisdictionPermitViolationNotified.permit_no": "the number of a permit",
    "PartyRef.org_name": "a firm's alone: of everybody else the door moves it to the name",
    "PenaltyDecided.case_no": "the number of a case",
    "PenaltyDecided.decision_no": "the number of a decision",
    "PenaltyDecided.executor_unit": "the name of a unit",
    "PenaltyDecided.issuer": "the name of an agency",
    "PenaltyDigestSent.digest_no": "the number of a document",
    "PermitInfoNotified.conditions": "the words of a permit, which is public",
    "PermitInfoNotified.issuer": "the name of an agency",
    "PermitInfoNotified.permit_no": "the number of a permit",
    "PermitInfoNotified.scope_text": "the words of a permit, which is public",
    "PermitRef.issuer_name": "the name of an agency",
    "PermitRef.permit_no": "the number of a permit",
    "Remedies.court": "the name of a court",
    "Remedies.reconsideration_body": "the name of an agency",
    "RuleVersionPublished.label": "the title of a rulebook",
    "RuleVersionPublished.notes": "about a rulebook",
    "SupervisionInfoNotified.inspection_no": "the number of an inspection",
}
"""Text in clear that is long enough for a name, and why nobody is named there."""


class Filled:
    """One record of a contract with every field filled in, and what was planted where."""

    def __init__(self, name: str) -> None:
        self._numbers = count(1)
        self.planted: dict[str, str] = {}
        self.record: dict[str, Any] = self._value(contracts()[name].schema, {}, "")
        self.record["meta"] |= {"matter": MATTER, "event_id": EVENT}

    def _value(self, schema: Any, field: dict[str, Any], path: str) -> Any:
        schema = not_null(schema)
        if isinstance(schema, str):
            if schema not in PRIMITIVES:
                return self._value(contracts().named(schema), field, path)
            return self._plain(schema, field, path)
        kind = schema["type"]
        if kind == "array":
            return [self._value(schema["items"], field, f"{path}/{n}") for n in range(2)]
        if kind == "enum":
            return schema["symbols"][0]
        if kind == "record":
            return {f["name"]: self._value(f["type"], f, f"{path}/{f['name']}") for f in schema["fields"]}
        return 1_788_000_000_000_000

    def _plain(self, kind: str, field: dict[str, Any], path: str) -> Any:
        if "personal" in field:
            self.planted[path] = f"私密{next(self._numbers):03}号Nobody"
            return self.planted[path]
        if kind == "string":
            return "310120101" if field["name"] == "township_code9" else "x" * field.get("min", 1)
        return {"boolean": True, "double": 1.5, "bytes": b"x" * 32}.get(kind, 1)


@cache
def filled(name: str) -> Filled:
    return Filled(name)


async def sealed(name: str, keys: MemoryKeyProvider) -> Sealed:
    return await seal(name, filled(name).record, keys, RING.door, 6)


def fields() -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Every field of every fact of the agencies, once: `Record.field`, the field, the type of one value."""
    met: set[str] = set()

    def walk(schema: Any) -> Iterator[tuple[str, dict[str, Any], Any]]:
        schema = not_null(schema)
        if isinstance(schema, str):
            schema = contracts().named(schema) if schema not in PRIMITIVES else {"type": schema}
        if schema["type"] == "array":
            yield from walk(schema["items"])
        elif schema["type"] == "record" and schema["name"] not in met:
            met.add(schema["name"])
            for field in schema["fields"]:
                inner = not_null(field["type"])
                item = inner["items"] if isinstance(inner, dict) and inner["type"] == "array" else inner
                yield f"{schema['name']}.{field['name']}", field, item
                yield from walk(field["type"])

    for name in STATABLE:
        yield from walk(contracts()[name].schema)


def texts() -> Iterator[tuple[str, dict[str, Any]]]:
    """The fields that hold text of any kind."""
    return ((where, field) for where, field, item in fields() if item in ("string", "bytes"))


@pytest.mark.parametrize("name", STATABLE)
async def test_no_personal_field_at_any_depth_is_readable_in_the_bytes(name: str) -> None:
    fact = await sealed(name, MemoryKeyProvider())
    for path, text in filled(name).planted.items():
        assert text.encode() not in fact.value, path


@pytest.mark.parametrize("name", STATABLE)
async def test_the_keeper_of_the_keys_reads_every_personal_field_again(name: str) -> None:
    keys = MemoryKeyProvider()
    record = CODEC.decode((await sealed(name, keys)).value).record
    read: dict[str, str | None] = {}
    for field in personal_paths(name):
        for holder, where in holders(record, field.path[:-1]):
            read[f"{where}/{field.path[-1]}"] = await keys.decrypt(holder[field.path[-1]])
    planted = filled(name).planted
    assert {path: text.rpartition("；")[2] if text else text for path, text in read.items()} == planted


@pytest.mark.parametrize("name", STATABLE)
async def test_a_retry_of_any_fact_gives_the_same_bytes(name: str) -> None:
    keys = MemoryKeyProvider()
    assert await sealed(name, keys) == await sealed(name, keys)


@pytest.mark.parametrize("name", STATABLE)
async def test_every_party_bears_a_pseudonym_and_every_measured_text_its_length(name: str) -> None:
    record = CODEC.decode((await sealed(name, MemoryKeyProvider())).value).record
    for field in personal_paths(name):
        if field.kind == "person":
            for party, _ in holders(record, field.path[:-1]):
                assert party["party_token"].startswith("P-")
    for path, number, text in measured(name):
        planted = filled(name).planted["".join(f"/{step}" for step in (*path, text))]
        for holder, _ in holders(record, path):
            assert holder[number] == len(planted)


def test_there_are_personal_fields_in_lists_and_under_many_names() -> None:
    """The tests above would prove little if the contracts had none of these."""
    paths = {(name, "/".join(field.path)) for name in STATABLE for field in personal_paths(name)}
    assert {
        ("AssistanceRequested", "questions/[]/text"),
        ("AssistanceOpinionProvided", "answers/[]/text"),
        ("ClueJurisdictionDisputed", "claims/[]/reason"),
        ("PermitInfoNotified", "holder/id_number"),
        ("SupervisionInfoNotified", "object/name"),
        ("OutOfJurisdictionPermitViolationNotified", "party/phone"),
        ("PenaltyDecided", "penalties/[]/detail"),
    } <= paths


def test_text_in_clear_is_clear_for_a_reason_that_stands_in_this_file() -> None:
    """A new field that could hold a name fails here until it is marked, or until somebody says why not."""
    unmarked = {
        where
        for where, field in texts()
        if not {"personal", "pattern", "format"} & field.keys()
        and (field.get("itemMax") or field["max"]) >= TEXT_LENGTH
    }
    assert unmarked == IN_CLEAR.keys()


def test_agencies_and_matters_are_told_by_the_bounds_of_their_fields() -> None:
    """The door checks codes and ids by these bounds alone, so nothing else may have them."""
    unshaped = [(where, f) for where, f in texts() if not {"pattern", "format", "personal"} & f.keys()]
    bounds = {where: field.get("itemMax") or field["max"] for where, field in unshaped}
    assert {where for where, bound in bounds.items() if bound == AGENCY_LENGTH} == {
        "AssistanceDeclined.competent_agency",
        "CatalogueItem.provider",
        "Claim.agency",
        "ClueForwarded.assigned_agency",
        "ClueTriaged.assigned_agency",
        "EvidenceItem.collector_agency",
        "JurisdictionDesignated.designated_agency",
        "JurisdictionDesignationRequested.parties",
        "Meta.addressed_to",
        "Meta.agency",
        "PenaltyDigestSent.department",
    }
    assert {where for where, bound in bounds.items() if bound == MATTER_LENGTH} == {
        "CaseFiled.clue_refs",
        "DeltaClueTransferred.clue_ref",
        "Meta.matter",
        "PenaltyDecided.assist_refs",
        "PenaltyDecided.clue_refs",
    }


def test_what_has_happened_already_is_told_by_the_name_of_its_field() -> None:
    """A name that ends in `_at` may not lie ahead; these may, or are looked at apart."""
    times = {
        where
        for where, field, item in fields()
        if (isinstance(item, dict) and "logicalType" in item) or field.get("format") == "date"
    }
    assert {where for where in times if not where.endswith("_at")} == {
        "AssistanceExtended.new_reply_by",
        "CatalogueItem.valid_from",
        "CatalogueItem.valid_to",
        "ClueReturnedForSupplement.supplement_due",
        "DayName.date",
        "DeltaWarningIssued.valid_until",
        "PenaltyItem.perform_by",
        "Period.end",
        "Period.start",
        "PermitInfoNotified.valid_from",
        "PermitInfoNotified.valid_to",
        "SupervisionInfoNotified.due_on",
    }


def test_a_fact_is_for_agencies_or_for_the_platform_and_each_knows_its_matter() -> None:
    assert not PLATFORM_ONLY & set(STATABLE)
    assert all(KINDS[name] for name in STATABLE)
    assert not OPENING.keys() & FIXED.keys()
    assert KINDS["NotificationAcknowledged"] == ("CG", "HZ")
    assert FIXED["WorkCalendarPublished"].startswith("CK-000000-PT01-")
    assert len(set(FIXED.values())) == len(FIXED)
