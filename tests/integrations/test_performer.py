"""One call of a turn becomes one answer, whatever the kind and whatever goes wrong."""

import asyncio
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import HTTPServer
from ipaddress import ip_network
from typing import Any

import msgspec
import pytest

from botyard.bot.compiled import CompiledBot
from botyard.bot.model import Code, Entity, Function, Integration, Webhook
from botyard.engine.effects import Collected
from botyard.engine.happenings import Answered, HandsOver, IntegrationAnswer, Unusable
from botyard.hsl.elements import Text
from botyard.integrations.outbound import Outbound
from botyard.integrations.perform import Performer, RunCode
from botyard.integrations.performed import Performed
from botyard.integrations.record import MASK
from botyard.integrations.webhook import body_of
from botyard.observe import set_up_logs
from botyard.setting_values import PrivateReceiver
from tests.integrations.calls import USER, a_bot, a_call, compiled
from tests.integrations.raw_server import http, raw_server, says
from tests.integrations.seed_receiver import make

HALF = (Collected("default", "\ud800", ""),)  # half of a surrogate pair cannot be written as UTF-8
SIGNED = {"TEST": "test"}


@contextmanager
def running(server: HTTPServer) -> Iterator[int]:
    """Run a server in a thread; gives its port."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def performed(
    bot: CompiledBot, *, port: int = 9, known: dict[str, str] = SIGNED, run_code: RunCode | None = None, **changes: Any
) -> Performed:
    """Perform the sample call; changes: fields of `Call`."""

    async def run() -> Performed:
        async with Outbound((PrivateReceiver(ip_network("127.0.0.1/32"), port),)) as outbound:
            performer = Performer(outbound, known.get, run_code=run_code)
            return await performer.perform(
                a_call(**changes), call_id="call_1_1", bot=bot, environment="test", user=USER
            )

    return asyncio.run(run())


def test_the_seeds_own_sample_receiver_is_satisfied() -> None:
    """With every header that is beside the seed's, its signature verifies and its answer is taken."""
    with running(make()) as port:
        bot = compiled(Webhook(path="/", secret="${secret:TEST}"), test=f"http://127.0.0.1:{port}")
        answer = performed(bot, port=port).answer
    assert isinstance(answer, Answered), answer
    assert answer.status is True
    assert answer.messages == (Text("The Wireless Radio Alarm Clock Speaker can be yours only for Rs.1599"),)


def test_the_receiver_is_told_what_is_personal_and_the_builder_is_not() -> None:
    """Each value of a personal entity, as it was said and as it was understood; what is not personal is seen."""

    async def run() -> None:
        async with raw_server(says(http(b'{"status": true, "response": ["hi"]}'))) as server:
            bot = compiled(
                Webhook(path="/"),
                test=server.url,
                entities=tuple(Entity(name=name, type="text", personal=True) for name in ("product_name", "email")),
            )
            async with Outbound(server.allow) as outbound:
                performer = Performer(outbound, SIGNED.get)
                done = await performer.perform(a_call(), call_id="c", bot=bot, environment="test", user=USER)
        assert server.body() == body_of(a_call(), USER)
        told = msgspec.json.decode(server.body())
        told["user"]["auth_code"] = MASK
        told["entities"]["product_name"] = [{"detection": "message", "original_text": MASK, "entity_value": MASK}]
        assert msgspec.json.decode(msgspec.json.encode(done.request))["body"] == told

    asyncio.run(run())


@pytest.mark.parametrize(
    ("known", "changes", "status"),
    [({"TEST": "wrong"}, {}, "401"), ({"TEST": "test"}, {"entities": {}}, "400")],
)
def test_what_the_sample_receiver_refuses_is_unusable(
    known: dict[str, str], changes: dict[str, Any], status: str
) -> None:
    """A wrong secret, an unknown product."""
    with running(make()) as port:
        bot = compiled(Webhook(path="/", secret="${secret:TEST}"), test=f"http://127.0.0.1:{port}")
        answer = performed(bot, port=port, known=known, **changes).answer
    assert isinstance(answer, Unusable)
    assert answer.reason == "status_not_200"
    assert status in answer.why


