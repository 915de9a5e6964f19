"""What a receiver sees on its socket, byte by byte, and what the builder sees of it."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from botyard import __version__
from botyard.bot.business import EnvironmentName
from botyard.bot.model import Integration, Webhook
from botyard.engine.happenings import Answered, Unusable
from botyard.engine.state import User
from botyard.hsl.elements import Text
from botyard.integrations.outbound import NotSent, Outbound
from botyard.integrations.performed import Performed
from botyard.integrations.signature import is_signed, is_signed_standard
from botyard.integrations.webhook import body_of, post_webhook, url_of
from tests.integrations.calls import USER, a_bot, a_call
from tests.integrations.raw_server import RawServer, http, raw_server, says

NOW = 1_700_000_000
SECRET = "s3cret-canary-é"
REFERENCE = "${secret:PRICE}"
KNOWN = {"PRICE": SECRET}
HI = http(b'{"status": true, "response": ["hi"]}')

GOLDEN = (
    '{"node":"PRODUCT_PRICE","event":"API_INTEGRATION","user":{"user_id":"7","user_name":"asha_7","full_name":"",'
    '"device_platform":5,"language_code":"hi","auth_id":"a-1","auth_code":"auth-code-canary"},"conversation_no":3,'
    '"conversation_data":{"insurance_no":"CDQP12324","payment_mode":"COD"},'
    '"permanent_user_data":{"phone_number":8826755986,"नाम":"आशा"},"entities":{"product_name":[{"detection":"message",'
    '"original_text":"रेडियो 🎉","entity_value":"speaker"}],"date":[{"detection":"default","original_text":"",'
    '"entity_value":{"dd":23,"mm":12,"yy":2019}}]}}'
).encode()


def posted(
    answer: bytes = HI, *, secret: str | None = REFERENCE, known: Mapping[str, str] = KNOWN, user: User = USER
) -> tuple[RawServer, Performed]:
    """Call, as a node would, a server that gives this answer. known: the secrets that are set."""

    async def run() -> tuple[RawServer, Performed]:
        async with raw_server(says(answer)) as server, Outbound(server.allow) as outbound:
            webhook = Webhook(url=server.url + "price", secret=secret)
            performed = await post_webhook(
                outbound,
                webhook,
                a_call(),
                call_id="call_5_1",
                bot=a_bot(Integration(webhook=webhook)),
                environment="test",
                personal=frozenset(),
                user=user,
                secret=known.get,
                now=NOW + 0.9,
            )
            return server, performed

    return asyncio.run(run())


def as_kept(seen: dict[str, Any]) -> dict[str, Any]:
    """Read what a builder may see from the JSON that it is kept as."""
    return dict(json.loads(msgspec.json.encode(seen)))


def test_the_body_is_these_bytes() -> None:
    """UTF-8 as it is, keys in the wire's order, only entities with a value; what is sent is what is made."""
    server, performed = posted()
    assert server.body() == GOLDEN == body_of(a_call(), USER)
    assert performed.answer == Answered((Text("hi"),), status=True, body={"status": True, "response": ["hi"]})
    assert [timing.name for timing in performed.timings] == ["webhook"]


def test_the_headers_are_these_each_once() -> None:
    """Beside the seed's, only what is promised; framing by Content-Length, nothing packed, nothing expected."""
    server, _ = posted()
    found = server.headers()
    assert server.requests[0].startswith(b"POST /price HTTP/1.1\r\n")
    assert sorted(name for name, _ in found) == sorted({name for name, _ in found})
    headers = dict(found)
    expected = {
        "Host": f"127.0.0.1:{server.port}",
        "Content-Type": "application/json",
        "Content-Length": str(len(GOLDEN)),
        "User-Agent": f"Botyard/{__version__}",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "X-Request-Id": "msg_call_5_1",
        "webhook-id": "msg_call_5_1",
        "webhook-timestamp": str(NOW),
    }
    signatures = {"X-Hub-Signature", "X-Hub-Signature-256", "webhook-signature", "traceparent"}
    assert expected.items() <= headers.items()
    assert set(headers) == set(expected) | signatures
    assert headers["X-Hub-Signature"].startswith("sha1=")
    assert is_signed(headers["X-Hub-Signature"], GOLDEN, [SECRET])
    assert is_signed(headers["X-Hub-Signature-256"], GOLDEN, [SECRET])
    assert is_signed_standard(
        headers["webhook-signature"], GOLDEN, [SECRET], message_id="msg_call_5_1", timestamp=str(NOW), now=NOW
    )


