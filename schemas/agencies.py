"""The register of agencies: their codes, names, and what each one *is*.

What an agency is (its standing) decides what it may state, and never its name or its instance. Codes are this
system's own. The version in force when a fact was decided is part of that fact's seal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from schemas.errors import Code, Refused
from schemas.reference import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["AGENCIES", "PLATFORM", "Agency", "Register", "register"]

PLATFORM = "000000-PT01"
"""The agency code under which the backbone itself speaks."""
_PLATFORM_ONLY = "platform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """One agency. A town and a street office both have the standing `street`; towns have `town` besides.

    `township_code9` is "" for an agency without a territory of its own below the county, `procedure_rule_set`
    ("MOHURD": the housing and construction system's own procedure) is "" where none is settled.
    """

    code: str
    slug: str
    name_zh: str
    full_name_zh: str
    name_en: str
    standing: frozenset[str]
    region: str
    township_code9: str = ""
    procedure_rule_set: str = ""
    note: str = ""
    verified: bool = False


@dataclass(frozen=True)
class Register:
    """All agencies of one version. Raises ValueError if two share a code, a slug or a township."""

    version: int
    agencies: tuple[Agency, ...]
    _by_code: dict[str, Agency] = field(init=False, repr=False, compare=False)
    _by_township: dict[str, Agency] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the agencies, which is where doubles show."""
        _index((each.slug, each) for each in self.agencies)
        object.__setattr__(self, "_by_code", _index((each.code, each) for each in self.agencies))
        townships = ((each.township_code9, each) for each in self.agencies if each.township_code9)
        object.__setattr__(self, "_by_township", _index(townships))

    def __iter__(self) -> Iterator[Agency]:
        return iter(self.agencies)

    def __len__(self) -> int:
        return len(self.agencies)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def get(self, code: str) -> Agency | None:
        """Return the agency with this code, None if the register holds none."""
        return self._by_code.get(code)

    def by_township(self, code9: str) -> Agency | None:
        """Return the street or town office (or zone) of a nine-digit township code, None if there is none."""
        return self._by_township.get(code9)

    def with_standing(self, standing: str, region: str = "") -> tuple[Agency, ...]:
        """Return the agencies of that standing, only those of `region` if given, in the register's order."""
        return tuple(
            each for each in self.agencies if standing in each.standing and region in ("", each.region)
        )

    def with_agency(self, record: Mapping[str, Any]) -> Register:
        """Return the next version, with the agency that an `AgencyRegistered` registers, new or changed.

        The entry of the same code is replaced: an agency may be renamed, or given another territory. Raises
        Refused, BAD_REFERENCE: for a slug or township of another agency, the platform's own code, a township
        outside the agency's region, or the standing of the platform, which nobody else has.
        """
        agency = _registered(record)
        taken = (
            ("/code", agency.code, self._by_code[PLATFORM] if agency.code == PLATFORM else None),
            ("/slug", agency.slug, next((a for a in self.agencies if a.slug == agency.slug), None)),
            ("/township_code9", agency.township_code9, self._by_township.get(agency.township_code9)),
        )
        for where, value, owner in taken:
            if owner is not None and (owner.code != agency.code or agency.code == PLATFORM):
                zh, en = (
                    f"{value} 已属于 {owner.name_zh}（{owner.code}）。",
                    f"{value} is {owner.code}'s already.",
                )
                raise Refused(Code.BAD_REFERENCE, where, detail_zh=zh, detail_en=en)
        if agency.code in self:
            entries = tuple(agency if each.code == agency.code else each for each in self.agencies)
        else:
            entries = (*self.agencies, agency)
        return Register(self.version + 1, entries)

    def name_zh(self, code: str) -> str:
        """Return the short Chinese name for people to read; the code itself if the register lacks it."""
        agency = self._by_code.get(code)
        return agency.name_zh if agency else code


def _index(pairs: Iterable[tuple[str, Agency]]) -> dict[str, Agency]:
    index: dict[str, Agency] = {}
    for key, agency in pairs:
        if key in index:
            raise ValueError(f"two agencies share {key!r}: {index[key].code} and {agency.code}")
        index[key] = agency
    return index


def _agency(entry: dict[str, Any], *, verified: bool) -> Agency:
    name = entry["name"]
    return Agency(
        code=entry["code"],
        slug=entry["slug"],
        name_zh=name["zh"],
        full_name_zh=name["full"],
        name_en=name["en"],
        standing=frozenset(entry["standing"]),
        region=entry["region"],
        township_code9=entry.get("township_code9", ""),
        procedure_rule_set=entry.get("procedure_rule_set", ""),
        note=entry.get("note", ""),
        verified=entry.get("verified", verified),
    )


def _registered(record: Mapping[str, Any]) -> Agency:
    agency = Agency(
        code=record["code"],
        slug=record["slug"],
        name_zh=record["name_zh"],
        full_name_zh=record["full_name_zh"],
        name_en=record["name_en"],
        standing=frozenset(record["standing"]),
        region=record["agency_region"],
        township_code9=record["township_code9"] or "",
        procedure_rule_set=record["procedure_rule_set"] or "",
        note=record["note"] or "",
    )
    if agency.township_code9 and not agency.township_code9.startswith(agency.region):
        zh = f"街镇 {agency.township_code9} 不在区划 {agency.region} 内。"
        en = f"Township {agency.township_code9} is not in {agency.region}."
        raise Refused(Code.BAD_REFERENCE, "/township_code9", detail_zh=zh, detail_en=en)
    if _PLATFORM_ONLY in agency.standing:
        zh, en = "平台的身份不授予机关。", "No agency has the platform's standing."
        raise Refused(Code.BAD_REFERENCE, "/standing", detail_zh=zh, detail_en=en)
    return agency


def register(*contents: dict[str, Any]) -> Register:
    """Build a register from the contents of reference files; its version is the highest of theirs."""
    agencies = [
        _agency(each, verified=content["verified"]) for content in contents for each in content["agencies"]
    ]
    return Register(max(content["version"] for content in contents), tuple(agencies))


AGENCIES: Register = register(load("agencies/fengxian.yaml"), load("agencies/delta.yaml"))
