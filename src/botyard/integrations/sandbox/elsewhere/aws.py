"""AWS Lambda runs the code: a function for each file of a bot, a published version of it for each version of the bot.

The file goes up as it is: what our jails give to `main` and take from it is Lambda's own contract. Calls name the
published version, so that a server that still serves an older bot is not disturbed by a newer one; the alias `live` is
for people. boto3 blocks, so it has threads of its own, and so few that it cannot take all of them.

A call is made at most once: boto3 would make one again that got no answer, and is told not to.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from msgspec import Struct

from botyard.errors import BotyardError
from botyard.integrations.sandbox.elsewhere.aws_said import Invoked, answer_of, failure_of
from botyard.integrations.sandbox.elsewhere.deploying import Deployed, Deploying, Wish, wish_of
from botyard.integrations.sandbox.jail.doctor import Health
from botyard.integrations.sandbox.jail.jails import Source
from botyard.integrations.sandbox.jail.limits import allowed
from botyard.integrations.sandbox.jail.policy import policy
from botyard.integrations.sandbox.jail.pool import Wanted
from botyard.integrations.sandbox.said import CodeAnswer, CodeError

T = TypeVar("T")
_THREADS = 32
_CONNECT_S = 3.0
_SLACK_S = 10.0  # a cold start's, beyond what a call may take


class Account(Struct, frozen=True):
    """Where functions live, and what they are called. role: theirs. concurrency: reserved for each."""

    role: str
    region: str | None = None
    prefix: str = "botyard-"
    concurrency: int = 8
    endpoint: str | None = None


class NoBoto(BotyardError):
    """boto3 is not installed."""

    code = "no_boto3"


class Lambda:
    """Serves `ports.RunsCode`. Raises NoBoto where it cannot."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._calls = _client(account, tries=1)
        self._deploying = Deploying(
            _client(account, tries=5), role=account.role, prefix=account.prefix, concurrency=account.concurrency
        )
        self._threads = ThreadPoolExecutor(_THREADS, "lambda")
        self._deployed: dict[str, asyncio.Task[Deployed]] = {}

    async def run(self, source: Source, wanted: Wanted) -> CodeAnswer:
        """Make one call, of the version that this source is."""
        limits = policy().limits
        if len(wanted.event) > limits.event_kb * 1024:
            return _failed("EventTooLarge", f"the event has over {limits.event_kb} KB")
        if wanted.file not in source.files:
            return _failed("NoFile", f"the bot has no file {wanted.file}")
        if source.max_calls == 1:
            return CodeAnswer(error=_NOT_FRESH)
        wish = wish_of(source, wanted.file, allowed(limits, timeout_s=wanted.timeout_s, memory_mb=wanted.memory_mb))
        try:
            deployed = await self._version(wish)
            if wanted.only_loads:
                return CodeAnswer()
            return await self._in_thread(lambda: self._invoke(deployed, wanted))
        except Exception as error:  # noqa: BLE001 - boto3's errors have no common root, and whoever calls waits
            return failure_of(error)

    async def health(self) -> Health:
        """Ask whether AWS answers us."""
        try:
            await self._in_thread(lambda: self._calls.list_functions(MaxItems=1))
        except Exception as error:  # noqa: BLE001 - likewise
            failure = failure_of(error).error
            sentence = failure.message if failure else ""
            return Health(is_ok=False, sentence=sentence, fix="see BOTYARD_LAMBDA_* and the credentials of this server")
        return Health(is_ok=True)

    async def close(self) -> None:
        """Let calls under way end; nobody waits for what was not begun."""
        for task in self._deployed.values():
            task.cancel()
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    async def _version(self, wish: Wish) -> Deployed:
        """Find the published version, or publish it; whoever comes meanwhile waits for the same."""
        task = self._deployed.get(wish.key)
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            work = self._in_thread(lambda: self._deploying.deployed(wish))
            task = self._deployed[wish.key] = asyncio.get_running_loop().create_task(work)
        return await asyncio.shield(task)

    def _invoke(self, deployed: Deployed, wanted: Wanted) -> CodeAnswer:
        got = self._calls.invoke(
            FunctionName=deployed.function,
            Qualifier=deployed.version,
            InvocationType="RequestResponse",
            LogType="Tail",
            Payload=bytes(wanted.event),
        )
        most = policy().limits.result_kb * 1024
        return answer_of(
            Invoked(got["Payload"].read(), is_error="FunctionError" in got, log=got.get("LogResult", "")), most
        )

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


# A process of Lambda's serves call after call; which of them, and for how long, it does not let its customers say.
_NOT_FRESH = CodeError(
    "NotFresh",
    "max_calls: 1 cannot be kept on AWS Lambda, where a process remembers what its calls left: "
    "leave it out of bot.yaml, or run this code on runner hosts",
    reason="no_sandbox",
)


def _client(account: Account, *, tries: int) -> Any:
    try:
        import boto3  # noqa: PLC0415 - an extra of its own, and slow to load
        from botocore.config import Config  # noqa: PLC0415 - likewise
    except ModuleNotFoundError as missing:
        raise NoBoto("BOTYARD_LAMBDA_ROLE is set, and boto3 is missing: pip install 'botyard[lambda]'") from missing
    config = Config(
        retries={"total_max_attempts": tries, "mode": "standard"},
        connect_timeout=_CONNECT_S,
        read_timeout=policy().limits.timeout_s.most + _SLACK_S,
        max_pool_connections=_THREADS,
    )
    return boto3.client("lambda", region_name=account.region, endpoint_url=account.endpoint, config=config)


def _failed(kind: str, message: str) -> CodeAnswer:
    return CodeAnswer(error=CodeError(kind, message, reason="bad_event"))
