"""For tests: a gateway process of one's own, an agency that speaks at a door, and facts for it to state.

    submission("CaseFiled", data={"party": firm(), "domain_code": "01"}, matter=None)

gives the example of a fact with some members changed; the parts below fit into every contract that has such a
part. Whatever these builders give passes the checks of the door.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from producers.gateway.openapi import examples

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PATIENCE = 60.0
_STEP = 0.05

_WATER, _TOWN, _OTHER_TOWN, _PLANNING = "310120-ZG04", "310120-JD11", "310120-JD02", "310120-ZG01"
_DESK, _GOVERNMENT, _JUSTICE = "310120-CG01", "310120-GV01", "310120-SF01"
_CITY, _ZHEJIANG = "310000-CG01", "330000-ZJ01"

SPEAKERS = {
    "AgencyRegistered": _GOVERNMENT,
    "AssistanceAccepted": _PLANNING,
    "AssistanceCatalogPublished": _DESK,
    "AssistanceDeclined": _PLANNING,
    "AssistanceExtended": _PLANNING,
    "AssistanceOpinionProvided": _PLANNING,
    "AssistanceRequested": _TOWN,
    "CaseFiled": _TOWN,
    "CaseTransferObjected": _TOWN,
    "ClueClosed": _TOWN,
    "ClueDispositionFedBack": _TOWN,
    "ClueForwarded": _DESK,
    "ClueJurisdictionDisputed": _TOWN,
    "ClueReceived": _TOWN,
    "ClueRegistered": _WATER,
    "ClueReturnedForSupplement": _TOWN,
    "ClueSupplemented": _WATER,
    "ClueTransferred": _WATER,
    "ClueTriageReceived": _DESK,
    "ClueTriaged": _DESK,
    "ClueVerificationExtended": _TOWN,
    "ClueVerified": _TOWN,
    "DeltaClueTransferred": _CITY,
    "DeltaWarningAcknowledged": _ZHEJIANG,
    "DeltaWarningIssued": _CITY,
    "JurisdictionDesignated": _GOVERNMENT,
    "JurisdictionDesignationRequested": _DESK,
    "NotificationAcknowledged": _DESK,
    "OutOfJurisdictionPermitViolationNotified": _TOWN,
    "PenaltyDecided": _TOWN,
    "PenaltyDigestSent": _DESK,
    "PermitInfoNotified": _PLANNING,
    "RuleVersionPublished": _JUSTICE,
    "SupervisionInfoNotified": _WATER,
    "WorkCalendarPublished": _GOVERNMENT,
}
"""The agency that states the example of each fact."""

ABSENT = object()
"""Stands for a member or a field that is to be left out."""

_SM3 = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def submission(name: str, *, data: Mapping[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    """The example of a fact, some members and some fields of its data changed or, if ABSENT, left out."""
    made = deepcopy(examples()[name])
    return _changed(made, members) | {"data": _changed(made["data"], data or {})}


def body(name: str, **fields: Any) -> dict[str, Any]:
    """The data of the example of a fact, some fields changed or left out."""
    return _changed(deepcopy(examples()[name]["data"]), fields)


def _changed(value: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in (value | dict(changes)).items() if item is not ABSENT}


def person(name: str = "张三", id_number: str = "11010519491231002X", **more: Any) -> dict[str, Any]:
    """A natural person as a party; the number is the textbook's of GB 11643-1999, nobody bears it."""
    known = {"name": name, "id_kind": "RESIDENT_ID", "id_number": id_number}
    return {"party_type": "NATURAL_PERSON", **known, "party_role": "SUSPECTED", **more}


def firm(uscc: str = "91310120MADEM0011E", org_name: str = "示例建材有限公司", **more: Any) -> dict[str, Any]:
    """A firm as a party, registered where its code says."""
    known = {"org_name": org_name, "uscc": uscc, "reg_adcode": uscc[2:8]}
    return {"party_type": "LEGAL_PERSON", **known, "party_role": "SUSPECTED", **more}


def business(uscc: str = "92310120MADEM002X3", org_name: str = "示例水果店", **more: Any) -> dict[str, Any]:
    """An individual business (个体工商户) as a party."""
    return firm(uscc, org_name) | {"party_type": "INDIVIDUAL_BUSINESS", **more}


