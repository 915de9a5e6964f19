"""A node with custom code: what its code is told, and what its answer means for the turn."""

import asyncio
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from botyard.bot.compiled import CompiledBot
from botyard.bot.model import Code, Entity, Integration, Variables
from botyard.engine.happenings import Answered, Unusable
from botyard.errors import BadRequest
from botyard.hsl.elements import Text
from botyard.integrations.performed import Performed
from botyard.integrations.record import MASK, masked_piece
from botyard.integrations.sandbox.code import run_code
from botyard.integrations.sandbox.sources import NO_PACKAGES, Packages, Progress, Sources
from tests.attacks.hostile import Yard
from tests.integrations.calls import USER, a_bot, a_call

_KEY = "key-of-the-crm-canary"
_ANSWERS = """
import json
def main(event, context):
    body = json.loads(event["body"])
    return {"statusCode": %s, "body": %s, "headers": {}}
"""


async def no_packages(_: CompiledBot, _progress: Progress) -> Packages:
    """Ask for the standard library only."""
    return NO_PACKAGES


def performed(
    yard: Yard,
    text: str,
    *,
    environment: Any = "production",
    secret: Any = None,
    sources: Sources | None = None,
    **settings: Any,
) -> Performed:
    """Run the store's code once."""
    code = Code(file="code/price.py", timeout=3)
    bot = a_bot(Integration(code=code), **settings)
    compiled = CompiledBot(bot, sha256(text.encode()).hexdigest(), {"code/price.py": text.encode()})
    return yard.do(
        run_code(
            code,
            a_call(),
            call_id="chat-1.1",
            bot=compiled,
            environment=environment,
            user=USER,
            sandbox=yard.sandbox,
            sources=sources or Sources(no_packages),
            secret=secret or {"CRM_KEY": _KEY}.get,
            tenant="partner-1",
        )
    )


def test_the_code_gets_the_webhooks_body_and_a_little_more(yard: Yard) -> None:
    """The keys in the wire's order, then env_variables of the environment and copy in the user's language."""
    done = performed(
        yard,
        _ANSWERS % (200, 'json.dumps({"status": True, "response": ["hi"], "told": body, "event": sorted(event)})'),
        env_variables=Variables(test={"URL": "test"}, production={"URL": "live", "KEY": "${secret:CRM_KEY}"}),
        copy={"price": {"en": "It costs", "hi": "कीमत"}, "only": {"en": "English"}},
    )
    assert isinstance(done.answer, Answered)
    told = done.answer.body["told"]
    assert list(told) == [
        *("node", "event", "user", "conversation_no", "conversation_data", "permanent_user_data", "entities"),
        *("env_variables", "copy"),
    ]
    assert told["env_variables"] == {"URL": "live", "KEY": _KEY}
    assert told["copy"] == {"price": "कीमत", "only": "English"}
    assert told["user"]["auth_code"] == "auth-code-canary"
    assert done.answer.body["event"] == ["body", "headers", "httpMethod", "isBase64Encoded"]
    assert done.answer.messages == (Text("hi"),)


def test_both_spellings_of_the_stores_are_taken(yard: Yard) -> None:
    """conversation_data or conversation_details, permanent_user_data or user_details."""
    for one, other in (("conversation_data", "permanent_user_data"), ("conversation_details", "user_details")):
        answer = f'json.dumps({{"status": True, "response": ["x"], "{one}": {{"a": 1}}, "{other}": {{"b": 2}}}})'
        got = performed(yard, _ANSWERS % (200, answer)).answer
        assert isinstance(got, Answered)
        assert (got.conversation_data, got.permanent_user_data) == ({"a": 1}, {"b": 2})


