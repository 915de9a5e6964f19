"""Safeguards taken out on purpose: a suite that is not red with each of them proves nothing."""

import asyncio
import os
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec.structs import replace

from botyard.bot.business import Business
from botyard.bot.exchange import Read, read
from botyard.bot.model import Bot
from botyard.channels.web import frames, socket
from botyard.channels.web.ports import Facts, Visitor
from botyard.channels.web.socket import ChatSocket
from botyard.conversations import lookout, records
from botyard.conversations.inbound import Accepted, Inbound
from botyard.conversations.loop import Conversations
from botyard.conversations.turns import records as turns
from botyard.engine.happenings import Answered, Unusable
from botyard.errors import BadRequest
from botyard.hsl.elements import Text
from botyard.integrations import answer, breaker, webhook
from botyard.integrations.outbound import NotSent, Outbound
from botyard.integrations.places import Places
from botyard.integrations.sandbox import code
from botyard.integrations.sandbox.said import CodeAnswer
from botyard.serving.endpoint import Endpoint
from botyard.store.announce import Announcements
from botyard.store.clock import Clock
from botyard.store.commit import Row, Store, Write
from botyard.store.postgres import connecting, line, lock
from botyard.store.redis import connecting as redis
from botyard.store.redis.news import RedisNews
from botyard.studio import checked, exchange
from tests.conversations.killed_server import BUGS as OF_THE_LOOP
from tests.torture.stopping import has_a_short_lease, stops_where_told

LATE_S = 0.05
WAITS_ON_S = 5.0


def _forget_keys() -> None:
    hears = records.hears

    def without_its_key(conversation_id: int, **said: Any) -> Any:
        return hears(conversation_id, **said | {"client_key": None})

    records.hears = without_its_key


def _forget_who_waits() -> None:
    async def nobody(store: Store) -> list[Row]:  # noqa: ARG001 - what it stands in for
        return []

    records.unanswered = nobody


def _receipt_before_commit() -> None:
    accept, under_way = Conversations.accept, set[asyncio.Task[None]]()

    async def later(self: Conversations, inbound: Inbound) -> None:
        await asyncio.sleep(LATE_S)
        await accept(self, inbound)

    async def at_once(self: Conversations, inbound: Inbound) -> Accepted:
        mailbox = await self._mailboxes.of(inbound.business_id, inbound.user_id)
        task = asyncio.create_task(later(self, inbound))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        return Accepted(conversation_id=mailbox.conversation_id, message_id=0, seq=0, created_at=self._clock())

    Conversations.accept = at_once  # type: ignore[method-assign]  # it is there to be broken


def _wait_longer() -> None:
    within: Any = Outbound._within

    async def patient(self: Outbound, timeout_s: float, *asked: Any) -> Any:
        return await within(self, timeout_s + WAITS_ON_S, *asked)

    setattr(Outbound, "_within", patient)  # noqa: B010 - it is there to be broken


def _fall_over_a_body() -> None:
    decoded = Endpoint._decoded

    def careless(self: Endpoint[Any, Any], raw: bytes) -> Any:
        try:
            return decoded(self, raw)
        except BadRequest as error:
            raise ValueError from error

    Endpoint._decoded = careless  # type: ignore[method-assign]  # likewise


def _quote_a_body() -> None:
    decoded = Endpoint._decoded

    def talkative(self: Endpoint[Any, Any], raw: bytes) -> Any:
        try:
            return decoded(self, raw)
        except BadRequest as error:
            raise BadRequest(f"{error.sentence}: {raw!r}") from error

    Endpoint._decoded = talkative  # type: ignore[method-assign]  # likewise


def _fall_over_a_frame() -> None:
    read_frame = frames.read_frame

    def careless(data: bytes) -> frames.FromPage:
        try:
            return read_frame(data)
        except BadRequest as error:
            raise ValueError from error

    frames.read_frame = careless


def _quote_a_frame() -> None:
    read_frame = frames.read_frame

    def talkative(data: bytes) -> frames.FromPage:
        try:
            return read_frame(data)
        except BadRequest as error:
            raise BadRequest(f"{error.sentence}: {data!r}") from error

    frames.read_frame = talkative


def _quote_an_answer() -> None:
    judge = answer.judge

    def talkative(status: int, body: bytes) -> Answered | Unusable:
        judged = judge(status, body)
        return judged if isinstance(judged, Answered) else Answered((Text(repr(body)),), status=True)

    setattr(webhook, "judge", talkative)  # noqa: B010 - no part of what it exports


def _quote_code() -> None:
    judge = code.judged

    def talkative(answer: CodeAnswer, hidden: Collection[str] = ()) -> Answered | Unusable:
        judged = judge(answer, hidden)
        return judged if isinstance(judged, Answered) else Answered((Text(judged.why),), status=True)

    setattr(code, "judged", talkative)  # noqa: B010 - likewise


def _fall_over_a_file() -> None:
    def careless(files: Mapping[str, bytes]) -> Read:
        found = read(files)
        if found.bot is None:
            raise ValueError
        return found

    setattr(checked, "read", careless)  # noqa: B010 - likewise


def _quote_a_file() -> None:
    check = checked.checked

    def talkative(files: Mapping[str, bytes], known_secrets: Collection[str]) -> tuple[Bot, Business | None]:
        try:
            return check(files, known_secrets)
        except BadRequest as error:
            raise BadRequest(f"{error.sentence}: {files!r}") from error

    setattr(exchange, "checked", talkative)  # noqa: B010 - likewise


