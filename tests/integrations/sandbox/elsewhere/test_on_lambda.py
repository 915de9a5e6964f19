"""Custom code on AWS Lambda: against moto, with what Lambda's own runtime answers to the same file and event."""

import asyncio
import io
import json
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.awslambda_simple.models import lambda_simple_backends
from moto.moto_api._internal.models import moto_api_backend

from botyard.integrations.sandbox.elsewhere.aws import Account, Lambda
from botyard.integrations.sandbox.elsewhere.aws_said import Invoked, answer_of, failure_of
from botyard.integrations.sandbox.elsewhere.deploying import Deploying, wish_of
from botyard.integrations.sandbox.jail.jails import Source
from botyard.integrations.sandbox.jail.limits import Allowed
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.said import CodeAnswer
from tests.attacks.hostile import Yard
from tests.integrations.sandbox.elsewhere.lambda_runtime import Ended, LambdaRuntime

_REGION, _ACCOUNT = "eu-central-1", "123456789012"
_MOST = 1 << 20
_SAMPLE = """
import json
import shared.prices
count = 0
def main(event, context):
    global count
    count += 1
    asked = json.loads(event["body"])
    if asked.get("raise"):
        raise ValueError("no such product: " + asked["raise"])
    seen = {
        "price": shared.prices.PRICES[asked["product"]], "count": count, "method": event["httpMethod"],
        "memory": context.memory_limit_in_mb, "function": context.function_name, "version": context.function_version,
        "stream": context.log_stream_name != "", "left": 0 < context.get_remaining_time_in_millis() <= 20000,
        "name": __name__, "client": context.client_context,
    }
    print("looked up", asked["product"])
    return {"statusCode": 200, "body": json.dumps(seen, ensure_ascii=False), "headers": {}}
"""
_FILES = {"bot.py": _SAMPLE, "shared/prices.py": "PRICES = {'café crème': 3}", "shared/__init__.py": ""}


def event_of(body: Any) -> bytes:
    """Write an event as a node does."""
    return json.dumps({"body": json.dumps(body), "httpMethod": "POST", "headers": {}}).encode()


def wanted(event: bytes, **more: Any) -> Wanted:
    """Ask for one call."""
    return Wanted("bot.py", msgspec.Raw(event), "r", "f", "1", "l", 20.0, 256, **more)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An account of moto's, without Docker: what a function answers is put there by the test."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with mock_aws(config={"lambda": {"use_docker": False}}):
        yield boto3.client("lambda", region_name=_REGION)