def place(
    township_code9: str = "310120101", address_text: str = "环城东路桥下", **more: Any
) -> dict[str, Any]:
    """A place in a town or subdistrict."""
    codes = {"adcode6": township_code9[:6], "township_code9": township_code9}
    return {**codes, "address_text": address_text, "road_class": "OTHER", **more}


def document(doc_no: str = "沪奉水务〔2026〕第1号", **more: Any) -> dict[str, Any]:
    """A signed document."""
    return {"doc_no": doc_no, "doc_type": "OFFICIAL_DOCUMENT", "issuer": "区水务局", "signed": True, **more}


def evidence(evidence_id: str = "E-1", **more: Any) -> dict[str, Any]:
    """A photo that 区水务局 took."""
    kinds = {"kind": "AUDIOVISUAL", "subtype": "PHOTO"}
    when = {"collected_at": "2026-09-07T20:41:00+08:00", "collector_agency": _WATER}
    return {"evidence_id": evidence_id, **kinds, **when, "sm3": _SM3, **more}


class NotReady(AssertionError):
    """The gateway did not become ready; the message is its log."""


class GatewayProcess:
    """`python -m producers.gateway` with the given settings, its log in a file. Whoever starts it ends it."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.url = f"http://127.0.0.1:{environment['LIANDONG_GATEWAY_PORT']}"
        self._environment = dict(environment)
        self._log = log
        self._process = self._spawn()

    def ready(self) -> GatewayProcess:
        """Wait until it says that it can do its work. Raises NotReady."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == httpx.codes.OK:
                    return self
            except httpx.TransportError:
                time.sleep(_STEP)
        raise NotReady(self._log.read_text(encoding="utf-8"))

    def again(self) -> None:
        """Start it again after its end."""
        self._process = self._spawn()

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self._process.send_signal(number)
        return self._process.wait(PATIENCE)

    def lines(self) -> list[dict[str, Any]]:
        """Every line of the log, each of which must be JSON."""
        return [json.loads(line) for line in self._log.read_text(encoding="utf-8").splitlines()]

    def client(self, token: str) -> httpx.Client:
        """A client that bears the token."""
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE)

    def _spawn(self) -> subprocess.Popen[bytes]:
        argv = [sys.executable, "-m", "producers.gateway"]
        with self._log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own module
                argv, env=os.environ | self._environment, stdout=log, stderr=log
            )


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency at a door: ``token`` says which one it is. ``wait`` is how long it waits for a decision."""

    url: str
    token: str
    wait: float = 20.0

    def post(self, body: Any) -> httpx.Response:
        """Send one fact or a list, and wait for the decision."""
        return self.request("POST", "/v1/facts", json=body, params={"wait": self.wait})

    def send(self, body: bytes | str, media_type: str = "application/json") -> httpx.Response:
        """Send a body as it is, and wait for the decision."""
        headers = {"Content-Type": media_type}
        return self.request("POST", "/v1/facts", headers, content=body, params={"wait": self.wait})

    def receipt(self, event_id: str) -> httpx.Response:
        """Ask for a receipt, and wait for it."""
        return self.request("GET", f"/v1/receipts/{event_id}", params={"wait": self.wait})

    def outcome(self, event_id: str) -> str:
        """The status of a receipt at this moment; empty where there is none."""
        answer = self.request("GET", f"/v1/receipts/{event_id}")
        return str(answer.json()["status"]) if answer.status_code == httpx.codes.OK else ""

    def now(self) -> str:
        """The time at the door, ISO 8601."""
        return str(self.request("GET", "/v1/clock").json()["now"])

    def fact(self, name: str = "ClueTransferred", **changes: Any) -> dict[str, Any]:
        """The example of a fact as one that happened just now, with some members changed."""
        return submission(name) | {"occurred_at": self.now()} | changes

    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **what: Any
    ) -> httpx.Response:
        """Any request, with the token."""
        bearer = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return httpx.request(method, self.url + path, headers=bearer, timeout=PATIENCE, **what)
