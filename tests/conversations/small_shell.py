"""A small shell around a pretended engine: the real store and loop, a turn that does what the message says.

"call" calls out and answers with what comes back; "end" completes; "remember k v" writes permanent data; "boom" raises.
Everything else is answered with "echo: …".
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from botyard.bot.business import Business
from botyard.bot.compiled import Bots, CompiledBot
from botyard.bot.model import Bot, Integration, Node, Webhook
from botyard.conversations.inbound import Inbound
from botyard.conversations.loop import Conversations
from botyard.conversations.ports import Served
from botyard.conversations.users.known import Profile
from botyard.engine.effects import Call, Complete, Effect, HandOver, RememberUser, Say
from botyard.engine.happenings import Answered, CallReturned, HandOverAsked, Happening, Unusable, UserSaid
from botyard.engine.small_talk import SmallTalk
from botyard.engine.state import Calling, State, User
from botyard.engine.trace import Standpoint, Trace
from botyard.engine.turn import Turn
from botyard.hsl.elements import Text
from botyard.integrations.performed import Performed
from botyard.nlu.understanding import Understand
from botyard.store.announce import Announcements
from botyard.store.clock import Clock
from botyard.store.commit import OpenStore
from botyard.store.opening import bring_up_to_date, news_among, open_store, peers_on
from botyard.store.peers import Peers
from tests.stores import url_for

BUSINESS = 7
PARTNER = 3
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class First:
    """Dice that always show the first way."""

    def pick(self, ways: int) -> int:
        """Choose the first."""
        return min(0, ways)


def clock() -> datetime:
    """What the time is."""
    return datetime.now(UTC)


class OneBot:
    """A `Live` that serves one bot for every business; its node "again" may be called again after a crash."""

    def __init__(self) -> None:
        nodes = tuple(
            Node(name=name, system_name=name, integration=Integration(webhook=Webhook(path="/", repeatable=repeatable)))
            for name, repeatable in (("once", False), ("again", True))
        )
        bot = CompiledBot(Bot(botyard=1, name="b", system_name="b", languages=("en",), nodes=nodes), "v1")
        self._served = Served(PARTNER, Bots(Business(name="s"), {"b": bot}, "b"), {}, "production")

    async def served(self, business_id: int) -> Served:
        """Serve the one bot."""
        return self._served


class Caller:
    """A `Perform` that keeps what it was asked, and answers when it is let."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.permanent: dict[str, Any] | None = None

    async def __call__(self, call: Call, *, call_id: str, served: Served, user: User) -> Performed:
        """Write the call down, wait until it may be answered, answer it."""
        self.calls.append(call_id)
        await self.may_answer.wait()
        answer = Answered((Text(f"answer {call.call_no}"),), status=True, permanent_user_data=self.permanent)
        return Performed(answer=answer, request={"node": call.node}, response={"ok": True})


def pretended_turn(  # noqa: C901, PLR0912 - a script, read from top to bottom
    bots: Bots,  # noqa: ARG001 - the port names it
    state: State,
    happening: Happening,
    /,
    *,
    now: datetime,
    dice: object,  # noqa: ARG001 - the port names it
    understand: dict[str, Understand],  # noqa: ARG001 - the port names it
    small_talk: dict[str, SmallTalk],  # noqa: ARG001 - likewise
) -> Turn:
    """Do what the message says."""
    before, effects = state, list[Effect]()
    state = replace(state, turns=state.turns + 1, last_active=now)
    match happening:
        case UserSaid(text=text):
            if state.standing == "complete":
                state = replace(state, standing="bot", conversation_no=state.conversation_no + 1)
            words = text.split()
            if words[0] == "boom":
                raise ZeroDivisionError(text)
            if words[0] in ("call", "again"):
                node = "again" if words[0] == "again" else "once"
                state = replace(state, calls=state.calls + 1, calling=Calling(state.calls + 1, node))
                effects.append(Call(state.calls, "b", node, "en", state.conversation_no, {}, {}, {}, now))
            elif words[0] == "end":
                state = replace(state, standing="complete")
                effects += [_say("bye"), Complete("bot")]
            elif words[0] == "remember":
                effects += [RememberUser({**state.user.permanent_user_data, words[1]: words[2]}), _say("noted")]
            elif state.standing == "bot":
                effects.append(_say(f"echo: {text}"))
        case CallReturned(call_no=call_no, answer=answer):
            if state.calling is not None and state.calling.call_no == call_no:
                state = replace(state, calling=None)
                if isinstance(answer, Unusable):
                    effects.append(_say(f"break: {answer.reason}"))
                if isinstance(answer, Answered):
                    effects.append(Say(answer.messages, "integration_success", "once"))
                    if answer.permanent_user_data:
                        effects.append(RememberUser({**state.user.permanent_user_data, **answer.permanent_user_data}))
        case HandOverAsked(team=team):
            if state.standing != "pending":
                effects.append(HandOver(team, "asked"))
            state = replace(state, standing="pending", team=team, calling=None)
        case _:
            raise AssertionError(happening)
    stand = Standpoint("", 0, None, None, {}, {})
    trace = Trace(turn=state.turns, happening=str(happening.__struct_config__.tag), before=stand, after=stand)
    assert before.user.user_id, "a turn is given the user"
    return Turn(state, tuple(effects), trace)


