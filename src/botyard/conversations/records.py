"""A conversation on disk: the thread, its messages, its inbox. What its turns leave behind: `turns/records.py`.

A user's message is its own place in the inbox: while `starts` is a number it waits for its turn, and the turn that
answers it clears it in the same commit. The inbox table holds what is no message: hand-overs asked for from outside.

A message's `seq` is its place in the thread. It is taken inside the unit that writes the message, from the thread's
own row (`last_seq`), so messages accepted while a turn commits still get different places, in the order of commits.
`version` is the fence: a turn is kept only if nobody took another turn since its state was read.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from botyard.conversations.inbound import Accepted, Spoken
from botyard.conversations.unreadable import read
from botyard.hsl.elements import Text
from botyard.hsl.wire import to_json
from botyard.store.commit import Conflict, Row, Store, Write
from botyard.store.schema import IN_LINE, Id, Moment, metadata

_b = sa.bindparam

conversation = sa.Table(
    "conversation",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("partner_id", sa.BigInteger, nullable=False),
    sa.Column("business_id", sa.BigInteger, nullable=False),
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("end_user.id"), nullable=False),
    sa.Column("state", sa.LargeBinary),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("last_seq", sa.BigInteger, nullable=False),
    sa.Column("conversation_no", sa.BigInteger, nullable=False),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("team", sa.Text),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Column("wake_at", Moment),  # the thread's alarm
    sa.Column("owner", sa.BigInteger),  # the process that takes its turns, where several share a database
    sa.UniqueConstraint("business_id", "user_id"),
    info={IN_LINE: True},
)

# Only threads that have an alarm: the rest, by far the most, cost nothing here.
sa.Index(
    "ix_conversation_wake_at",
    conversation.c.wake_at,
    sqlite_where=conversation.c.wake_at.is_not(None),
    postgresql_where=conversation.c.wake_at.is_not(None),
)

message = sa.Table(
    "message",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("conversation_id", sa.BigInteger, sa.ForeignKey("conversation.id"), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("conversation_no", sa.BigInteger, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("caused_by", sa.BigInteger),
    sa.Column("client_key", sa.Text),
    sa.Column("language", sa.Text, nullable=False),  # what the client said its user speaks, "" if nothing
    sa.Column("starts", sa.Integer),  # waiting: see `suspects`. null: has had its turn
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("conversation_id", "seq"),
    sqlite_autoincrement=True,  # a message_id is public: it is never given to a second message
)
sa.Index(
    "ix_message_waiting",
    message.c.conversation_id,
    sqlite_where=message.c.starts.is_not(None),
    postgresql_where=message.c.starts.is_not(None),
)
# Most messages have no key of their client's; an index over those that do costs the others nothing.
sa.Index(
    "ux_message_client_key",
    message.c.conversation_id,
    message.c.client_key,
    unique=True,
    sqlite_where=message.c.client_key.is_not(None),
    postgresql_where=message.c.client_key.is_not(None),
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("conversation_id", sa.BigInteger, sa.ForeignKey("conversation.id"), nullable=False),
    sa.Column("happening", sa.LargeBinary, nullable=False),
    sa.Column("due_at", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("starts", sa.Integer, nullable=False),
    sqlite_autoincrement=True,  # a row that is done is never mistaken for a later one
)


# ── the thread ────────────────────────────────────────────────────────────────────────────────────────

_OPEN = sa.insert(conversation).values(
    partner_id=_b("partner_id"), business_id=_b("business_id"), user_id=_b("user_id"), updated_at=_b("now"),
    version=0, last_seq=0, conversation_no=0, standing="complete",
)  # fmt: skip
_THREAD_OF = sa.select(conversation).where(
    conversation.c.business_id == _b("business_id"), conversation.c.user_id == _b("user_id")
)
_THREAD = sa.select(conversation).where(conversation.c.id == _b("id"))
_MOVE = (
    sa.update(conversation)
    .where(conversation.c.id == _b("id_"), conversation.c.version == _b("version_"))
    .values(
        state=_b("state"), version=conversation.c.version + 1, last_seq=conversation.c.last_seq + _b("messages"),
        conversation_no=_b("conversation_no"), standing=_b("standing"), team=_b("team"), updated_at=_b("now"),
    )
)  # fmt: skip
_MOVE_AND_WAKE = _MOVE.values(wake_at=_b("wake_at"))
_PUT_OFF = (
    sa.update(conversation)
    .where(conversation.c.id == _b("id_"), conversation.c.version == _b("version_"))
    .values(wake_at=_b("wake_at"))
)
_DUE = (
    sa.select(conversation.c.id)
    .where(conversation.c.wake_at <= _b("now"))
    .order_by(conversation.c.wake_at)
    .limit(_b("at_most"))
)
_TALKED_TO = (
    sa.select(conversation.c.business_id)
    .where(conversation.c.wake_at.is_not(None))
    .order_by(conversation.c.wake_at.desc())
    .limit(_b("at_most"))
)
ONE_MORE = sa.update(conversation).where(conversation.c.id == _b("id_")).values(last_seq=conversation.c.last_seq + 1)


def opens_thread(*, partner_id: int, business_id: int, user_id: int, now: datetime) -> Write:
    """Make the thread of a user and a business; Conflict where there is one."""
    return Write(_OPEN, {"partner_id": partner_id, "business_id": business_id, "user_id": user_id, "now": now})


async def thread_of(store: Store, business_id: int, user_id: int) -> Row | None:
    """Find the thread of a user and a business."""
    return await store.first(_THREAD_OF, {"business_id": business_id, "user_id": user_id})


async def thread(store: Store, conversation_id: int) -> Row | None:
    """Find a thread by its id."""
    return await store.first(_THREAD, {"id": conversation_id})


def moves_thread(
    conversation_id: int, *, version: int, state: bytes, messages: int, conversation_no: int, standing: str,
    team: str | None, now: datetime,
) -> Write:  # fmt: skip
    """Put a thread where a turn left it, with room for `messages` messages. Guard: version is what the turn read."""
    return Write(
        _MOVE,
        {
            "id_": conversation_id, "version_": version, "state": state, "messages": messages,
            "conversation_no": conversation_no, "standing": standing, "team": team, "now": now,
        },
        must_change=True,
    )  # fmt: skip


def wakes_at(moves: Write, wake_at: datetime | None) -> Write:
    """Set the alarm with what `moves_thread` writes: apart, because with its index that takes a third longer."""
    return replace(moves, statement=_MOVE_AND_WAKE, parameters={**moves.parameters, "wake_at": wake_at})


def puts_off(conversation_id: int, *, version: int, wake_at: datetime) -> Write:
    """Set the alarm of a thread in which nothing has happened since `version`; where something has, change nothing."""
    return Write(_PUT_OFF, {"id_": conversation_id, "version_": version, "wake_at": wake_at})


async def threads_due(store: Store, now: datetime, at_most: int) -> list[int]:
    """Find threads whose alarm went off, the longest overdue first."""
    return [row["id"] for row in await store.all(_DUE, {"now": now, "at_most": at_most})]


async def businesses_talked_to(store: Store, at_most: int) -> list[int]:
    """Find the businesses of threads that have an alarm: somebody spoke there lately. at_most: threads looked at."""
    return list(dict.fromkeys([row["business_id"] for row in await store.all(_TALKED_TO, {"at_most": at_most})]))


# ── messages ──────────────────────────────────────────────────────────────────────────────────────────

_LAST_SEQ = sa.select(conversation.c.last_seq).where(conversation.c.id == _b("conversation_id")).scalar_subquery()
_HEAR = sa.insert(message).values(
    conversation_id=_b("conversation_id"), seq=_LAST_SEQ, conversation_no=0, sender="user", text=_b("text"),
    body=_b("body"), role="", client_key=_b("client_key"), language=_b("language"), starts=0,
    created_at=_b("created_at"),
)  # fmt: skip
# Asked for on its own: RETURNING costs SQLite more than the whole insert, and this is once a message.
_HEARD = sa.select(message.c.id, message.c.seq).where(
    message.c.conversation_id == _b("conversation_id"), message.c.seq == _LAST_SEQ
)
_SAY = sa.insert(message).values(
    conversation_id=_b("conversation_id"), seq=_LAST_SEQ - _b("back"), conversation_no=_b("conversation_no"),
    sender=_b("sender"), text=_b("text"), body=_b("body"), role=_b("role"), caused_by=_b("caused_by"),
    language="", created_at=_b("created_at"),
)  # fmt: skip
_ANSWERED = (
    sa.update(message)
    .where(message.c.id == _b("id_"), message.c.starts.is_not(None))
    .values(conversation_no=_b("conversation_no"), starts=None)
)
_UNANSWERED = (
    sa.select(message.c.id, message.c.conversation_id, message.c.text, message.c.language, message.c.starts)
    .where(message.c.starts.is_not(None))
    .order_by(message.c.id)
)
_BY_KEY = sa.select(message.c.id, message.c.seq, message.c.created_at).where(
    message.c.conversation_id == _b("conversation_id"), message.c.client_key == _b("client_key")
)
_LINE = sa.select(
    message.c.id, message.c.seq, message.c.conversation_no, message.c.sender, message.c.text, message.c.body,
    message.c.role, message.c.caused_by, message.c.created_at,
)  # fmt: skip
_AFTER = (
    _LINE.where(message.c.conversation_id == _b("conversation_id"), message.c.seq > _b("after"))
    .order_by(message.c.seq)
    .limit(_b("limit"))
)
_NEWEST = (
    _LINE.where(message.c.conversation_id == _b("conversation_id"), message.c.conversation_no == _b("conversation_no"))
    .order_by(message.c.seq.desc())
    .limit(_b("limit"))
)
_CAUSED_BY = _LINE.where(
    message.c.conversation_id == _b("conversation_id"), message.c.seq > _b("after"), message.c.caused_by == _b("cause")
).order_by(message.c.seq)


def has_one_more(conversation_id: int) -> Write:
    """Make a place at the end of a thread."""
    return Write(ONE_MORE, {"id_": conversation_id}, must_change=True)


def hears(
    conversation_id: int, *, text: str, body: bytes, language: str, client_key: str | None, now: datetime
) -> Write:
    """Store what the user said, waiting, in the place that the unit has made.

    Conflict: the client has used this key before.
    """
    return Write(
        _HEAR,
        {
            "conversation_id": conversation_id, "text": text, "body": body, "language": language,
            "client_key": client_key, "created_at": now,
        },
    )  # fmt: skip


def tells_place(conversation_id: int) -> Write:
    """Read, inside the unit that stored it, the id and seq of what was said last."""
    return Write(_HEARD, {"conversation_id": conversation_id})


def says(
    conversation_id: int, *, back: int, conversation_no: int, sender: str, text: str, body: bytes, role: str,
    caused_by: int | None, now: datetime,
) -> Write:  # fmt: skip
    """Store a message of a turn. back: how many messages of the same turn follow it; `moves_thread` made the room."""
    return Write(
        _SAY,
        {
            "conversation_id": conversation_id, "back": back, "conversation_no": conversation_no, "sender": sender,
            "text": text, "body": body, "role": role, "caused_by": caused_by, "created_at": now,
        },
    )  # fmt: skip


def is_answered(message_id: int, conversation_no: int) -> Write:
    """Note that a message had its turn, and which conversation it opened or went on with: only the turn knows.

    Guard: a message has one turn.
    """
    return Write(_ANSWERED, {"id_": message_id, "conversation_no": conversation_no}, must_change=True)


async def unanswered(store: Store) -> list[Row]:
    """Read all messages that wait for their turn, in the order they were accepted."""
    return await store.all(_UNANSWERED, {})


async def first_time(store: Store, conversation_id: int, client_key: str | None) -> Accepted:
    """Answer as the first time this key was used. Raises Conflict if it never was."""
    row = None if client_key is None else await message_by_key(store, conversation_id, client_key)
    if row is None:
        raise Conflict("the message could not be stored", conversation_id=conversation_id)
    return Accepted(conversation_id=conversation_id, message_id=row["id"], seq=row["seq"], created_at=row["created_at"])


async def message_by_key(store: Store, conversation_id: int, client_key: str) -> Row | None:
    """Find the message that a client sent under this key."""
    return await store.first(_BY_KEY, {"conversation_id": conversation_id, "client_key": client_key})


async def lines_after(store: Store, conversation_id: int, after: int, limit: int) -> tuple[Spoken, ...]:
    """Read a thread on from a seq, oldest first."""
    found = await store.all(_AFTER, {"conversation_id": conversation_id, "after": after, "limit": limit})
    return lines(found)


async def newest_lines(store: Store, conversation_id: int, conversation_no: int, limit: int) -> tuple[Spoken, ...]:
    """Read the newest lines of one conversation, oldest first."""
    parameters = {"conversation_id": conversation_id, "conversation_no": conversation_no, "limit": limit}
    return lines(reversed(await store.all(_NEWEST, parameters)))


async def lines_caused_by(store: Store, conversation_id: int, message_id: int, after: int) -> tuple[Spoken, ...]:
    """Read what was said in answer to one message. after: the seq of that message."""
    asked = tells_answer(conversation_id, message_id, after)
    return lines(await store.all(asked.statement, asked.parameters))


def tells_answer(conversation_id: int, message_id: int, after: int) -> Write:
    """Read the same inside a unit, as its commit leaves it. Changes nothing; returns rows for `lines`."""
    return Write(_CAUSED_BY, {"conversation_id": conversation_id, "after": after, "cause": message_id})


def lines(rows: Iterable[Row]) -> tuple[Spoken, ...]:
    """Make lines of a transcript of rows, in their order."""
    return tuple(_spoken(row) for row in rows)


# A line whose form is damaged is still what its text says.
_json_object = msgspec.json.Decoder(dict[str, Any])


def _spoken(row: Row) -> Spoken:
    return Spoken(
        message_id=row["id"],
        seq=row["seq"],
        conversation_no=row["conversation_no"],
        sender=row["sender"],
        text=row["text"],
        body=read(_json_object.decode, row["body"]) or to_json(Text(row["text"])),
        role=row["role"],
        caused_by=row["caused_by"],
        created_at=row["created_at"],
    )


# ── the inbox ─────────────────────────────────────────────────────────────────────────────────────────

_WAITS = (
    sa.insert(inbox)
    .values(
        conversation_id=_b("conversation_id"), happening=_b("happening"), due_at=_b("due_at"),
        created_at=_b("created_at"), starts=0,
    )
    .returning(inbox.c.id)
)  # fmt: skip
_DONE = sa.delete(inbox).where(inbox.c.id == _b("id_"))
_WAITING = sa.select(inbox).order_by(inbox.c.id)


def waits(conversation_id: int, happening: bytes, *, due_at: datetime, now: datetime) -> Write:
    """Put a happening that is no message in the inbox; returns its id. due_at: when it no longer waits for a turn."""
    return Write(
        _WAITS, {"conversation_id": conversation_id, "happening": happening, "due_at": due_at, "created_at": now}
    )


def is_done(inbox_id: int) -> Write:
    """Take a happening out of the inbox. Guard: it has one turn."""
    return Write(_DONE, {"id_": inbox_id}, must_change=True)


async def waiting(store: Store) -> list[Row]:
    """Read what waits and is no message, in the order it was asked for."""
    return await store.all(_WAITING, {})