UNUSABLE = [
    (_ANSWERS % (500, "'{}'"), "status_not_200", "main returned statusCode 500; only 200 counts"),
    (_ANSWERS % (200, "'{'"), "not_json", "the answer is not usable as JSON"),
    (_ANSWERS % (200, "str(body)"), "not_json", "send json.dumps(answer), not str(answer)"),
    (_ANSWERS % (200, "'[]'"), "not_an_object", "must be a JSON object"),
    (_ANSWERS % (200, "'[' * 9999"), "too_deep", "nested deeper than 32"),
    (_ANSWERS % (200, "'x' * 300000"), "too_large", "over 256 KiB"),
    (_ANSWERS % (200, "'x' * (9 << 20)"), "too_large", "are taken"),
    (_ANSWERS % (200, "{}"), "bad_return", "main must return"),
    (_ANSWERS % (200, "body['nothing']"), "exception", 'File "/var/task/price.py", line 5, in main'),
    ("def main(", "syntax_error", 'File "/var/task/price.py", line 1'),
    (
        "def main(event): pass",
        "wrong_signature",
        "two arguments, as in main(event, context): main() takes 1 positional",
    ),
    ("def main(event, context): len()", "exception", "TypeError"),
    (_ANSWERS % (200, "'x' * (50 << 20)"), "too_large", "are taken"),
    (_ANSWERS % (200, "7"), "bad_return", "Expected `str`, got `int` - at `$.body`"),
    (
        "def main(event, context):\n    x = []\n    for _ in range(99999): x = [x]\n    return x",
        "bad_return",
        "recursion",
    ),
    (
        "def main(event, context):\n    while True: print('x' * 9999)",
        "output",
        "it printed more than the 1,024 KB that one call may",
    ),
    ("x = 1", "no_main", "price.py has no function main(event, context)"),
    ("import nothing_of_the_kind", "no_package", "nothing_of_the_kind"),
    ("def main(event, context):\n    while True: pass", "timeout", "the call took longer than 3 s"),
    (
        "def main(event, context): return bytes(9 << 30)",
        "memory",
        "it wanted more memory than it is given: the code raised MemoryError\nTraceback",
    ),
    ("import os\ndef main(event, context): os._exit(1)", "crashed", "exit status 1"),
]


@pytest.mark.parametrize(("text", "reason", "why"), UNUSABLE, ids=[case[1] + "-" + case[0][-12:] for case in UNUSABLE])
def test_what_cannot_be_used_has_its_reason_and_its_sentence(yard: Yard, text: str, reason: str, why: str) -> None:
    """The builder reads which it was, with the line where there is one."""
    answer = performed(yard, text).answer
    assert isinstance(answer, Unusable)
    assert answer.reason == reason
    assert why in answer.why


def test_no_secret_is_seen(yard: Yard) -> None:
    """Neither a variable's value nor the auth_code stands in what the builder sees, wherever the code put them."""
    text = """
import json, sys
def main(event, context):
    body = json.loads(event["body"])
    print(body["env_variables"]["KEY"], body["user"]["auth_code"])
    sys.stderr.write(body["env_variables"]["KEY"])
    raise ValueError(body["env_variables"]["KEY"] + body["user"]["auth_code"])
"""
    done = performed(yard, text, env_variables=Variables(production={"KEY": "Bearer ${secret:CRM_KEY}"}))
    shown = msgspec.json.encode((done.answer, done.request, done.response)).decode()
    assert _KEY not in shown
    assert "auth-code-canary" not in shown
    assert MASK in shown


def test_the_code_is_told_what_is_personal_and_the_builder_is_not(yard: Yard) -> None:
    """The event that is shown has a mask for each value; what the code makes of the values is its builder's."""
    text = _ANSWERS % (200, 'json.dumps({"status": True, "response": ["x"], "told": body["entities"]["product_name"]})')
    done = performed(yard, text, entities=(Entity(name="product_name", type="text", personal=True),))
    assert isinstance(done.answer, Answered)
    assert done.answer.body["told"][0]["entity_value"] == "speaker"
    seen = msgspec.json.decode(done.request["event"]["body"])["entities"]
    assert seen["product_name"] == [{"detection": "message", "original_text": MASK, "entity_value": MASK}]
    assert seen["date"][0]["entity_value"] == {"dd": 23, "mm": 12, "yy": 2019}


def test_what_is_hidden_leaves_json_that_can_be_read(yard: Yard) -> None:
    """Also where a number in the event is somebody's secret: a builder tries the code once more with what is shown."""
    variables = Variables(production={"KEY": "${secret:CRM_KEY}"})
    number = a_call().permanent_user_data["phone_number"]
    text = _ANSWERS % (200, '"{}"')
    done = performed(yard, text, secret={"CRM_KEY": str(number)}.get, env_variables=variables)
    assert msgspec.json.decode(done.request["event"]["body"])["permanent_user_data"]["phone_number"] == MASK


