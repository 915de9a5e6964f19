"""Botyard with the sample bot, deployed and served as an operator would, on a core of its own."""

import json
import os
import secrets
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import msgspec
from msgspec import Struct

from bench.driven import CONVERSATIONS, SENTENCES, USERS_EACH, WARM_UP_S, Program
from bench.load import Plan
from bench.machine import HOME, PYTHON, UNDER_TEST, free_port, running, wait_until_ready
from bench.target import SENTENCE

BOTYARD = Path(PYTHON).parent / "botyard"


@contextmanager
def botyard(
    webhook_port: int,
    settings: Mapping[str, str] = MappingProxyType({}),
    *,
    command: Sequence[str | Path] = (BOTYARD, "serve"),
) -> Iterator[Program]:
    """Deploy the sample bot against the bench's webhook, serve it, and register the users."""
    with deployed(webhook_port, settings) as (home, environment, business):
        port = free_port()
        environment["BOTYARD_PORT"] = str(port)
        with running(command, core=UNDER_TEST, port=port, environment=environment, cwd=home) as process:
            wait_until_ready(f"http://127.0.0.1:{port}/readyz")
            register(port, business)
            yield Program(process.pid, lambda seconds: plan_of(port, business, seconds))


class Business(Struct, frozen=True):
    """What `botyard deploy --json` prints, as far as it matters here."""

    client_id: str
    token: str
    business_id: int


@contextmanager
def deployed(
    webhook_port: int, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[tuple[Path, dict[str, str], Business]]:
    """Make a database with the sample bot live in it, in a folder of its own beside the limit program's.

    settings: more variables, for the deployment and for whoever serves it.
    """
    with tempfile.TemporaryDirectory(prefix="botyard-bench-", dir=HOME) as folder:
        home = Path(folder)
        shutil.copytree(HOME / "examples" / "electronics_store", home / "electronics_store")
        shutil.copy(HOME / "examples" / "botyard.toml", home / "botyard.toml")
        bot = home / "electronics_store" / "bot.yaml"
        bot.write_text(bot.read_text().replace("127.0.0.1:9009", f"127.0.0.1:{webhook_port}"))
        environment = {
            "BOTYARD_DATABASE_URL": f"sqlite:///{home}/botyard.db",
            "BOTYARD_EGRESS_ALLOW": f"127.0.0.1/32:{webhook_port}",
            "BOTYARD_KEY": secrets.token_hex(32),
            "BOTYARD_RATE_LIMIT": "off",
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "",  # what is installed has its bytecode: no start compiles all of it anew
            **settings,
        }
        command = [str(BOTYARD), "deploy", "electronics_store", "--json"]
        done = subprocess.run(command, cwd=home, env=os.environ | environment, stdout=subprocess.PIPE, check=True)
        yield home, environment, msgspec.json.decode(done.stdout, type=Business)


def register(port: int, business: Business) -> None:
    """Make every user known to the business's partner."""
    for number in range(CONVERSATIONS * USERS_EACH):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/v1.0/user/",
            data=json.dumps({"auth_id": f"user{number}", "name": f"User {number}"}).encode(),
            headers={
                "client-id": business.client_id,
                "Authorization": f"Bearer {business.token}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - an address of this machine
            pass


def plan_of(port: int, business: Business, seconds: float) -> Plan:
    """Say what users send through this port, and for how long."""
    return Plan(
        port=port,
        head="POST /v1.0/sync_message_from_user/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"client-id: {business.client_id}\r\nAuthorization: Bearer {business.token}\r\n",
        bodies=tuple(_sentences(business, first) for first in range(CONVERSATIONS)),
        answered=SENTENCE,
        warm_up_s=WARM_UP_S,
        seconds=seconds,
    )


def _sentences(business: Business, first: int) -> tuple[str, ...]:
    users = range(first, CONVERSATIONS * USERS_EACH, CONVERSATIONS)
    return tuple(
        json.dumps(
            {
                "user": {"auth_id": f"user{user}"},
                "message_body": sentence,
                "message_type": 0,
                "business_id": business.business_id,
            }
        )
        for sentence in SENTENCES
        for user in users
    )