def test_a_node_without_a_secret_signs_nothing() -> None:
    """It still names the call, so that a receiver can drop repeats."""
    server, performed = posted(secret=None)
    assert isinstance(performed.answer, Answered)
    assert not [name for name, _ in server.headers() if "signature" in name.lower()]
    assert dict(server.headers())["webhook-id"] == "msg_call_5_1"


def test_while_a_secret_is_changed_the_old_one_still_verifies() -> None:
    """`NAME_PREVIOUS` signs beside `NAME`; the seed's header can carry one signature only, the new one's."""
    server, _ = posted(known={"PRICE": "new-secret", "PRICE_PREVIOUS": "old-secret"})
    headers = dict(server.headers())
    for secret in ("new-secret", "old-secret"):
        assert is_signed_standard(
            headers["webhook-signature"], GOLDEN, [secret], message_id="msg_call_5_1", timestamp=str(NOW), now=NOW
        )
    assert is_signed(headers["X-Hub-Signature"], GOLDEN, ["new-secret"])


@pytest.mark.parametrize("known", [{"OTHER": "x"}, {"PRICE": ""}])
def test_a_secret_that_is_not_set_stops_the_call(known: dict[str, str]) -> None:
    """Nothing is sent unsigned; the builder reads which secret."""
    server, performed = posted(known=known)
    assert isinstance(performed.answer, Unusable)
    assert performed.answer.reason == "no_secret"
    assert "PRICE" in performed.answer.why
    assert server.connections == 0


def test_a_secret_written_into_the_bot_is_not_used_and_not_repeated() -> None:
    """It would stand in every export; the sentence does not quote it."""
    _, performed = posted(secret="hunter2-canary")
    assert isinstance(performed.answer, Unusable)
    assert performed.answer.reason == "no_secret"
    assert "hunter2" not in repr(performed)


def test_the_builder_sees_the_call_without_secrets() -> None:
    """Request and answer are kept; secret and auth_code are blotted out, even where the receiver repeats them."""
    leak = json.dumps({"status": True, "response": [f"{SECRET} auth-code-canary"]}, ensure_ascii=False).encode()
    server, performed = posted(http(leak))
    request = as_kept(performed.request)
    assert request["url"] == server.url + "price"
    assert request["body"]["entities"]["product_name"][0]["entity_value"] == "speaker"
    assert request["body"]["user"]["auth_code"] == "•••"
    assert request["headers"]["webhook-id"] == "msg_call_5_1"
    assert performed.response["status"] == 200
    assert "canary" not in repr(request) + repr(performed.response)
    sent = dict(server.headers())
    for name in ("X-Hub-Signature", "X-Hub-Signature-256", "webhook-signature"):
        assert request["headers"][name] == sent[name][:16] + "…"


def test_a_secret_that_a_user_wrote_is_blotted_out_too() -> None:
    """Wherever it stands in the body, the longer one first: of it nothing is left."""
    known = {"PRICE": SECRET, "PRICE_PREVIOUS": SECRET + "-longer"}
    server, performed = posted(known=known, user=replace(USER, auth_code="", full_name=f"{SECRET}-longer {SECRET}"))
    assert json.loads(server.body())["user"]["full_name"] == f"{SECRET}-longer {SECRET}"
    assert as_kept(performed.request)["body"]["user"]["full_name"] == "••• •••"


def test_an_auth_code_is_blotted_out_however_short_it_is() -> None:
    """Where it is known to stand; elsewhere two letters are just two letters."""
    server, performed = posted(user=replace(USER, auth_code="hi"))
    assert json.loads(server.body())["user"]["auth_code"] == "hi"
    assert as_kept(performed.request)["body"]["user"] == json.loads(server.body())["user"] | {"auth_code": "•••"}


