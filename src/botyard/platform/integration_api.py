"""The two APIs that a bot's integrations call, with the seed's wording to the letter.

Sources: the seed, "Additional APIs"; wire.md §3. The first thing wrong decides, in the order of the tables there; so
each request is read step by step here, not decoded at once. The two families word the same fault differently.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NoReturn

from msgspec import Struct
from starlette.types import Scope

from botyard.auth.caller import Caller, Callers, Fault, NotIdentified
from botyard.auth.people import Business, Team, business_of, team_of
from botyard.conversations.inbound import Spoken
from botyard.conversations.users.known import KnownUser
from botyard.errors import BadRequest, BotyardError, NotAllowed, NotFound
from botyard.platform.ports import Talks
from botyard.serving.asking import MAX_BODY_BYTES, headers_of
from botyard.serving.endpoint import Asked, Endpoint, NoBody
from botyard.store.commit import Store
from botyard.strict_json import NotJson, parse_object

NEVER_CHATTED = "user has not sent a message"
COUNTDOWN_S = (5.0, 10.0)
MOST_LINES = 1_000


class SendChatToAgent(Struct, frozen=True, kw_only=True):
    """Which chat goes to which team. countdown: seconds, 5 to 10, until it does even if the bot still speaks."""

    team_name: str
    user_name: str
    business_id: int
    countdown: float | None = None


class Success(Struct, frozen=True):
    """The chat waits for the team."""

    success: bool = True


class Line(Struct, frozen=True):
    """One message. sender: user, bot or agent(NAME)."""

    text: str
    sender: str
    message_id: int


class ChatHistory(Struct, frozen=True, omit_defaults=True):
    """A conversation, oldest message first: as a list, or as a text of one line a message."""

    chat_json: tuple[Line, ...] | None = None
    chat_text: str | None = None


def integration_endpoints(*, store: Store, talks: Talks, callers: Callers) -> tuple[Endpoint[Any, Any], ...]:
    """Open both addresses."""
    return _sending(store, talks, callers), _reading(store, talks, callers)


def _sending(store: Store, talks: Talks, callers: Callers) -> Endpoint[Caller, NoBody]:
    async def identify(scope: Scope) -> Caller:
        return await _identified(callers, scope)

    async def send_chat_to_agent(asked: Asked[Caller, NoBody]) -> Success:
        """Move a user's chat to a team of agents."""
        await _send_chat(store, talks, asked.caller.partner_id, asked.raw)
        return Success()

    return Endpoint(
        path="/integration/external/v1.0/send_chat_to_agent/",
        methods=("POST",),
        identify=identify,
        body=NoBody,
        takes=SendChatToAgent,
        answer=Success,
        handle=send_chat_to_agent,
    )


def _reading(store: Store, talks: Talks, callers: Callers) -> Endpoint[Caller, NoBody]:
    async def identify(scope: Scope) -> Caller:
        try:
            return await _identified(callers, scope)
        except NotIdentified as refused:
            is_client = refused.fault in {Fault.NO_CLIENT, Fault.UNKNOWN_CLIENT}
            raise NotKnown("invalid client_id" if is_client else "invalid token") from None

    async def get_chat_history(asked: Asked[Caller, NoBody]) -> ChatHistory:
        """Read one conversation of a user with a business."""
        return await _history(store, talks, asked.caller.partner_id, asked.query)

    return Endpoint(
        path="/integration/external/v1.0/get_chat_history/",
        methods=("GET", "POST"),
        identify=identify,
        body=NoBody,
        query=_HISTORY_QUERY,
        answer=ChatHistory,
        handle=get_chat_history,
    )


_HISTORY_QUERY = {
    "conversation_no": "number of the conversation, required",
    "user_name": "our handle for the user, required",
    "business_id": "number of the business, required",
    "limit": "how many of the newest messages, 1 to 1000",
    "respose_type": "json (default) or text; response_type is taken too",
}


class NotKnown(BotyardError):
    """The caller is nobody we know."""

    code = "not_known"
    http_status = 401


async def _identified(callers: Callers, scope: Scope) -> Caller:
    return await callers.identify(headers_of(scope, b"client-id"), headers_of(scope, b"authorization"))


# ── send_chat_to_agent ──────────────────────────────────────────────────────────────────────────────────────────────


async def _send_chat(store: Store, talks: Talks, partner_id: int, raw: bytes) -> None:
    said = _object(raw)
    for name in ("user_name", "business_id", "team_name"):
        if _is_missing(name, said.get(name)):
            raise BadRequest(f"{name} missing in the request")
    user = await _user(talks, partner_id, said["user_name"])
    business = await _business(store, partner_id, said["business_id"])
    team = await _team(store, partner_id, said["team_name"])
    thread = await talks.history.thread(business.id, user.id)
    if thread is None:
        raise NotFound(NEVER_CHATTED)
    await talks.hand_over(thread.conversation_id, team.name, _countdown(said.get("countdown")))


