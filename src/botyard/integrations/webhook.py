"""A node calls its builder's server (docs/reference/wire.md §1): these bytes, these headers, once, within 30.0 s."""

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from time import perf_counter
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import replace

from botyard import __version__
from botyard.bot.business import EnvironmentName
from botyard.bot.model import Bot, Webhook
from botyard.engine.effects import Call
from botyard.engine.happenings import Timing, Unusable
from botyard.engine.state import User
from botyard.integrations.answer import MAX_ANSWER_BYTES, judge
from botyard.integrations.outbound import NotSent, Outbound
from botyard.integrations.performed import Performed
from botyard.integrations.places import NOBODY
from botyard.integrations.record import MASK, call_seen, request_seen, response_seen
from botyard.integrations.signature import sign, sign_standard
from botyard.nlu.understanding import EntityName

MAX_TIMEOUT_S = 30.0

Secret: TypeAlias = Callable[[str], str | None]  # what `${secret:NAME}` means, None where it is not set

_REFERENCE = re.compile(r"\$\{secret:([A-Z0-9_]+)\}")
# While a secret is being changed, the old one stays under this name: receivers of either can verify.
_PREVIOUS = "_PREVIOUS"
_NO_MESSAGE_ID = re.compile(r"[^A-Za-z0-9_-]")  # Standard Webhooks allows no dots
_USER_AGENT = f"Botyard/{__version__}"
_encode = msgspec.json.Encoder().encode


async def post_webhook(
    outbound: Outbound,
    webhook: Webhook,
    call: Call,
    *,
    call_id: str,
    bot: Bot,
    personal: frozenset[EntityName],
    environment: EnvironmentName,
    user: User,
    secret: Secret,
    now: float,
    partner_id: int = NOBODY,
) -> Performed:
    """Make the call. What goes wrong on the way is an `Unusable` answer.

    personal: entities whose values only the receiver is told. now: seconds since 1970.
    """
    try:
        url = url_of(webhook, bot, environment)
        secrets = _live_secrets(webhook, secret)
    except NotSent as failed:
        return Performed(answer=Unusable(failed.reason, failed.sentence))
    body = body_of(call, user)
    headers = headers_of(body, call_id=call_id, secrets=secrets, now=int(now))
    hidden = (*secrets, user.auth_code) if user.auth_code else secrets
    shown = call_seen(call, personal)
    is_seen_whole = shown is call and not user.auth_code
    body_seen = body if is_seen_whole else body_of(shown, replace(user, auth_code=user.auth_code and MASK))
    seen = request_seen(url, headers, body_seen, hidden)
    timeout_s = min(float(webhook.timeout), MAX_TIMEOUT_S)
    started = perf_counter()
    try:
        got = await outbound.post(
            url, body, headers, timeout_s=timeout_s, max_bytes=MAX_ANSWER_BYTES, partner_id=partner_id
        )
    except NotSent as failed:
        answer = Unusable(failed.reason, failed.sentence)
        return Performed(answer=answer, timings=(_since(started),), request=seen)
    return Performed(
        answer=judge(got.status, got.body),
        timings=(_since(started),),
        request=seen,
        response=response_seen(got.status, got.content_type, got.body, hidden),
    )


def body_of(call: Call, user: User) -> bytes:
    """Write the body: these keys in this order, nothing more. The bytes that are signed are the bytes that are sent."""
    return _encode(payload_of(call, user))


def payload_of(call: Call, user: User) -> dict[str, Any]:
    """Gather what an integration is told; custom code is told the same and a little more."""
    return {
        "node": call.node,
        "event": "API_INTEGRATION",
        "user": {
            "user_id": user.user_id,
            "user_name": user.user_name,
            "full_name": user.full_name,
            "device_platform": user.device_platform,
            "language_code": call.language or user.language_code,
            "auth_id": user.auth_id,
            "auth_code": user.auth_code,
        },
        "conversation_no": call.conversation_no,
        "conversation_data": call.conversation_data,
        "permanent_user_data": call.permanent_user_data,
        # `Collected` has its fields in the wire's order.
        "entities": {name: values for name, values in call.entities.items() if values},
    }


def url_of(webhook: Webhook, bot: Bot, environment: EnvironmentName) -> str:
    """Find the address: the node's own, or its path below a base URL. Production only ever calls production's.

    Raises NotSent.
    """
    if webhook.url is not None:
        return webhook.url
    which = "production" if environment == "production" else bot.test_uses
    base = bot.environments.production if which == "production" else bot.environments.test
    if not base.base_url:
        raise NotSent("no_base_url", f"this path is relative, but the environment {which} has no base URL")
    if "?" in base.base_url or "#" in base.base_url:
        raise NotSent("bad_url", f"the base URL of {which} holds a ? or #, so that no path can follow it")
    return f"{base.base_url.rstrip('/')}/{(webhook.path or '').lstrip('/')}"


def headers_of(body: bytes, *, call_id: str, secrets: tuple[str, ...], now: int) -> dict[str, str]:
    """Write the headers. secrets: the primary first, none where the node has none. now: seconds since 1970."""
    message_id = "msg_" + _NO_MESSAGE_ID.sub("-", call_id)
    trace = hashlib.sha256(call_id.encode()).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": _USER_AGENT,
        "Accept": "application/json",
        "X-Request-Id": message_id,
        "traceparent": f"00-{trace[:32]}-{trace[32:48]}-00",
        "webhook-id": message_id,
        "webhook-timestamp": str(now),
    }
    if secrets:
        headers["X-Hub-Signature"] = sign(body, secrets[0])
        headers["X-Hub-Signature-256"] = sign(body, secrets[0], "sha256")
        headers["webhook-signature"] = sign_standard(message_id, now, body, secrets)
    return headers


def _live_secrets(webhook: Webhook, secret: Secret) -> tuple[str, ...]:
    if webhook.secret is None:
        return ()
    name = _name_in(webhook.secret)
    if name is None:
        raise NotSent("no_secret", "the node's secret must be written ${secret:NAME}")
    primary, previous = secret(name), secret(name + _PREVIOUS)
    if not primary:
        raise NotSent("no_secret", f"the secret {name} of this node is not set; nothing is sent unsigned")
    return (primary, previous) if previous else (primary,)


@lru_cache(maxsize=256)  # of the bots that are called just now
def _name_in(reference: str) -> str | None:
    found = _REFERENCE.fullmatch(reference)
    return found and found[1]


def _since(started: float) -> Timing:
    return Timing("webhook", (perf_counter() - started) * 1000)
