"""What was said and done: transcripts for doors, turns and calls for builders. Reads only."""

from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec

from botyard.conversations import records
from botyard.conversations.inbound import Accepted, Inbound, Spoken
from botyard.conversations.turns import records as turns
from botyard.conversations.unreadable import WHY, in_words, read
from botyard.engine.trace import Standpoint, Trace
from botyard.store.commit import Conflict, Row, Store

MOST = 1000

_trace = msgspec.json.Decoder(Trace)
_json_object = msgspec.json.Decoder(dict[str, Any])
_NOWHERE = Standpoint("", 0, None, None, {}, {})


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """Where the thread of a user and a business stands. last_seq: of its newest line."""

    conversation_id: int
    standing: str
    team: str | None
    last_seq: int


class TurnTaken(msgspec.Struct, frozen=True, kw_only=True):
    """One turn, as its builder sees it. caused_by: the message it is part of the answer to."""

    turn_no: int
    caused_by: int | None
    trace: Trace
    created_at: datetime


class CallMade(msgspec.Struct, frozen=True, kw_only=True):
    """One call, as its builder sees it. outcome: "" while it is out; "answered" or why it was not."""

    call_no: int
    node: str
    caused_by: int | None
    begun_at: datetime
    ended_at: datetime | None
    request: dict[str, Any]
    response: dict[str, Any]
    outcome: str
    why: str


class History:
    """Reads what conversations left behind, by user and business; who never talked has said nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def thread(self, business_id: int, user_id: int) -> Thread | None:
        """Find where a user's thread with a business stands; None if they never talked."""
        row = await records.thread_of(self._store, business_id, user_id)
        if row is None:
            return None
        return Thread(conversation_id=row["id"], standing=row["standing"], team=row["team"], last_seq=row["last_seq"])

    async def accepted(self, message: Inbound) -> Accepted | None:
        """Find the message that this user sent under this key."""
        thread_id = await self._thread_id(message.business_id, message.user_id)
        with suppress(Conflict):
            return await records.first_time(self._store, thread_id, message.key)
        return None

    async def transcript(self, business_id: int, user_id: int, after: int = 0, limit: int = MOST) -> tuple[Spoken, ...]:
        """Read what was said after a seq, oldest first, over all conversations of the thread."""
        return await records.lines_after(self._store, await self._thread_id(business_id, user_id), after, limit)

    async def newest(
        self, business_id: int, user_id: int, conversation_no: int, limit: int = MOST
    ) -> tuple[Spoken, ...]:
        """Read the newest lines of one conversation, oldest first."""
        thread_id = await self._thread_id(business_id, user_id)
        return await records.newest_lines(self._store, thread_id, conversation_no, limit)

    async def traces(self, business_id: int, user_id: int, after: int = 0, limit: int = MOST) -> tuple[TurnTaken, ...]:
        """Read turns after a turn's number, oldest first."""
        thread_id = await self._thread_id(business_id, user_id)
        return tuple(_turn(row) for row in await turns.turns_after(self._store, thread_id, after, limit))

    async def calls(self, business_id: int, user_id: int, after: int = 0, limit: int = MOST) -> tuple[CallMade, ...]:
        """Read calls after a call's number, oldest first."""
        thread_id = await self._thread_id(business_id, user_id)
        return tuple(_call(row) for row in await turns.calls_after(self._store, thread_id, after, limit))

    async def _thread_id(self, business_id: int, user_id: int) -> int:
        """Find the thread; 0, which is no thread's number, where they never talked."""
        row = await records.thread_of(self._store, business_id, user_id)
        return 0 if row is None else int(row["id"])


def _turn(row: Row) -> TurnTaken:
    return TurnTaken(
        turn_no=row["turn_no"],
        caused_by=row["caused_by"],
        trace=read(_trace.decode, row["trace"]) or _no_trace(row["turn_no"]),
        created_at=row["created_at"],
    )


def _no_trace(turn_no: int) -> Trace:
    return Trace(turn=turn_no, happening="unreadable", why=WHY, before=_NOWHERE, after=_NOWHERE)


def _call(row: Row) -> CallMade:
    return CallMade(
        call_no=row["call_no"],
        node=row["node"],
        caused_by=row["caused_by"],
        begun_at=row["begun_at"],
        ended_at=row["ended_at"],
        request=_json(row["request"]),
        response=_json(row["response"]),
        outcome=row["outcome"] or "",
        why=row["why"] or "",
    )


def _json(content: bytes | None) -> dict[str, Any]:
    return {} if content is None else in_words(read(_json_object.decode, content))
