"""Tokens listed and revoked by commands, beside a server that runs and without one, on either kind of database."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.processes import SAMPLE, Client, Server, botyard, serving

pytestmark = pytest.mark.usefixtures("each_store")

SECRETS = {"secret_price_webhook": "s", "secret_order_webhook": "s"}


def deployed(home: Path, *options: str) -> dict[str, Any]:
    """Deploy the sample."""
    done = botyard(home, "deploy", SAMPLE, "--json", *options, encoder="off", **SECRETS)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def status_of(client: Client, server: Server) -> int:
    """What a request with this client's token is answered."""
    return client.post(server, "/v1.0/user/", {"auth_id": "asha"})[0]


def until_refused(client: Client, server: Server) -> None:
    """It takes a second; that it is no longer is tested where time is an argument (tests/auth)."""
    give_up = time.monotonic() + 30
    while status_of(client, server) != 401:
        assert time.monotonic() < give_up, "the revoked token is still taken"
        time.sleep(0.05)


def test_a_running_server_refuses_a_token_that_a_command_revoked(tmp_path: Path) -> None:
    """`token revoke` and `deploy --new-token --revoke-others`: the new one is taken, and no other."""
    first = Client(deployed(tmp_path))
    with serving(tmp_path, encoder="off", **SECRETS) as server:
        second = Client(deployed(tmp_path, "--new-token"))
        assert (status_of(first, server), status_of(second, server)) == (200, 200)
        done = botyard(tmp_path, "token", "revoke", "1")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "token 1 is revoked\n")
        until_refused(first, server)
        third = Client(deployed(tmp_path, "--new-token", "--revoke-others"))
        until_refused(second, server)
        assert status_of(third, server) == 200
        listed = json.loads(botyard(tmp_path, "token", "list", "--json").stdout)
    assert [one["revoked_at"] is None for one in listed] == [False, False, True]
    with serving(tmp_path, encoder="off", **SECRETS) as server:
        assert [status_of(one, server) for one in (first, second, third)] == [401, 401, 200]


def test_each_command_says_what_it_did_and_never_a_token(tmp_path: Path) -> None:
    """For programs as JSON on standard output, for people on standard error; no server is needed."""
    token = deployed(tmp_path)["token"]
    secret = token.split("_", 2)[2]
    [one] = json.loads(botyard(tmp_path, "token", "list", "--json").stdout)
    assert sorted(one) == ["client_id", "created_at", "id", "revoked_at"]
    listed = botyard(tmp_path, "token", "list")
    assert (listed.returncode, listed.stdout) == (0, "")
    assert listed.stderr.startswith(f"1 (by_1_…) for client-id {one['client_id']}, made 20")
    assert "revoked" not in listed.stderr
    unknown = botyard(tmp_path, "token", "revoke", "1", "2")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr.startswith("there is no token 2; nothing was revoked")
    assert botyard(tmp_path, "token", "revoke", "1").stderr == "token 1 is revoked\n"
    again = botyard(tmp_path, "token", "revoke", "1")
    assert (again.returncode, again.stderr) == (0, "token 1 was revoked before\n")
    assert ", revoked 20" in botyard(tmp_path, "token", "list").stderr
    whole = botyard(tmp_path, "token", "revoke", token)
    assert (whole.returncode, whole.stdout) == (2, "")
    assert secret not in whole.stderr
    alone = botyard(tmp_path, "deploy", SAMPLE, "--revoke-others")
    assert (alone.returncode, "--new-token" in alone.stderr) == (2, True)


def test_asking_where_no_database_is_makes_none(tmp_path: Path, each_store: str) -> None:
    """A mistyped address is told; on a server the schema is made, as by every other command."""
    done = botyard(tmp_path, "token", "list")
    if each_store == "postgresql":
        assert (done.returncode, done.stderr) == (0, "there is no token yet; the first `botyard deploy` makes one\n")
        return
    assert done.returncode == 1
    assert "there is no database" in done.stderr
    assert botyard(tmp_path, "token", "revoke", "1").returncode == 1
    assert list(tmp_path.iterdir()) == []
