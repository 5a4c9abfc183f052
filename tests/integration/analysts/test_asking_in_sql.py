"""`liandong query`, as a person types it, against a database with data."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.embedded.testing import StackHandle

MEASURED = """
import atexit, resource, sys
atexit.register(lambda: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr))
from deploy.command import main
main()
"""
"""The command, telling at its end how much memory it took, in KiB."""


def ask(stack: StackHandle, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "deploy.command", "query", "--dir", str(stack.directory), *words]
    return subprocess.run(argv, capture_output=True, text=True, check=False, input=given, timeout=120)


def test_an_analyst_counts_all_matters_and_a_town_its_own(filled: StackHandle) -> None:
    sql = "select count(*) as n from matter where kind = 'XS'"
    told = {
        reader: ask(filled, sql, "--as", reader, "--format", "json").stdout
        for reader in ("analyst", "310120-JD11", "310120-JD13")
    }
    assert told == {"analyst": '{"n":2}\n', "310120-JD11": '{"n":1}\n', "310120-JD13": '{"n":0}\n'}


def test_times_are_told_in_beijing_time(filled: StackHandle) -> None:
    sql = "select opened_at from matter where kind = 'XS' order by 1"
    done = ask(filled, sql, "--format", "csv")
    assert done.stdout.splitlines() == ["opened_at", "2026-09-08 10:00:00+08", "2026-09-08 23:30:00+08"]


def test_csv_and_json_keep_what_is_hard_to_write(filled: StackHandle) -> None:
    sql = """select null as nothing, 'a,"b"' || chr(10) || '南桥' as text, 1.50::numeric as amount,
        true as yes,
        array['a', 'b'] as list, '{"件": 1}'::jsonb as object, '\\xff00'::bytea as bytes,
        99999999999999999999::numeric as large, 'infinity'::timestamptz as never"""
    rows = list(csv.reader(io.StringIO(ask(filled, sql, "--format", "csv").stdout)))
    assert rows[1] == [
        "", 'a,"b"\n南桥', "1.50", "true", '["a","b"]', '{"件":1}', "ff00",
        "99999999999999999999", "infinity",
    ]  # fmt: skip
    row = json.loads(ask(filled, sql, "--format", "json").stdout)
    assert list(row.values()) == [
        None, 'a,"b"\n南桥', 1.5, True, ["a", "b"], {"件": 1}, "ff00", 99999999999999999999, "infinity",
    ]  # fmt: skip


def test_a_query_comes_from_a_file_or_the_input_and_goes_into_a_file(
    filled: StackHandle, tmp_path: Path
) -> None:
    out = tmp_path / "answer.csv"
    done = ask(filled, "--file", "-", "--out", str(out), given="-- 事项\nselect 1 as one;\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert out.read_bytes() == b"one\r\n1\r\n"


def test_people_see_a_table_and_how_many_rows_there_are(filled: StackHandle) -> None:
    done = ask(filled, "select '[red]南桥' as town from generate_series(1, 1001)")
    assert "[red]南桥" in done.stdout
    assert done.stdout.splitlines()[-1] == "the first 1000 rows; all of them: --format csv"


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("", "✘ Your query is empty. Write a select."),
        ("selec 1", '✘ syntax error at or near "selec" (line 1, column 1). Mend the query and ask again.'),
        (
            "select\n  mater from matter",
            '✘ column "mater" does not exist (line 2, column 3). Perhaps you meant to reference the',
        ),
        ("select 1; select 2", "✘ cannot insert multiple commands into a prepared statement. Ask one state"),
        ("delete from matter", "✘ Your query gives no rows. Only reading is possible: write a select."),
        ("delete from matter returning seq", "✘ cannot execute DELETE in a read-only transaction. Only"),
        ("create temp table t (a int)", "✘ Your query gives no rows. Only reading is possible: write a sel"),
        ("commit", "✘ Your query gives no rows. Only reading is possible: write a select."),
        ("select $1::int", "✘ Your query has parameters ($1). Write the values themselves."),
        ("select content from timeline", "✘ permission denied for table timeline. This role may not read "),
        ("select 1 / (3 - n) from generate_series(1, 9) n", "✘ division by zero. Mend the query and ask"),
    ],
)
def test_what_cannot_be_answered_is_told_in_one_line(filled: StackHandle, sql: str, told: str) -> None:
    done = ask(filled, sql, "--format", "csv")
    assert done.returncode == 1
    assert done.stderr.startswith(told)
    assert len(done.stderr.splitlines()) == 1


def test_columns_of_one_name_are_no_json_object(filled: StackHandle) -> None:
    done = ask(filled, "select 1 as a, 2 as a", "--format", "json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith('✘ Two columns are named "a". Give each a name of its own')


def test_a_query_that_takes_too_long_is_ended(filled: StackHandle) -> None:
    done = ask(filled, "select pg_sleep(60)", "--timeout", "1")
    assert done.returncode == 1
    assert done.stderr.startswith("✘ canceling statement due to statement timeout. It took too long")


def test_a_query_that_fails_half_way_leaves_no_file(filled: StackHandle, tmp_path: Path) -> None:
    out = tmp_path / "answer.csv"
    done = ask(filled, "select 1 / (5000 - n) from generate_series(1, 9000) n", "--out", str(out))
    assert done.returncode == 1
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told_in_one_line(filled: StackHandle, tmp_path: Path) -> None:
    done = ask(filled, "select 1", "--out", str(tmp_path / "none" / "answer.csv"))
    assert done.returncode == 1
    assert done.stderr.endswith("Choose another: --out FILE\n")
    assert len(done.stderr.splitlines()) == 1


def test_an_agency_that_does_not_exist_is_told(filled: StackHandle) -> None:
    done = ask(filled, "select 1", "--as", "310120-XX99")
    assert done.returncode == 2
    assert "310120-XX99 is no agency of this stack" in done.stderr


def test_a_million_rows_take_no_more_memory_than_a_few(filled: StackHandle, tmp_path: Path) -> None:
    sql = "select n, repeat('南', 50) as text from generate_series(1, 1000000) n"
    out = tmp_path / "rows.csv"
    words = ["query", sql, "--dir", str(filled.directory), "--out", str(out)]
    few = ["query", f"{sql} limit 1000", "--dir", str(filled.directory), "--out", str(tmp_path / "few.csv")]

    def memory(arguments: list[str]) -> int:
        argv = [sys.executable, "-c", MEASURED, *arguments]
        done = subprocess.run(
            argv, env=dict(os.environ), capture_output=True, text=True, check=True, timeout=300
        )
        return int(done.stderr.split()[-1])

    before = memory(few)
    assert memory(words) - before < 16 * 1024
    with out.open("rb") as lines:
        assert sum(1 for _ in lines) == 1_000_001
