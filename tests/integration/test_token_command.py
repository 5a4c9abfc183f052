"""`liandong token` on a running stack: who is let in, until when, and who is not."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx

from deploy.embedded.layout import Layout
from deploy.embedded.provision import read_tokens

if TYPE_CHECKING:
    from deploy.embedded.testing import StackHandle
    from producers.testing import GatewayProcess

AGENCY = "310120-JD14"
OTHER = "310120-JD15"


def token(stack: StackHandle, *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "deploy.command", "token", *arguments, "--dir", str(stack.directory)]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def opens(gateway: GatewayProcess, bearer: str) -> bool:
    with gateway.client(bearer) as client:
        return client.get("/v1/agencies").status_code == httpx.codes.OK


def test_a_token_is_issued_told_of_rotated_and_revoked(
    gateway: GatewayProcess, bare_stack: StackHandle
) -> None:
    first = token(bare_stack, "issue", AGENCY, "--label", "oa", "--days", "30").stdout.strip()
    assert opens(gateway, first)
    second = token(bare_stack, "rotate", AGENCY, "--label", "oa", "--grace", "1").stdout.strip()
    assert opens(gateway, first)
    assert opens(gateway, second)
    third = token(bare_stack, "rotate", AGENCY, "--label", "oa", "--grace", "0").stdout.strip()
    assert [opens(gateway, each) for each in (first, second, third)] == [False, False, True]
    assert "1" in token(bare_stack, "revoke", AGENCY, "--label", "oa").stdout
    assert not opens(gateway, third)
    listed = token(bare_stack, "list", AGENCY, "--json").stdout
    mine = [each for each in json.loads(listed) if each["label"] == "oa"]
    assert [each["state"].split()[1] for each in mine] == ["expired", "expired", "revoked"]
    assert not any(each in listed for each in (first, second, third))


def test_the_stacks_own_token_is_rotated_in_its_file_too(
    gateway: GatewayProcess, bare_stack: StackHandle
) -> None:
    old = bare_stack.tokens[OTHER]
    made = token(bare_stack, "rotate", OTHER, "--label", "embedded", "--grace", "0").stdout.strip()
    assert read_tokens(Layout(bare_stack.directory).tokens)[OTHER] == made
    assert [opens(gateway, each) for each in (old, made)] == [False, True]


def test_what_cannot_be_done_is_told_in_a_line(bare_stack: StackHandle) -> None:
    unknown = token(bare_stack, "issue", "310120-XX99")
    assert unknown.returncode == 1
    assert "310120-XX99" in unknown.stderr
    nothing = token(bare_stack, "revoke", AGENCY, "--label", "nobody")
    assert nothing.returncode == 1
    assert "Traceback" not in unknown.stderr + nothing.stderr
