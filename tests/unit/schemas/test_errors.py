"""The vocabulary of errors is closed, and every code says what to do, in Chinese and in English."""

from __future__ import annotations

import pickle
import re

import pytest

from schemas.errors import CATALOGUE, Code, Reaction, Refused, problem, problem_type
from schemas.reference import load

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_a_title_and_a_remedy_in_both_languages(code: Code) -> None:
    entry = CATALOGUE[code]
    assert CHINESE.search(entry.title_zh)
    assert CHINESE.search(entry.remedy_zh)
    assert not CHINESE.search(entry.title_en + entry.remedy_en)
    assert entry.remedy_zh.endswith("。")
    assert entry.remedy_en.endswith(".")
    assert 400 <= entry.status < 600


def test_the_file_holds_nothing_that_its_reader_would_overlook() -> None:
    for body in load("errors.yaml")["codes"].values():
        assert set(body) == {"reaction", "status", "title", "remedy"}
        assert set(body["title"]) == set(body["remedy"]) == {"zh", "en"}


def test_the_file_and_the_enum_name_the_same_codes() -> None:
    assert set(load("errors.yaml")["codes"]) == {code.value for code in Code}


def test_a_code_is_its_own_name() -> None:
    assert all(code.name == code.value for code in Code)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (Code.NOT_AUTHENTICATED, 401),  # RFC 9110, 15.5.2
        (Code.AGENCY_MISMATCH, 403),
        (Code.RECEIPT_UNKNOWN, 404),
        (Code.CONTENT_DIFFERS, 409),
        (Code.STATE_DOES_NOT_ALLOW, 409),
        (Code.TOO_LARGE, 413),  # RFC 9110, 15.5.14
        (Code.UNSUPPORTED_MEDIA_TYPE, 415),
        (Code.UNKNOWN_FACT, 422),
        (Code.UNAVAILABLE, 503),
    ],
)
def test_a_code_has_the_status_that_http_gives_to_its_meaning(code: Code, status: int) -> None:
    assert CATALOGUE[code].status == status


def test_what_is_held_never_asks_the_sender_to_send_again() -> None:
    for entry in CATALOGUE.values():
        if entry.reaction is Reaction.HELD:
            assert "发送方无需重发" in entry.remedy_zh


def test_a_problem_has_the_members_of_rfc_9457_and_our_own() -> None:
    refused = Refused(
        Code.SECOND_HAND_OVER,
        field="/data/to",
        rule="clue-transfer@1",
        detail_zh="线索已流转过一次。",
        detail_en="The clue was handed on once.",
        source="市场监督管理行政处罚程序规定 第十四条",
    )
    assert problem(refused) == {
        "type": "/problems/second-hand-over",
        "title": "不得再自行移送",
        "title_en": "A clue is handed on once",
        "status": 409,
        "code": "SECOND_HAND_OVER",
        "detail": "线索已流转过一次。",
        "detail_en": "The clue was handed on once.",
        "field": "/data/to",
        "rule": "clue-transfer@1",
        "remedy": "由受移送机关提出异议（CaseTransferObjected），报共同上一级指定。",
        "remedy_en": "Object (CaseTransferObjected) and let the common superior designate.",
        "source": "市场监督管理行政处罚程序规定 第十四条",
    }


def test_a_refusal_without_detail_still_says_what_is_wrong() -> None:
    found = problem(Refused(Code.EMPTY_BATCH))
    assert found["detail"] == "批次为空"
    assert found["detail_en"] == "The batch is empty"


def test_every_problem_type_is_a_path_of_its_own() -> None:
    types = {problem_type(code) for code in Code}
    assert len(types) == len(Code)
    assert all(re.fullmatch(r"/problems/[a-z0-9-]+", each) for each in types)


def test_a_refusal_can_be_moved_to_another_field_printed_and_pickled() -> None:
    refused = Refused(Code.TOO_LONG, field="/a", detail_en="600 of 500 characters.").at("/data/b")
    assert refused.field == "/data/b"
    assert str(refused).startswith("TOO_LONG at /data/b: 600 of 500 characters. Shorten")
    again = pickle.loads(pickle.dumps(refused))  # noqa: S301 - our own bytes
    assert problem(again) == problem(refused)
