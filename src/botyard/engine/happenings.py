"""What can happen to a conversation. Each is one message to its mailbox, in the order they are taken."""

from typing import Any, TypeAlias, assert_never

from msgspec import Struct

from botyard.hsl.elements import Element


class UserSaid(Struct, frozen=True, tag="user_said"):
    """The user wrote or tapped. text is raw: a hidden `{…}` suffix is still on it.

    language: what the user's client says it speaks, "" where it says nothing.
    """

    text: str
    language: str = ""


class Answered(Struct, frozen=True, tag="answered"):
    """An integration answered with something a turn can use (docs/reference/wire.md, the table of answers).

    messages: what to say, in order; empty means "no response" unless `silent`.
    status: true files the messages as success, false as failure; on an end node it decides completion.
    conversation_data, permanent_user_data: top-level keys to merge, None deletes a key; None: nothing to change.
    body: the whole JSON object, for connections on the result. warnings: what was read leniently, in words.
    """

    messages: tuple[Element, ...]
    status: bool
    silent: bool = False
    conversation_data: dict[str, Any] | None = None
    permanent_user_data: dict[str, Any] | None = None
    body: dict[str, Any] = {}
    warnings: tuple[str, ...] = ()


class Unusable(Struct, frozen=True, tag="unusable"):
    """An integration failed, or answered with nothing a turn can use. reason: a stable word; why: a sentence."""

    reason: str
    why: str


class HandsOver(Struct, frozen=True, tag="hands_over"):
    """A function asked for a human agent. team: None is the business's default team."""

    team: str | None = None


class Flushes(Struct, frozen=True, tag="flushes"):
    """A function asked to forget every entity collected so far, but for those kept."""

    keep: tuple[str, ...] = ()


class Continues(Struct, frozen=True, tag="continues"):
    """A function did its work and has nothing to say: the node's own final response is said."""


IntegrationAnswer: TypeAlias = Answered | Unusable | HandsOver | Flushes | Continues


def outcome_of(answer: IntegrationAnswer) -> tuple[str, str]:
    """Name what a call came to, in a stable word, and say why where that needs saying."""
    match answer:
        case Answered():
            return "answered", ""
        case Unusable(reason=reason, why=why):
            return reason, why
        case HandsOver():
            return "handed_over", ""
        case Flushes():
            return "flushed", ""
        case Continues():
            return "continued", ""
        case _:
            assert_never(answer)


class Timing(Struct, frozen=True):
    """One measured stretch of work, in milliseconds."""

    name: str
    ms: float


class CallReturned(Struct, frozen=True, tag="call_returned"):
    """A call that an earlier turn asked for came back. call_no: `effects.Call.call_no` of that turn."""

    call_no: int
    answer: IntegrationAnswer
    timings: tuple[Timing, ...] = ()


class HandOverAsked(Struct, frozen=True, tag="hand_over_asked"):
    """Somebody outside the turn wants this chat with a team of agents. is_counted_down: not before so many seconds."""

    team: str
    is_counted_down: bool = False


class AgentTookOver(Struct, frozen=True, tag="agent_took_over"):
    """An agent claimed the chat."""

    agent: str


class TimerFired(Struct, frozen=True, tag="timer_fired"):
    """The thread's alarm went off. What is due, if anything still is, the state knows."""


class Closed(Struct, frozen=True, tag="closed"):
    """Somebody outside the turn completed the chat."""

    by: str


Happening: TypeAlias = UserSaid | CallReturned | HandOverAsked | AgentTookOver | TimerFired | Closed