def test_a_function_is_run_in_process() -> None:
    """No address is called."""
    function = Function(name="chat_force_pending", arguments={"team": "Support"})
    bot = CompiledBot(a_bot(Integration(function=function)), "1")
    assert performed(bot) == Performed(answer=HandsOver("Support"))


def test_code_is_given_to_the_sandbox_or_said_to_have_none() -> None:
    """The sandbox is somebody else's; without one the call is unusable, not broken."""
    bot = CompiledBot(a_bot(Integration(code=Code(file="code/price.py"))), "1")
    assert reason(performed(bot).answer) == "no_sandbox"

    async def sandbox(code: Code, *_: Any, call_id: str, **__: Any) -> Performed:
        return Performed(answer=Unusable("ran", f"{code.file} {call_id}"))

    assert performed(bot, run_code=sandbox).answer == Unusable("ran", "code/price.py call_1_1")


@pytest.mark.parametrize(
    ("bot", "changes", "expected"),
    [
        (compiled(Webhook(path="/x")), {}, "no_base_url"),
        (compiled(Webhook(url="http://127.0.0.1:9/")), {"node": "GONE"}, "no_integration"),
        (CompiledBot(a_bot(Integration()), "1"), {}, "no_integration"),
        (compiled(Webhook(url="http://169.254.169.254/latest/meta-data")), {}, "address_refused"),
        (compiled(Webhook(url="https://10.0.0.1/")), {}, "address_refused"),
        (compiled(Webhook(url="nonsense")), {}, "bad_url"),
        (compiled(Webhook(url="http://127.0.0.1:9/")), {}, "no_connection"),
        (compiled(Webhook(url="http://127.0.0.1:9/")), {"conversation_data": {"a": "\ud800"}}, "failed"),
        (compiled(Webhook(url="http://127.0.0.1:9/")), {"entities": {"a": HALF}}, "failed"),
    ],
)  # fmt: skip
def test_whatever_goes_wrong_is_an_answer(bot: CompiledBot, changes: dict[str, Any], expected: str) -> None:
    """Never an exception: a turn waits for it."""
    assert reason(performed(bot, **changes).answer) == expected


def test_what_breaks_inside_is_logged_without_words() -> None:
    """Where it broke is told to the operator; what the user wrote is told to nobody."""

    async def broken(*_: Any, **__: Any) -> Performed:
        raise RuntimeError("user-words-canary")

    logged = io.StringIO()
    set_up_logs("json", logged)
    answer = performed(CompiledBot(a_bot(Integration(code=Code(file="x"))), "1"), run_code=broken).answer
    assert reason(answer) == "failed"
    assert "RuntimeError" in repr(answer)
    assert '"integration_broke"' in logged.getvalue()
    assert "test_performer.py" in logged.getvalue()
    assert "canary" not in repr(answer) + logged.getvalue()


def test_a_call_can_be_cancelled() -> None:
    """The one thing that is raised: the server is going down."""

    async def run() -> None:
        async def forever(*_: Any, **__: Any) -> Performed:
            await asyncio.sleep(60)
            return Performed(answer=Unusable("never", "never"))

        async with Outbound() as outbound:
            performer = Performer(outbound, SIGNED.get, run_code=forever)
            bot = CompiledBot(a_bot(Integration(code=Code(file="x"))), "1")
            task = asyncio.create_task(performer.perform(a_call(), call_id="c", bot=bot, environment="test", user=USER))
            await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(run())


def reason(answer: IntegrationAnswer) -> str:
    """Tell why an answer is unusable."""
    assert isinstance(answer, Unusable), answer
    return answer.reason