@pytest.mark.parametrize("before", [4096 - len(_KEY) // 2, 4096 - 7, 4096 - len(_KEY)])
def test_no_half_of_a_secret_is_seen_where_a_long_text_is_cut(yard: Yard, before: int) -> None:
    """What is shown of a long output ends somewhere: not in the middle of what it must not show."""
    text = f"""
import json
def main(event, context):
    print("x" * {before} + json.loads(event["body"])["env_variables"]["KEY"] + "y" * 100)
    return {{"statusCode": 200, "body": "{{}}"}}
"""
    done = performed(yard, text, env_variables=Variables(production={"KEY": "${secret:CRM_KEY}"}))
    assert len(done.printed) >= before
    assert _KEY[:3] not in done.printed


@pytest.mark.parametrize("before", [4000 - len(_KEY) // 2, 4000 - 5])
def test_no_half_of_a_secret_is_seen_where_an_error_is_cut(yard: Yard, before: int) -> None:
    """A worker sends the first 4,000 characters of a message, and the last 16,000 of a traceback."""
    text = f"""
import json
def main(event, context):
    raise ValueError("x" * {before} + json.loads(event["body"])["env_variables"]["KEY"] + "y" * 20_000)
"""
    answer = performed(yard, text, env_variables=Variables(production={"KEY": "${secret:CRM_KEY}"})).answer
    assert isinstance(answer, Unusable)
    assert "xxx" + MASK in answer.why
    assert _KEY[:4] not in answer.why


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("told-you: top-se", "told-you: •••"),
        ("ret-word is it", "••• is it"),
        ("of top-secret-word, all", "of •••, all"),
        ("a top", "a top"),  # too little to tell anything
    ],
)
def test_what_a_cut_left_of_a_secret_is_masked(text: str, seen: str) -> None:
    """At either end of a piece."""
    assert masked_piece(text, {"top-secret-word"}) == seen


def test_a_secret_that_is_not_set_runs_nothing(yard: Yard) -> None:
    """The builder reads which one."""
    variables = Variables(production={"KEY": "${secret:CRM_KEY}"})
    answer = performed(yard, "def main(): pass", secret={}.get, env_variables=variables).answer
    assert answer == Unusable(
        "no_secret", "the secret CRM_KEY, which env_variables name, is not set; the code was not run"
    )


def test_test_and_production_do_not_share_what_code_remembers(yard: Yard) -> None:
    """A worker belongs to one environment: a connection to the test system must not serve production."""
    text = """
import json
n = 0
def main(event, context):
    global n
    n += 1
    return {"statusCode": 200, "body": json.dumps({"status": True, "response": [str(n)]})}
"""
    said = [performed(yard, text, environment=one).answer for one in ("test", "production", "test", "production")]
    assert [a.messages[0] for a in said if isinstance(a, Answered)] == [Text("1"), Text("1"), Text("2"), Text("2")]


def test_packages_that_cannot_be_had_run_nothing(yard: Yard) -> None:
    """The builder reads why."""

    async def none(_: CompiledBot, _progress: Progress) -> Packages:
        raise BadRequest("there is no package `nothing`")

    answer = performed(yard, "import nothing\ndef main(event, context): pass", sources=Sources(none)).answer
    assert answer == Unusable("no_packages", "there is no package `nothing`")


def test_a_version_is_looked_up_once() -> None:
    """The same version, environment and tenant have the same source; each of them alone makes another."""

    async def made() -> None:
        sources = Sources(no_packages)
        code = {"code/a.py": b"def main(event, context): pass", "requirements.txt": b""}
        bots = [CompiledBot(a_bot(Integration(code=Code(file="code/a.py"))), version, code) for version in "12"]
        first = await sources.of(bots[0], "test", "1")
        assert await sources.of(bots[0], "test", "1") is first
        assert first.files == {"a.py": "def main(event, context): pass"}
        others = [(bots[1], "test", "1"), (bots[0], "production", "1"), (bots[0], "test", "2")]
        assert len({first.key, *[(await sources.of(*other)).key for other in others]}) == 4  # type: ignore[arg-type]  # a list of tuples forgets that "test" is an environment

    asyncio.run(made())
