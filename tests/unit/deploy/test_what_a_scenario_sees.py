"""Holding expectations against what the query API answers: what differs is told, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from deploy.scenarios.compare import covers
from deploy.scenarios.look import Sight, look
from deploy.scenarios.model import Check

if TYPE_CHECKING:
    from deploy.scenarios.eyes import Eyes

TOWN, BUREAU = "310120-JD11", "310120-ZG04"
CLOCK = {
    "rule": "PN-01@1",
    "responsible": {"code": TOWN, "name": "南桥镇"},
    "state": {"code": "RUNNING", "name": "计时中"},
    "start_at": "2026-09-08T10:00:00+08:00",
    "due_date": "2026-09-29",
    "provisional": False,
    "verified": True,
}
CARD = {
    "state": {"code": "transferred", "name": "已移送"},
    "holder": {"code": TOWN, "name": "南桥镇"},
    "clocks": [CLOCK],
}
WARNED = {
    "fact": {"code": "DeadlineWarned"},
    "rule": "PN-01@1",
    "received_at": "2026-09-28T09:00:00.000+08:00",
    "content": {"to": [TOWN], "level": "WARN_LAST_DAY"},
}


class Seen:
    """Eyes that see one matter, in one inbox, and one record of a feed."""

    async def matter(self, matter: str, agency: str) -> dict[str, Any] | None:
        return CARD if (matter, agency) == ("XS", BUREAU) else None

    async def timeline(self, matter: str, agency: str) -> list[dict[str, Any]]:
        return [WARNED] if (matter, agency) == ("XS", BUREAU) else []

    async def inbox(self, agency: str) -> list[dict[str, Any]]:
        state = {"code": "transferred", "name": "已移送"}
        item = {"matter": "XS", "part": "HANDLE", "part_zh": "承办", "state": state, "open": True}
        return [item] if agency == TOWN else []

    async def feed(self, name: str) -> list[dict[str, Any]]:
        assert name == "zhejiang"
        data = {"uscc": "U", "amount": 5, "original": {"matter": "CX"}}
        return [{"type": "liandong.feed.PenaltyShared", "data": data}]


async def failing(agency: str = BUREAU, **check: Any) -> list[str]:
    """What does not hold of a check."""
    receipt = {"routed": {"rule": "R-10@1", "to": [TOWN], "cc": ["310120-CG01"]}}
    sight = Sight(cast("Eyes", Seen()), "XS", agency, receipt)
    return [each.what for each in await look(sight, Check.model_validate(check)) if not each.held]


@pytest.mark.parametrize(
    "check",
    [
        {"state": "已移送", "holder": "南桥镇"},
        {"state": "transferred"},
        {"clock": {"rule": "PN-01", "due_date": "2026-09-29", "state": "计时中", "of": "南桥镇"}},
        {"clock": {"rule": "PN-01@1", "provisional": False, "verified": True}},
        {"no_clock": "FX-01-SIGN"},
        {"warned": {"rule": "PN-01", "at": "2026-09-28 09:00", "to": "南桥镇", "level": "WARN_LAST_DAY"}},
        {"inbox": {"of": "南桥镇", "part": "承办", "state": "已移送", "open": True}},
        {"inbox": {"of": "奉浦街道", "absent": True}},
        {"routed": {"rule": "R-10", "to": "南桥镇", "cc": ["区城管执法局"]}},
        {"fact": {"type": "DeadlineWarned", "at": "2026-09-28 09:00", "times": 1}},
        {
            "feed": {
                "province": "zhejiang",
                "type": "PenaltyShared",
                "fields": {"uscc": "U"},
                "without": ["name"],
            }
        },
    ],
)
async def test_what_is_as_expected_holds(check: dict[str, Any]) -> None:
    assert await failing(**check) == []


@pytest.mark.parametrize(
    "check",
    [
        {"state": "已签收"},
        {"holder": "奉浦街道"},
        {"clock": {"rule": "PN-01", "due_date": "2026-09-30"}},
        {"clock": {"rule": "PN-01", "state": "已超期"}},
        {"clock": {"rule": "PN-01", "of": "奉浦街道"}},
        {"clock": {"rule": "PN-01@2"}},
        {"clock": {"rule": "FX-01-SIGN"}},
        {"no_clock": "PN-01"},
        {"warned": {"rule": "PN-01", "at": "2026-09-28 09:01"}},
        {"warned": {"rule": "PN-01", "at": "2026-09-28 09:00", "to": "区水务局"}},
        {"breached": {"rule": "PN-01", "at": "2026-09-28 09:00"}},
        {"inbox": {"of": "南桥镇", "part": "抄送"}},
        {"inbox": {"of": "南桥镇", "absent": True}},
        {"inbox": {"of": "奉浦街道"}},
        {"routed": {"rule": "R-06", "to": "南桥镇"}},
        {"routed": {"rule": "R-10", "to": "奉浦街道"}},
        {"routed": {"rule": "R-10", "to": "南桥镇", "cc": []}},
        {"fact": {"type": "DeadlineWarned", "content": {"level": "WARN_HALF"}}},
        {"fact": {"type": "DeadlineWarned", "times": 0}},
        {"feed": {"province": "zhejiang", "type": "PenaltyShared", "fields": {"uscc": "V"}}},
        {"feed": {"province": "zhejiang", "type": "PenaltyShared", "without": ["amount", "matter"]}},
        {"feed": {"province": "zhejiang", "type": "ClueShared"}},
    ],
)
async def test_what_differs_is_told(check: dict[str, Any]) -> None:
    assert len(await failing(**check)) == 1


async def test_who_may_not_see_a_matter_sees_none_of_it() -> None:
    assert len(await failing("310120-JD02", state="已移送", holder="南桥镇")) == 2


def test_more_may_be_found_than_is_wanted_but_not_in_a_list() -> None:
    assert covers({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3})
    assert covers({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 2}]})
    assert not covers({"a": [{"b": 1}]}, {"a": [{"b": 1}, {"b": 2}]})
    assert not covers({"a": None}, {"a": 0})