async def _user(talks: Talks, partner_id: int, user_name: object) -> KnownUser:
    if not isinstance(user_name, str):
        raise BadRequest("invalid user_name")
    user = await talks.users.by_user_name(partner_id, user_name)
    if user is None:
        raise NotAllowed("invalid user_name")
    return user


async def _business(store: Store, partner_id: int, business_id: object) -> Business:
    business = await business_of(store, partner_id, _business_id(business_id))
    if business is None:
        raise NotAllowed("invalid business_id provided")
    if not business.active:
        raise NotAllowed(f'business "{business.id}" is inactive')
    return business


async def _team(store: Store, partner_id: int, team_name: object) -> Team:
    if not isinstance(team_name, str):
        raise BadRequest("invalid team_name provided")
    team = await team_of(store, partner_id, team_name)
    if team is None:
        raise NotAllowed("invalid team_name provided")
    if not team.active:
        raise NotAllowed(f'team "{team.name}" is inactive')
    return team


def _object(raw: bytes) -> dict[str, Any]:
    try:
        return parse_object(raw, max_bytes=MAX_BODY_BYTES)
    except NotJson:
        raise BadRequest("invalid JSON in the request") from None


def _is_missing(name: str, value: object) -> bool:
    """A name that is blank says nothing; a business_id that is blank but not empty says something wrong."""
    blank = value if name == "business_id" or not isinstance(value, str) else value.strip()
    return blank is None or blank == ""


def _business_id(value: object) -> int:
    """Read a whole number, also from digits in a text. 0, which is nobody's, where it is too large to be anybody's."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]+", value):
        value = int(value) if len(value) <= _DIGITS else 0
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadRequest("invalid business_id provided")
    return value if 0 < value < _TOO_LARGE else 0


_TOO_LARGE = 2**63
_DIGITS = 30


def _countdown(value: object) -> float | None:
    """Seconds within the promised range; None where nobody said."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadRequest("invalid countdown")
    least, most = COUNTDOWN_S
    return min(max(float(value), least), most)


# ── get_chat_history ────────────────────────────────────────────────────────────────────────────────────────────────


async def _history(store: Store, talks: Talks, partner_id: int, query: Mapping[str, str]) -> ChatHistory:
    for name in ("user_name", "business_id", "conversation_no"):
        if not query.get(name, "").strip():
            raise BadRequest(f"{name} missing")
    user = await _user(talks, partner_id, query["user_name"])
    business_id = _number(query, "business_id")
    conversation_no = _number(query, "conversation_no")
    limit = _limit(query)
    is_text = _is_text(query)
    business = await business_of(store, partner_id, business_id)
    if business is None or conversation_no == 0:
        raise NotFound(NEVER_CHATTED)
    spoken = await talks.history.newest(business.id, user.id, conversation_no, limit)
    if not spoken:
        raise NotFound(NEVER_CHATTED)
    lines = tuple(Line(one.text, _sender(one), one.message_id) for one in spoken if one.sender != "system")
    return ChatHistory(chat_text="".join(map(_one_line, lines))) if is_text else ChatHistory(chat_json=lines)


def _number(query: Mapping[str, str], name: str) -> int:
    """Read a whole number; 0, which is nobody's, where it is too large to be anybody's."""
    text = query[name]
    if not re.fullmatch(r"[0-9]+", text):
        raise BadRequest(f"invalid {name}")
    value = int(text) if len(text) <= _DIGITS else 0
    return value if value < _TOO_LARGE else 0


def _limit(query: Mapping[str, str]) -> int:
    if "limit" not in query:
        return MOST_LINES
    limit = _number(query, "limit")
    return limit if 1 <= limit <= MOST_LINES else _refuse("invalid limit")


def _is_text(query: Mapping[str, str]) -> bool:
    """Both spellings are taken: the seed's, and the right one. Where they differ nobody knows what is meant."""
    said = {query[name] for name in ("respose_type", "response_type") if name in query} or {"json"}
    if len(said) > 1 or not said <= {"json", "text"}:
        _refuse("invalid response_type")
    return said == {"text"}


def _refuse(sentence: str) -> NoReturn:
    raise BadRequest(sentence)


def _sender(spoken: Spoken) -> str:
    """An agent's name stays inside its brackets and on its line: it cannot pass for another sender."""
    if not spoken.sender.startswith("agent("):
        return spoken.sender
    name = spoken.sender.removeprefix("agent(").removesuffix(")")
    return f"agent({''.join(mark for mark in name if mark not in '()' and _is_printed(mark))})"


def _one_line(line: Line) -> str:
    return f"{line.sender}: {_LINE_ENDS.sub(' ', line.text)}\n"


# All that Python's or anybody's splitlines takes for the end of a line.
_LINE_ENDS = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def _is_printed(mark: str) -> bool:
    return not unicodedata.category(mark).startswith("C") and mark not in "\u2028\u2029"
