"""No field of a party, and no free text that an agency writes, can leave a door in clear.

The fields are found by a walk of this file's own through the contracts as they are on the wire, not by the
function that doors use; that function must then name the same ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from schemas.contracts import FACT_CONTEXTS, PersonalField, contracts, personal_paths

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERY = sorted(c.name for c in contracts().on_the_wire() if c.context in {*FACT_CONTEXTS, "feed"})
STATED = [name for name in EVERY if contracts()[name].stated in {"AGENCY", "BOTH"}]
LONG = 200
"""A text that may be longer is prose, in which anything may be said."""

CLEAR_PROSE = {
    ("LawRef", "quote"): "the words of a law",
    ("Location", "address_text"): "where it happened; about a place",
    ("CatalogueItem", "content_zh"): "published",
    ("PermitInfoNotified", "scope_text"): "what a public permit permits",
    ("PermitInfoNotified", "conditions"): "what a public permit demands",
    ("DeltaClueTransferred", "summary_public"): "written for others, about no person",
    ("DeltaWarningIssued", "stats_zh"): "aggregated",
    ("DeltaWarningIssued", "modus_zh"): "aggregated",
    ("DeltaWarningIssued", "suggested_action_zh"): "advice",
    ("AgencyRegistered", "note"): "about an agency",
    ("RuleVersionPublished", "notes"): "about rules",
}
"""Every prose of an agency that is not encrypted, and why it may not be."""
CLEAR_NAMES = {("DayName", "name"): "of a holiday", ("AgencyRegistered", "note"): "about an agency"}
TELLING_NAMES = {
    *("name", "id_number", "phone", "home_address", "plate_no", "legal_representative", "note", "reason"),
    *("summary", "facts", "text", "finding", "violation", "problems", "detail", "deviation"),
}
BYTES_BUT_NOT_PERSONAL = {
    ("FactRefused", "content_hash"): "a hash",
    ("EffectMeta", "cause_hash"): "a hash",
    ("Original", "hash"): "a hash",
    ("FactHeld", "value"): "a record as it came, its personal fields encrypted",
    ("EffectOwed", "value"): "an effect as it is sent, its personal fields encrypted",
}


class Leaf(NamedTuple):
    """A field that holds no record: the record it stands in, where, its type, and what the contract says."""

    owner: str
    path: tuple[str, ...]
    kind: Any
    said: dict[str, Any]


def leaves(name: str) -> list[Leaf]:
    return list(_walk(contracts().expanded(name), (), {}))


def _walk(record: dict[str, Any], path: tuple[str, ...], known: dict[str, Any]) -> Iterator[Leaf]:
    known[f"{record['namespace']}.{record['name']}"] = record
    for field in record["fields"]:
        here = (*path, field["name"])
        kind = _bare(field["type"], known)
        if isinstance(kind, dict) and kind["type"] == "array":
            kind = _bare(kind["items"], known)
            here = (*here, "[]") if isinstance(kind, dict) and kind["type"] == "record" else here
        if isinstance(kind, dict) and kind["type"] == "record":
            yield from _walk(kind, here, known)
        else:
            yield Leaf(record["name"], here, kind, field)


def _bare(kind: Any, known: dict[str, Any]) -> Any:
    if isinstance(kind, list):
        kind = next(branch for branch in kind if branch != "null")
    if isinstance(kind, dict) and kind["type"] == "enum":
        known[f"{kind['namespace']}.{kind['name']}"] = kind
    return known.get(kind, kind) if isinstance(kind, str) else kind


@pytest.mark.parametrize("name", EVERY)
def test_doors_are_told_every_personal_field_wherever_it_lies(name: str) -> None:
    marked = [
        PersonalField(leaf.path, leaf.said["personal"]) for leaf in leaves(name) if "personal" in leaf.said
    ]
    assert list(personal_paths(name)) == marked


@pytest.mark.parametrize("name", EVERY)
def test_bytes_are_ciphertext_a_hash_or_a_record_kept_as_it_came(name: str) -> None:
    for leaf in leaves(name):
        if leaf.kind == "bytes" and "personal" not in leaf.said:
            assert (leaf.owner, leaf.said["name"]) in BYTES_BUT_NOT_PERSONAL, leaf.path


def test_a_party_shows_in_clear_only_what_is_no_person() -> None:
    fields = contracts()["PartyRef"].schema["fields"]
    assert {f["name"]: f["personal"] for f in fields if "personal" in f} == {
        "name": "person",
        "id_number": "person",
        "phone": "person",
        "note": "text",
    }
    assert {f["name"] for f in fields if "personal" not in f} == {
        *("party_type", "party_token", "party_role"),
        *("org_name", "uscc", "reg_adcode"),
        "id_kind",
    }


@pytest.mark.parametrize("name", STATED)
def test_prose_of_an_agency_is_encrypted_unless_it_is_about_no_person(name: str) -> None:
    for leaf in leaves(name):
        length = leaf.said.get("itemMax", leaf.said.get("max", 0))
        prose = leaf.kind == "string" and (leaf.said.get("multiline") or length > LONG)
        if prose:
            assert (leaf.owner, leaf.said["name"]) in CLEAR_PROSE, leaf.path


@pytest.mark.parametrize("name", STATED)
def test_a_field_whose_name_promises_a_person_or_prose_is_encrypted(name: str) -> None:
    for leaf in leaves(name):
        texts = leaf.kind in ("string", "bytes") and leaf.said["name"] in TELLING_NAMES
        if texts and (leaf.owner, leaf.said["name"]) not in CLEAR_NAMES:
            assert "personal" in leaf.said, leaf.path


def test_every_reason_for_clear_text_is_still_needed() -> None:
    found = {(leaf.owner, leaf.said["name"]) for name in EVERY for leaf in leaves(name)}
    assert {*CLEAR_PROSE, *CLEAR_NAMES, *BYTES_BUT_NOT_PERSONAL} <= found


@pytest.mark.parametrize(
    "name",
    ["DeltaClueTransferred", "DeltaWarningIssued", "DeltaPenaltyForwarded", "PenaltyCounted"]
    + [name for name in EVERY if contracts()[name].context == "feed"],
)
def test_what_leaves_the_province_or_is_counted_holds_no_person(name: str) -> None:
    assert personal_paths(name) == ()
    assert not [leaf for leaf in leaves(name) if leaf.owner == "PartyRef"]


def fields(name: str) -> dict[str, Any]:
    found = contracts()[name].schema["fields"]
    return {f["name"]: (f["type"], f.get("max")) for f in found if f["name"] != "meta"}


class TestTheAllowListOfAFeed:
    own = frozenset({"feed", "original"})

    def test_is_for_a_penalty_what_was_forwarded(self) -> None:
        assert fields("PenaltyShared").keys() - self.own == fields("DeltaPenaltyForwarded").keys()

    def test_is_for_a_clue_what_was_transferred_with_a_place_no_nearer_than_its_town(self) -> None:
        shared, transferred = fields("ClueShared"), fields("DeltaClueTransferred")
        assert shared.keys() - transferred.keys() - self.own == {"adcode6", "township_code9"}
        assert transferred.keys() - shared.keys() == {"clue_ref", "location"}

    def test_is_for_a_warning_what_was_issued(self) -> None:
        assert fields("WarningShared").keys() - self.own == fields("DeltaWarningIssued").keys()

    @pytest.mark.parametrize("name", ["PenaltyShared", "ClueShared", "WarningShared"])
    def test_names_the_original_and_its_hash(self, name: str) -> None:
        assert fields(name)["original"] == ("liandong.feed.Original", None)
        hashed = next(f for f in contracts()["Original"].schema["fields"] if f["name"] == "hash")
        assert (hashed["type"], hashed["min"], hashed["max"]) == ("bytes", 32, 32)  # SM3: GB/T 32905-2016