def _lose_the_fence() -> None:
    conversation, version = records.conversation, sa.bindparam("version_", type_=sa.BigInteger)
    values = {**records._MOVE._values}  # type: ignore[dict-item]  # as the statement has them
    records._MOVE = sa.update(conversation).where(conversation.c.id == sa.bindparam("id_"), version >= 0).values(values)
    answered = records.is_answered
    records.is_answered = lambda message_id, conversation_no: replace(
        answered(message_id, conversation_no), must_change=False
    )
    took_turn = turns.took_turn  # two of the same number are refused, too

    def numbered_apart(conversation_id: int, turn: turns.Traced, **further: Any) -> Write:
        return took_turn(conversation_id, replace(turn, turn_no=turn.turn_no * 10_000_000 + os.getpid()), **further)

    turns.took_turn = numbered_apart


def _go_by_its_own_clock() -> None:
    def deaf(self: Clock, told: datetime, asked_at: float) -> None:
        """Go on as before."""

    Clock.hears = deaf  # type: ignore[method-assign]  # it is there to be broken


def _never_look() -> None:
    """Believe for ever that all live who lived at the start."""

    async def for_ever(_: lookout.Lookout) -> None:
        await asyncio.Event().wait()

    setattr(lookout.Lookout, "_until_the_next_look", for_ever)  # noqa: B010 - it is there to be broken


def _tires_after(seconds: float) -> Callable[[], None]:
    def patience() -> None:
        for asks in (line, lock, redis):
            setattr(asks, "ANSWERS_WITHIN_S", seconds)  # noqa: B010 - no part of what it exports
        connecting.CONNECT_WITHIN_S = min(seconds, connecting.CONNECT_WITHIN_S)

    return patience


def _tell_redis_alone() -> None:
    """Tell others through Redis and in no other way, and look after nothing of which a word may have got lost."""
    begins = RedisNews.__init__

    def with_no_other_way(self: RedisNews, *given: Any, **more: Any) -> None:
        begins(self, *given, **more | {"otherwise": lambda *_: None})

    setattr(RedisNews, "__init__", with_no_other_way)  # noqa: B010 - it is there to be broken
    setattr(lookout, "SWEEPS_EVERY_S", 3600.0)  # noqa: B010 - no part of what it exports
    setattr(Announcements, "missed_some", lambda _: None)  # noqa: B010 - likewise


def _post_again() -> None:
    """Ask a receiver once more where its answer was lost."""
    once: Any = Outbound._once

    async def until_answered(self: Outbound, *asked: Any) -> Any:
        try:
            return await once(self, *asked)
        except (NotSent, TimeoutError):
            *asked_before, ends_at, partner_id = asked
            return await once(self, *asked_before, ends_at + WAITS_ON_S, partner_id)

    setattr(Outbound, "_once", until_answered)  # noqa: B010 - likewise


def _rest_shortly() -> None:
    setattr(breaker, "RESTS_S", 0.3)  # noqa: B010 - likewise


def _show_what_is_new_only() -> None:
    """Take a page to have read everything that was said before it came back."""
    opens = ChatSocket._open

    async def at_the_end(self: ChatSocket, hello: frames.Hello) -> tuple[Visitor, Facts] | None:
        opened = await opens(self, hello)
        if opened is not None:
            lines = await self._chats.transcript(self._business_id, opened[0].user_id, self._seq)
            self._seq = max((self._seq, *(line.seq for line in lines)))
        return opened

    ChatSocket._open = at_the_end  # type: ignore[method-assign]  # likewise


def _beat_fast() -> None:
    socket.BEATS_EVERY_S = 0.1


def _few_places_for_all() -> None:
    Places.__init__.__kwdefaults__ = {"per_endpoint": 1_000, "per_partner": 1_000, "in_all": 20, "wait_s": 1.0}


BUGS: dict[str, Callable[[], None]] = {
    "forgets_the_answer": OF_THE_LOOP["forgets_the_answer"],
    "calls_again": OF_THE_LOOP["calls_again"],
    "forgets_keys": _forget_keys,
    "forgets_who_waits": _forget_who_waits,
    "receipt_before_commit": _receipt_before_commit,
    "loses_the_fence": _lose_the_fence,
    "goes_by_its_own_clock": _go_by_its_own_clock,
    "never_looks": _never_look,
    "stops_where_told": stops_where_told,
    "short_lease": has_a_short_lease,
    "short_patience": _tires_after(0.5),
    "waits_for_ever": _tires_after(3600.0),
    "tells_redis_alone": _tell_redis_alone,
    "posts_again": _post_again,
    "rests_shortly": _rest_shortly,
    "shows_what_is_new_only": _show_what_is_new_only,
    "beats_fast": _beat_fast,
    "few_places_for_all": _few_places_for_all,
    "waits_longer": _wait_longer,
    "falls_over_a_body": _fall_over_a_body,
    "quotes_a_body": _quote_a_body,
    "falls_over_a_frame": _fall_over_a_frame,
    "quotes_a_frame": _quote_a_frame,
    "quotes_an_answer": _quote_an_answer,
    "quotes_code": _quote_code,
    "falls_over_a_file": _fall_over_a_file,
    "quotes_a_file": _quote_a_file,
}
