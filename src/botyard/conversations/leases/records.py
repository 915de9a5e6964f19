"""Leases on disk: a conversation is owned by one process, and free where that process has no row any more.

Taking a conversation raises its `version`, which every turn's commit is guarded by: so `version` is the lease's fence,
and whatever an earlier owner still commits is refused. Nothing has to be renewed: a process's row is its whole lease.
"""

import sqlalchemy as sa

from botyard.conversations.records import ONE_MORE, conversation, inbox, message
from botyard.conversations.suspects.records import SUSPECT
from botyard.conversations.turns.records import call
from botyard.store.commit import Row, Store, Write
from botyard.store.records import process

_b = sa.bindparam

_HAS_NO_OWNER = sa.or_(
    conversation.c.owner.is_(None), ~sa.exists().where(process.c.id == conversation.c.owner).correlate(conversation)
)
_IS_OURS = sa.or_(conversation.c.owner == _b("me"), _HAS_NO_OWNER)

_TAKE = (
    sa.update(conversation)
    .where(conversation.c.id == _b("id_"), _IS_OURS)
    .values(owner=_b("owner"), version=conversation.c.version + 1)
)
_GIVE_BACK = (
    sa.update(conversation)
    .where(conversation.c.id.in_(_b("ids", expanding=True)), conversation.c.owner == _b("me"))
    .values(owner=None)
)

# Whoever owned it died with it: what was first in line then may be what ended it.
_WAS_LEFT = sa.exists().where(
    conversation.c.id == _b("id_"), conversation.c.owner.is_not(None), conversation.c.owner != _b("me")
)
_first_in_line = (
    sa.select(sa.func.min(message.c.id))
    .where(message.c.conversation_id == _b("id_"), message.c.starts.is_not(None))
    .scalar_subquery()
)
_COUNT_MESSAGE = (
    sa.update(message)
    .where(message.c.id == _first_in_line, message.c.starts < SUSPECT, _WAS_LEFT)
    .values(starts=message.c.starts + 1)
)
_COUNT_OTHERS = (
    sa.update(inbox)
    .where(inbox.c.conversation_id == _b("id_"), inbox.c.starts < SUSPECT, _WAS_LEFT)
    .values(starts=inbox.c.starts + 1)
)

# Both kinds of what waits in one answer; a message has no happening.
_UNHEARD = sa.union_all(
    sa.select(
        inbox.c.id, inbox.c.conversation_id, inbox.c.happening, inbox.c.due_at, inbox.c.starts,
        sa.literal_column("''").label("text"), sa.literal_column("''").label("language"),
    ).where(inbox.c.conversation_id == _b("id_"), inbox.c.id > _b("after_inbox")),
    sa.select(
        message.c.id, message.c.conversation_id, sa.null(), sa.null(), message.c.starts,
        message.c.text, message.c.language,
    ).where(message.c.conversation_id == _b("id_"), message.c.starts.is_not(None), message.c.id > _b("after_message")),
).order_by("id")  # fmt: skip
_CALLS_OUT = (
    sa.select(call).where(call.c.conversation_id == _b("id"), call.c.ended_at.is_(None)).order_by(call.c.call_no)
)
_WAITING = (
    sa.select(sa.func.count())
    .where(message.c.conversation_id == _b("id_"), message.c.starts.is_not(None))
    .scalar_subquery()
)
_NOT_TOO_MANY = (
    sa.select(message.c.id, message.c.seq, message.c.text, message.c.language, message.c.starts)
    .where(message.c.conversation_id == _b("id_"), message.c.starts.is_not(None), message.c.id > _b("after"))
    .where(_b("at_most") >= _WAITING)
    .order_by(message.c.id)
)
_ONE_MORE_OF = ONE_MORE.returning(conversation.c.owner)
_WAITS = sa.select(inbox.c.id).where(inbox.c.id == _b("id"))
_IS_UNANSWERED = sa.select(message.c.id).where(message.c.id == _b("id"), message.c.starts.is_not(None))
_OWNER = sa.select(conversation.c.owner).where(conversation.c.id == _b("id"))
_OWNER_IN_LINE = _OWNER.with_for_update(key_share=True)  # rows that refer to it may be written meanwhile

_UNFINISHED = sa.union(
    sa.select(message.c.conversation_id).where(message.c.starts.is_not(None)),
    sa.select(inbox.c.conversation_id),
    sa.select(call.c.conversation_id).where(call.c.ended_at.is_(None)),
).subquery()
_TO_DO = (
    sa.select(conversation.c.id)
    .where(conversation.c.id.in_(sa.select(_UNFINISHED.c.conversation_id)), _IS_OURS)
    .order_by(sa.func.random())  # so that several who look at once seldom want the same one
    .limit(_b("at_most"))
)
_DUE = (
    sa.select(conversation.c.id)
    .where(conversation.c.wake_at <= _b("now"), _IS_OURS)
    .order_by(sa.func.random())
    .limit(_b("at_most"))
)

