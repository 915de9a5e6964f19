"""The traces of turns, and the calls they made."""

from datetime import datetime

import sqlalchemy as sa

from botyard.store.commit import Row, Store, Write
from botyard.store.schema import Id, Moment, metadata

_b = sa.bindparam

turn = sa.Table(
    "turn",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("conversation_id", sa.BigInteger, sa.ForeignKey("conversation.id"), nullable=False),
    sa.Column("turn_no", sa.BigInteger, nullable=False),
    sa.Column("caused_by", sa.BigInteger),
    sa.Column("trace", sa.LargeBinary, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("conversation_id", "turn_no"),
)

call = sa.Table(
    "call",
    metadata,
    sa.Column("conversation_id", sa.BigInteger, sa.ForeignKey("conversation.id"), primary_key=True),
    sa.Column("call_no", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("node", sa.Text, nullable=False),
    sa.Column("caused_by", sa.BigInteger),
    sa.Column("effect", sa.LargeBinary, nullable=False),
    sa.Column("begun_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("request", sa.LargeBinary),
    sa.Column("response", sa.LargeBinary),
    sa.Column("outcome", sa.Text),
    sa.Column("why", sa.Text),
)
sa.Index(
    "ix_call_out",
    call.c.conversation_id,
    sqlite_where=call.c.ended_at.is_(None),
    postgresql_where=call.c.ended_at.is_(None),
)


# ── turns ─────────────────────────────────────────────────────────────────────────────────────────────

_TOOK = sa.insert(turn).values(
    conversation_id=_b("conversation_id"), turn_no=_b("turn_no"), caused_by=_b("caused_by"), trace=_b("trace"),
    created_at=_b("created_at"),
)  # fmt: skip
_TURNS = (
    sa.select(turn)
    .where(turn.c.conversation_id == _b("conversation_id"), turn.c.turn_no > _b("after"))
    .order_by(turn.c.turn_no)
    .limit(_b("limit"))
)


def took_turn(conversation_id: int, *, turn_no: int, caused_by: int | None, trace: bytes, now: datetime) -> Write:
    """Keep the trace of a turn."""
    return Write(
        _TOOK,
        {
            "conversation_id": conversation_id, "turn_no": turn_no, "caused_by": caused_by, "trace": trace,
            "created_at": now,
        },
    )  # fmt: skip


async def turns_after(store: Store, conversation_id: int, after: int, limit: int) -> list[Row]:
    """Read the turns of a thread on from a turn's number."""
    return await store.all(_TURNS, {"conversation_id": conversation_id, "after": after, "limit": limit})


# ── calls ─────────────────────────────────────────────────────────────────────────────────────────────

_BEGIN = sa.insert(call).values(
    conversation_id=_b("conversation_id"), call_no=_b("call_no"), node=_b("node"), caused_by=_b("caused_by"),
    effect=_b("effect"), begun_at=_b("begun_at"),
)  # fmt: skip
_END = (
    sa.update(call)
    .where(call.c.conversation_id == _b("id_"), call.c.call_no == _b("call_no_"), call.c.ended_at.is_(None))
    .values(
        ended_at=_b("ended_at"), request=_b("request"), response=_b("response"), outcome=_b("outcome"), why=_b("why")
    )
)
_OUT = sa.select(call).where(call.c.ended_at.is_(None)).order_by(call.c.conversation_id, call.c.call_no)
_CALLS = (
    sa.select(call)
    .where(call.c.conversation_id == _b("conversation_id"), call.c.call_no > _b("after"))
    .order_by(call.c.call_no)
    .limit(_b("limit"))
)


def begins_call(
    conversation_id: int, *, call_no: int, node: str, caused_by: int | None, effect: bytes, now: datetime
) -> Write:
    """Note, before its first byte, that a call has begun."""
    return Write(
        _BEGIN,
        {
            "conversation_id": conversation_id, "call_no": call_no, "node": node, "caused_by": caused_by,
            "effect": effect, "begun_at": now,
        },
    )  # fmt: skip


def ends_call(
    conversation_id: int, call_no: int, *, request: bytes, response: bytes, outcome: str, why: str, now: datetime
) -> Write:
    """Note what a call came to. Guard: a call ends once."""
    return Write(
        _END,
        {
            "id_": conversation_id, "call_no_": call_no, "request": request, "response": response, "outcome": outcome,
            "why": why, "ended_at": now,
        },
        must_change=True,
    )  # fmt: skip


async def calls_out(store: Store) -> list[Row]:
    """Read every call that has begun and not ended."""
    return await store.all(_OUT, {})


async def calls_after(store: Store, conversation_id: int, after: int, limit: int) -> list[Row]:
    """Read the calls of a thread on from a call's number."""
    return await store.all(_CALLS, {"conversation_id": conversation_id, "after": after, "limit": limit})


_NUMBERS = sa.select(
    sa.select(sa.func.max(turn.c.turn_no)).where(turn.c.conversation_id == _b("id")).scalar_subquery().label("turns"),
    sa.select(sa.func.max(call.c.call_no)).where(call.c.conversation_id == _b("id")).scalar_subquery().label("calls"),
)


async def numbers_used(store: Store, conversation_id: int) -> tuple[int, int]:
    """Count the turns and calls a thread has made: all that can be known of one whose state is unreadable."""
    row = await store.first(_NUMBERS, {"id": conversation_id})
    return (row["turns"] or 0, row["calls"] or 0) if row else (0, 0)