@pytest.fixture
def account(aws: Any) -> Account:
    """With a role for functions."""
    assert not aws.list_functions()["Functions"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = boto3.client("iam", region_name=_REGION).create_role(RoleName="code", AssumeRolePolicyDocument=policy)
    return Account(role["Role"]["Arn"], region=_REGION, concurrency=5)


def run(account: Account, *calls: tuple[Source, Wanted]) -> list[CodeAnswer]:
    """Make calls, one after the other."""

    async def all_of_them() -> list[CodeAnswer]:
        functions = Lambda(account)
        try:
            return [await functions.run(source, one) for source, one in calls]
        finally:
            await functions.close()

    return asyncio.run(all_of_them())


def at_lambdas(folder: Path, handler: str, *events: bytes) -> list[Ended]:
    """Run the code of a folder under Lambda's own runtime."""
    runtime = LambdaRuntime(folder, handler)
    try:
        return [runtime.call(event) for event in events]
    finally:
        runtime.close()


def test_the_same_file_answers_the_same_in_our_jail_and_under_lambdas_runtime(
    aws: Any, account: Account, yard: Yard, tmp_path: Path
) -> None:
    """What was uploaded is run by Lambda's own bootstrap; its answer, given to moto, is what our jail answers."""
    source = Source("contract", _FILES, bot="shop")
    events = [event_of({"product": "café crème"}), event_of({"product": "café crème"}), event_of({"raise": "tea"})]
    ours = [yard.do(yard.sandbox.run(source, wanted(event))) for event in events]
    [loaded] = run(account, (source, wanted(events[0], only_loads=True)))
    assert loaded.error is None
    [function] = aws.list_functions()["Functions"]
    zipfile.ZipFile(io.BytesIO(zip_of(function["FunctionName"]))).extractall(tmp_path)
    theirs = at_lambdas(tmp_path, function["Handler"], *events)
    for ended in theirs[:2]:
        moto_api_backend.set_lambda_simple_result(ended.payload.decode(), _ACCOUNT, _REGION)
    answers = run(account, (source, wanted(events[0])), (source, wanted(events[1])))
    assert [one.status_code for one in answers] == [one.status_code for one in ours[:2]] == [200, 200]
    assert [json.loads(one.body or "") for one in answers] == [json.loads(one.body or "") for one in ours[:2]]
    raised = answer_of(Invoked(theirs[2].payload, is_error=theirs[2].is_error), _MOST).error
    assert raised is not None
    assert ours[2].error is not None
    assert (raised.type, raised.message, raised.reason) == (
        ours[2].error.type, ours[2].error.message, ours[2].error.reason,
    )  # fmt: skip
    assert 'bot.py", line 10, in main' in raised.traceback
    assert 'bot.py", line 10, in main' in ours[2].error.traceback


def zip_of(function: str) -> bytes:
    """Fetch what was uploaded; moto keeps it, and has no address to fetch it from without a bucket."""
    kept: bytes = lambda_simple_backends[_ACCOUNT][_REGION].get_function(function).code_bytes
    return kept


@pytest.mark.parametrize(
    "code",
    [
        "def main(event, context:",
        "import no_such_package",
        "x = 1",
        "raise RuntimeError('at the top')",
        "def main(event, context): return {'statusCode': 200, 'body': {1, 2}}",
        "def main(event, context): return 'text'",
        "def main(event, context): return {'statusCode': '200', 'body': 'x'}",
        "def main(event): return None",
    ],
)
def test_an_authors_mistakes_have_one_name_in_both_places(code: str, yard: Yard, tmp_path: Path) -> None:
    """A file that does not load, a `main` that is not there or returns what is no answer."""
    source = Source(f"mistake {code}", {"bot.py": code})
    event = event_of({})
    ours = yard.do(yard.sandbox.run(source, wanted(event))).error
    (tmp_path / "bot.py").write_text(code)
    [ended] = at_lambdas(tmp_path, "bot.main", event)
    theirs = answer_of(Invoked(ended.payload, is_error=ended.is_error), _MOST).error
    assert ours is not None
    assert theirs is not None
    assert (theirs.type, theirs.reason) == (ours.type, ours.reason)


def test_a_version_of_a_bot_is_published_once_and_the_last_is_live(aws: Any, account: Account) -> None:
    """A function for the bot, a version for each of its, found again by servers that start; concurrency is reserved."""
    old = Source("version 1", _FILES, bot="shop")
    new = Source("version 2", _FILES | {"shared/prices.py": "PRICES = {}"}, bot="shop")
    call = wanted(event_of({}), only_loads=True)
    for source in (old, old, new, old):
        [answer] = run(account, (source, call))
        assert answer.error is None
    [function] = aws.list_functions()["Functions"]
    name = function["FunctionName"]
    assert name.startswith("botyard-bot-")
    assert (function["Handler"], function["Timeout"], function["MemorySize"]) == ("bot.main", 20, 256)
    versions = aws.list_versions_by_function(FunctionName=name)["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST", "1", "2"]
    assert aws.get_alias(FunctionName=name, Name="live")["FunctionVersion"] == "2"
    assert aws.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 5


def test_a_function_is_limited_before_anybody_can_find_its_version(
    aws: Any, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever publishes may end right after it; the next one finds the version and does nothing more."""
    monkeypatch.setattr(Deploying, "_point_live", lambda *_: 1 / 0)
    source = Source("first", _FILES)
    [answer] = run(account, (source, wanted(event_of({}), only_loads=True)))
    assert answer.error is not None
    [function] = aws.list_functions()["Functions"]
    limit = aws.get_function_concurrency(FunctionName=function["FunctionName"])
    assert limit["ReservedConcurrentExecutions"] == 5


def test_tenants_environments_and_files_never_share_a_function() -> None:
    """Functions keep what their code remembers, as workers do."""
    may = Allowed(20.0, 256)
    sources = [Source("a", _FILES, bot="one"), Source("b", _FILES, bot="two")]
    names = {wish_of(source, file, may).name for source in sources for file in ("bot.py", "shared/prices.py")}
    assert len(names) == 4


def test_packages_become_a_layer_that_all_their_bots_share(aws: Any, account: Account, tmp_path: Path) -> None:
    """Uploaded once."""
    (tmp_path / "greetings").mkdir()
    (tmp_path / "greetings" / "__init__.py").write_text("HELLO = 1")
    call = wanted(event_of({}), only_loads=True)
    for bot in ("one", "two"):
        run(account, (Source(bot, _FILES, packages=(str(tmp_path),), bot=bot), call))
    [layer] = aws.list_layers()["Layers"]
    assert len(aws.list_layer_versions(LayerName=layer["LayerName"])["LayerVersions"]) == 1
    for function in aws.list_functions()["Functions"]:
        assert [one["Arn"] for one in function["Layers"]] == [layer["LatestMatchingVersion"]["LayerVersionArn"]]


def test_fresh_state_for_every_call_is_refused_where_it_cannot_be_kept(aws: Any, account: Account) -> None:
    """Training is told why, as is a call; nothing is uploaded."""
    fresh = Source("fresh", _FILES, max_calls=1)
    answers = run(account, (fresh, wanted(event_of({}), only_loads=True)), (fresh, wanted(event_of({}))))
    for answer in answers:
        assert answer.error is not None
        assert answer.error.reason == "no_sandbox"
        assert answer.error.message.startswith("max_calls: 1 cannot be kept on AWS Lambda")
    assert not aws.list_functions()["Functions"]


def test_what_aws_says_has_our_reasons() -> None:
    """Timeouts and crashes have begun; throttling has not."""

    def reason(payload: dict[str, str]) -> str | None:
        error = answer_of(Invoked(json.dumps(payload).encode(), is_error=True), _MOST).error
        return error.reason if error else None

    late = "2026-11-25T17:00:00.000Z 0000 Task timed out after 3.00 seconds"
    assert reason({"errorMessage": late}) == "timeout"
    assert reason({"errorType": "Sandbox.Timedout", "errorMessage": "RequestId: 0 Error: " + late}) == "timeout"
    assert reason({"errorType": "Runtime.ExitError", "errorMessage": "exited with signal: killed"}) == "crashed"
    throttled = ClientError({"Error": {"Code": "TooManyRequestsException", "Message": "Rate exceeded"}}, "Invoke")
    busy = failure_of(throttled).error
    assert busy is not None
    assert busy.reason == "busy"
    denied = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "user 123456789012"}}, "Invoke")
    refused = failure_of(denied).error
    assert refused is not None
    assert refused.reason == "no_sandbox"
    assert "AccessDeniedException" in refused.message
    assert "123456789012" not in refused.message
    too_large = answer_of(Invoked(b"1" * 2000), 1000).error
    assert too_large is not None
    assert too_large.type == "ResultTooLarge"


def test_the_log_tail_is_the_output_without_lambdas_own_lines() -> None:
    """And its report says how long, and how much memory."""
    log = (
        "START RequestId: 1 Version: 3\nlooked up tea\nEND RequestId: 1\n"
        "REPORT RequestId: 1\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 256 MB\t"
        "Max Memory Used: 41 MB\t\n"
    )
    answer = answer_of(Invoked(b'{"statusCode": 200, "body": "{}"}', log=b64encode(log.encode()).decode()), _MOST)
    assert (answer.stdout, answer.duration_ms, answer.max_rss_mb) == ("looked up tea\n", 12.34, 41.0)


def test_an_account_that_does_not_answer_is_no_sandbox(account: Account) -> None:
    """Health names it; a call's answer does too."""
    away = msgspec.structs.replace(account, endpoint="http://127.0.0.1:9")

    async def asked() -> tuple[bool, bool]:
        here, there = Lambda(account), Lambda(away)
        try:
            return (await here.health()).is_ok, (await there.health()).is_ok
        finally:
            await here.close()
            await there.close()

    assert asyncio.run(asked()) == (True, False)