_UNSETTLED = sa.union(
    sa.select(message.c.id).where(message.c.id.in_(_b("ids", expanding=True)), message.c.starts.is_not(None)),
    sa.select(call.c.caused_by.label("id")).where(
        call.c.conversation_id == _b("id_"), call.c.ended_at.is_(None), call.c.caused_by.is_not(None)
    ),
)


# ── the lease ─────────────────────────────────────────────────────────────────────────────────────────


def takes(conversation_id: int, me: int) -> list[Write]:
    """Make a process the owner, with a fence of its own. Guard: it is ours or free.

    Where the last owner died with it, a start is counted against what is first in line.
    """
    whose = {"id_": conversation_id, "me": me}
    return [
        Write(_COUNT_MESSAGE, whose),
        Write(_COUNT_OTHERS, whose),
        Write(_TAKE, {**whose, "owner": me}, must_change=True),
    ]


def gives_back(conversation_ids: list[int], me: int) -> Write:
    """Make conversations free that a process owns."""
    return Write(_GIVE_BACK, {"ids": conversation_ids, "me": me})


def tells_owner(conversation_id: int) -> Write:
    """Read, inside a unit and first in it, who owns a conversation, alive or not.

    It keeps the conversation until the unit's commit, so that what waits there has its ids in the order of the commits:
    its owner reads on from the last id it saw.
    """
    return Write(_OWNER_IN_LINE, {"id": conversation_id})


def has_one_more(conversation_id: int) -> Write:
    """Make a place at the end of a thread; returns what `tells_owner` does, and keeps the conversation as that does."""
    return Write(_ONE_MORE_OF, {"id_": conversation_id}, must_change=True)


def tells_waiting(conversation_id: int, *, after: int, at_most: int) -> Write:
    """Read the messages that wait past an id, inside the unit that put one more in line. Stale: too many wait."""
    return Write(_NOT_TOO_MANY, {"id_": conversation_id, "after": after, "at_most": at_most}, must_change=True)


async def owner_of(store: Store, conversation_id: int) -> int | None:
    """Read who owns a conversation, alive or not."""
    row = await store.first(_OWNER, {"id": conversation_id})
    return None if row is None else row["owner"]


# ── what there is to do ───────────────────────────────────────────────────────────────────────────────


async def to_do(store: Store, me: int, at_most: int) -> list[int]:
    """Find conversations that are ours or free and in which something waits or a call is out."""
    return [row["id"] for row in await store.all(_TO_DO, {"me": me, "at_most": at_most})]


async def threads_due(store: Store, me: int, now: object, at_most: int) -> list[int]:
    """Find threads that are ours or free and whose alarm went off."""
    return [row["id"] for row in await store.all(_DUE, {"me": me, "now": now, "at_most": at_most})]


async def unheard(
    store: Store, conversation_id: int, *, after_inbox: int, after_message: int
) -> tuple[list[Row], list[Row]]:
    """Read what waits in one thread past two ids: what is no message, and the messages, each in the order it came."""
    asked = {"id_": conversation_id, "after_inbox": after_inbox, "after_message": after_message}
    found = await store.all(_UNHEARD, asked)
    return [row for row in found if row["happening"] is not None], [row for row in found if row["happening"] is None]


async def calls_out(store: Store, conversation_id: int) -> list[Row]:
    """Read the calls of one thread that have begun and not ended."""
    return await store.all(_CALLS_OUT, {"id": conversation_id})


# ── what those ask who own nothing ────────────────────────────────────────────────────────────────────


async def still_waits(store: Store, inbox_id: int) -> bool:
    """Tell whether something that is no message has not had its turn yet."""
    return await store.first(_WAITS, {"id": inbox_id}) is not None


async def still_unanswered(store: Store, message_id: int) -> bool:
    """Tell whether a message has not had its turn yet."""
    return await store.first(_IS_UNANSWERED, {"id": message_id}) is not None


async def unsettled(store: Store, conversation_id: int, message_ids: list[int]) -> set[int]:
    """Tell which of these messages are still being answered, by turns or by calls that are out."""
    rows = await store.all(_UNSETTLED, {"id_": conversation_id, "ids": message_ids})
    return {row["id"] for row in rows}