@pytest.mark.parametrize(
    ("auth_code", "store", "shown"),
    [
        ("8826755986", "permanent_user_data", {"phone_number": "•••", "नाम": "आशा"}),
        ("insurance_no", "conversation_data", {"•••": "CDQP12324", "payment_mode": "COD"}),
        ('"COD"}', "conversation_data", {"insurance_no": "CDQP12324", "payment_mode": "COD"}),
    ],
    ids=["a number", "a key", "no word at all"],
)
def test_what_the_builder_sees_never_keeps_a_call_from_going_out(auth_code: str, store: str, shown: object) -> None:
    """Not even where an auth_code stands in the body as a number, or as what holds JSON together."""
    server, performed = posted(user=replace(USER, auth_code=auth_code))
    assert json.loads(server.body())["user"]["auth_code"] == auth_code
    assert isinstance(performed.answer, Answered)
    assert json.loads(msgspec.json.encode(performed.request))["body"][store] == shown


@pytest.mark.parametrize("secret", ['s3cret/"canary"', "s3cret\\canary", "s3cret\ncanary", "s3cret-canary-é🎉"])
def test_a_secret_is_blotted_out_however_json_writes_it(secret: str) -> None:
    """In the request that we write, as in the answer that PHP would."""
    echo = json.dumps({"status": True, "response": [secret]}).replace("/", "\\/").encode()
    user = replace(USER, full_name=secret, auth_code="")
    server, performed = posted(http(echo), known={"PRICE": secret}, user=user)
    assert json.loads(server.body())["user"]["full_name"] == secret
    assert json.loads(msgspec.json.encode(performed.request))["body"]["user"]["full_name"] == "•••"
    assert json.loads(performed.response["body"])["response"] == ["•••"]


def test_the_builder_sees_what_came_with_another_status() -> None:
    """The beginning of the page of an error, and the verdict."""
    _, performed = posted(http(b"<h1>oops</h1>" + b"x" * 10_000, "500 Internal Server Error"))
    assert isinstance(performed.answer, Unusable)
    assert performed.answer.reason == "status_not_200"
    assert performed.response["body"].startswith("<h1>oops</h1>")
    assert len(performed.response["body"]) <= 4096


@pytest.mark.parametrize(
    ("base", "path", "url"),
    [
        ("https://a.example", "/price", "https://a.example/price"),
        ("https://a.example/", "price", "https://a.example/price"),
        ("https://a.example/api/v1/", "/price?x=1", "https://a.example/api/v1/price?x=1"),
        ("https://a.example/api", "/@evil.example/", "https://a.example/api/@evil.example/"),
        ("https://a.example/api", "//evil.example/", "https://a.example/api/evil.example/"),
    ],
)
def test_a_path_goes_below_the_base_url(base: str, path: str, url: str) -> None:
    """One slash between them, whatever they were written with; no path leaves the host."""
    webhook = Webhook(path=path)
    assert url_of(webhook, a_bot(Integration(webhook=webhook), production=base), "production") == url


urls = st.none() | st.sampled_from(["https://production.example", "https://test.example"])


@given(st.sampled_from(["test", "production"]), st.sampled_from(["test", "production"]), urls, urls, st.booleans())
def test_production_only_ever_calls_production(
    environment: EnvironmentName,
    test_uses: Any,
    production: str | None,
    test: str | None,
    is_absolute: bool,  # noqa: FBT001 - Hypothesis draws it
) -> None:
    """Whatever is set: production calls production's base URL or nothing; test calls the one the bot names."""
    webhook = Webhook(url="https://own.example/x") if is_absolute else Webhook(path="/x")
    bot = a_bot(Integration(webhook=webhook), production=production, test=test, test_uses=test_uses)
    called = production if "production" in (environment, test_uses) else test
    if is_absolute:
        assert url_of(webhook, bot, environment) == "https://own.example/x"
    elif called is None:
        with pytest.raises(NotSent, match="no base URL"):
            url_of(webhook, bot, environment)
    else:
        assert url_of(webhook, bot, environment) == called + "/x"


def test_a_base_url_no_path_can_follow_is_said() -> None:
    """Joined by hand it would call another address than the builder sees."""
    webhook = Webhook(path="/x")
    bot = a_bot(Integration(webhook=webhook), production="https://a.example/?to=")
    with pytest.raises(NotSent, match="no path can follow"):
        url_of(webhook, bot, "production")
