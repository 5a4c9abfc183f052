"""One status for many results, and problems that say what to do."""

from __future__ import annotations

from producers.gateway.answers import Answer, instant, many, overall, problems
from schemas.errors import Code, Refused, problem


def refused(code: Code) -> Answer:
    return Answer(1, problem=problem(Refused(code)))


TAKEN = Answer(1, "e", "m")
ADMITTED = Answer(1, "e", "m", receipt={"status": "admitted"})
WAITING = Answer(1, "e", "m", receipt={"status": "waiting"})


def test_all_taken_is_202_and_all_admitted_is_200() -> None:
    assert overall([TAKEN, TAKEN]) == 202
    assert overall([ADMITTED, ADMITTED]) == 200
    assert overall([ADMITTED, WAITING]) == 202


def test_some_taken_and_some_refused_is_207() -> None:
    assert overall([TAKEN, refused(Code.UNKNOWN_FACT)]) == 207


def test_all_refused_is_422_whatever_each_bears() -> None:
    assert overall([refused(Code.CONTENT_DIFFERS), refused(Code.UNKNOWN_FACT)]) == 422
    assert overall([refused(Code.MALFORMED_JSON)]) == 422


def test_all_ours_to_mend_is_503() -> None:
    assert overall([refused(Code.UNAVAILABLE)]) == 503
    assert overall([refused(Code.UNAVAILABLE), refused(Code.UNKNOWN_FACT)]) == 207


def test_results_keep_their_order_and_lines() -> None:
    told = many([Answer(3, "e3", "m"), Answer(5, problem=problem(Refused(Code.UNKNOWN_FACT)))])
    assert (told["accepted"], told["refused"]) == (1, 1)
    assert [(each["line"], each["status"]) for each in told["results"]] == [(3, 202), (5, 422)]
    assert told["results"][0]["receipt"] == "/v1/receipts/e3"


def test_several_errors_are_listed_and_the_first_is_the_problem() -> None:
    told = problems([Refused(Code.TOO_LONG, "/data/x"), Refused(Code.MISSING_FIELD, "/data/y")])
    assert (told["code"], told["field"]) == ("TOO_LONG", "/data/x")
    assert [each["field"] for each in told["errors"]] == ["/data/x", "/data/y"]
    assert all(each["remedy"] and each["remedy_en"] for each in told["errors"])


def test_an_instant_is_shown_in_the_time_of_shanghai() -> None:
    assert instant(1_788_832_800_204_000) == "2026-09-08T10:00:00.204+08:00"