def _say(text: str) -> Say:
    return Say((Text(text),), "final", None)


class Shell:
    """One running server loop on a database. peers: the others on it."""

    def __init__(
        self, database: OpenStore, caller: Caller, turn: Callable[..., Turn], peers: Peers | None = None
    ) -> None:
        self.database = database
        self.caller = caller
        self.live = OneBot()
        self.announcements = Announcements()
        self.peers = peers
        self.conversations = Conversations(
            database, self.live, caller, self.announcements, clock, First(), turn=turn, peers=peers
        )

    async def new_user(self, name: str = "asha") -> int:
        """Make a user of the partner, or find it."""
        known, _ = await self.conversations.users.create_or_update(PARTNER, name, Profile(full_name=name))
        return known.id

    async def say(self, user_id: int, text: str, key: str | None = None) -> list[str]:
        """Say something and wait for all that is said to it."""
        accepted = await self.conversations.accept(inbound(user_id, text, key))
        return [line.text for line in await self.conversations.settled(accepted)]

    async def said(self, user_id: int) -> list[tuple[str, str]]:
        """Read the transcript: who said what."""
        return [(line.sender, line.text) for line in await self.conversations.history.transcript(BUSINESS, user_id)]


async def said_so_many(it: Shell, user: int, lines: int) -> None:
    """Wait until a thread has so many lines."""
    async with asyncio.timeout(5):
        while len(await it.said(user)) < lines:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.005)


async def names_of_calls(it: Shell, user_id: int) -> list[str]:
    """Name the calls of a user as their rows do: by their numbers and by when they began."""
    thread = await it.conversations.history.thread(BUSINESS, user_id)
    assert thread is not None
    return [
        f"call_{thread.conversation_id}_{call.call_no}_{(call.begun_at - EPOCH) // timedelta(microseconds=1):x}"
        for call in await it.conversations.history.calls(BUSINESS, user_id)
    ]


def numbers_of(call_id: str) -> str:
    """Tell which call of its database a name is for: the same also where its turn was taken, and named, twice."""
    return call_id.rpartition("_")[0]


def inbound(user_id: int, text: str, key: str | None = None) -> Inbound:
    """Make a message of a user to the one business there is."""
    return Inbound(business_id=BUSINESS, user_id=user_id, text=text, key=key)


@asynccontextmanager
async def beside(
    url: str,
    caller: Caller | None = None,
    turn: Callable[..., Turn] = pretended_turn,
    *,
    takes_turns: bool = True,
    cluster: str = "ours",
) -> AsyncIterator[Shell]:
    """Run a shell beside others on one PostgreSQL database, brought up to date first."""
    bring_up_to_date(url)
    database = open_store(url)
    peers = peers_on(url, database, cluster=cluster, takes_turns=takes_turns, clock=Clock())
    running = Shell(database, caller or Caller(), turn, peers)
    async with news_among(url, running.announcements):
        try:
            await running.conversations.start()
            yield running
        finally:
            await running.conversations.stop(5)
    running.database.close()


@asynccontextmanager
async def shell(
    path: Path, caller: Caller | None = None, turn: Callable[..., Turn] = pretended_turn
) -> AsyncIterator[Shell]:
    """Run a shell on the database called `path`, brought up to date first."""
    url = url_for(path)
    bring_up_to_date(url)
    running = Shell(open_store(url), caller or Caller(), turn)
    await running.conversations.start()
    try:
        yield running
    finally:
        await running.conversations.stop(5)
        running.database.close()
