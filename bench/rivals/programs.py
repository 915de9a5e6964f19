"""The rivals as programs that `make bench` drives as it drives Botyard: same core, load, webhook and rounds."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from bench.driven import CONVERSATIONS, SENTENCES, USERS_EACH, WARM_UP_S, Program
from bench.load import Plan
from bench.machine import HOME, UNDER_TEST, free_port, running
from bench.rivals.environments import python_of
from bench.target import SENTENCE

Sentences: TypeAlias = Callable[[int], tuple[str, ...]]  # the bodies that a user sends in turn

APART = Path(__file__).parent / "apart"
_ANSWERS = ("hello", "the speaker", "blue", "Pune")  # its three questions, and what it then asks the webhook


@contextmanager
def plain(webhook_port: int) -> Iterator[Program]:
    """Serve the plain service on the same disk."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="plain-bench-", dir=HOME) as folder:
        command: list[str | Path] = [
            python_of("plain"),
            APART / "plain_service.py",
            str(port),
            str(webhook_port),
            f"{folder}/plain.db",
        ]
        with running(command, core=UNDER_TEST, port=port) as process:
            yield Program(process.pid, lambda seconds: _plan(port, seconds, SENTENCE, _asked))


@contextmanager
def waterfall(webhook_port: int) -> Iterator[Program]:
    """Serve the Bot Framework's bot."""
    port = free_port()
    command: list[str | Path] = [python_of("botbuilder"), APART / "waterfall_bot.py", str(port), str(webhook_port)]
    with running(command, core=UNDER_TEST, port=port) as process:
        yield Program(process.pid, lambda seconds: _plan(port, seconds, '"activities"', _activities))


def _plan(port: int, seconds: float, answered: str, said_by: Sentences) -> Plan:
    return Plan(
        port=port,
        head="POST /messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n",
        bodies=tuple(
            tuple(body for user in range(first, CONVERSATIONS * USERS_EACH, CONVERSATIONS) for body in said_by(user))
            for first in range(CONVERSATIONS)
        ),
        answered=answered,
        warm_up_s=WARM_UP_S,
        seconds=seconds,
    )


def _asked(user: int) -> tuple[str, ...]:
    return tuple(
        json.dumps({"user": {"auth_id": f"user{user}"}, "message_body": said, "message_type": 0, "business_id": 1})
        for said in SENTENCES
    )


def _activities(user: int) -> tuple[str, ...]:
    of_all = {
        "type": "message", "deliveryMode": "expectReplies", "channelId": "bench", "serviceUrl": "http://127.0.0.1:1",
        "from": {"id": f"user{user}"}, "recipient": {"id": "shop"}, "conversation": {"id": f"conversation{user}"},
    }  # fmt: skip
    return tuple(json.dumps({**of_all, "id": str(at), "text": text}) for at, text in enumerate(_ANSWERS))
