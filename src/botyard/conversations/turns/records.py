"""The traces of turns, and the calls they made.

Rows are written once and hardly grow: a row that grows makes room beside it, page by page. So a turn that begins a call
leaves its trace in the call's row, which it writes anyway; and what a call came to, which is much, stands in the row of
the turn that this caused, which has one of its own also where it begins the next call. Rows from before schema 0006
have traces with turns and what came of calls with calls.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

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
    sa.Column("request", sa.LargeBinary),  # of the call whose end caused this turn
    sa.Column("response", sa.LargeBinary),
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
    sa.Column("begun_in_turn", sa.BigInteger),
    sa.Column("begun_trace", sa.LargeBinary),
    sa.Column("ended_in_turn", sa.BigInteger),
)
sa.Index(
    "ix_call_out",
    call.c.conversation_id,
    sqlite_where=call.c.ended_at.is_(None),
    postgresql_where=call.c.ended_at.is_(None),
)


# ── turns ─────────────────────────────────────────────────────────────────────────────────────────────


class Traced(Struct, frozen=True):
    """A turn's number in its thread, and its trace as JSON; request and response: of the call that caused it."""

    turn_no: int
    trace: bytes
    request: bytes | None = None
    response: bytes | None = None


_TOOK = sa.insert(turn).values(
    conversation_id=_b("conversation_id"), turn_no=_b("turn_no"), caused_by=_b("caused_by"), trace=_b("trace"),
    created_at=_b("created_at"), request=_b("request"), response=_b("response"),
)  # fmt: skip


def _kept_in(table: sa.Table, turn_no: str, trace: str, created_at: str) -> sa.Select[Any]:
    columns = table.c
    return sa.select(
        columns[turn_no].label("turn_no"), columns.caused_by, columns[trace].label("trace"),
        columns[created_at].label("created_at"),
    ).where(columns.conversation_id == _b("conversation_id"), columns[turn_no] > _b("after"))  # fmt: skip


_TURNS = (
    sa.union_all(
        _kept_in(turn, "turn_no", "trace", "created_at"),
        _kept_in(call, "begun_in_turn", "begun_trace", "begun_at"),
    )
    .order_by("turn_no")
    .limit(_b("limit"))
)


def took_turn(conversation_id: int, turn: Traced, *, caused_by: int | None, now: datetime) -> Write:
    """Keep what a turn leaves behind, unless that stands with the call that it began."""
    return Write(
        _TOOK,
        {
            "conversation_id": conversation_id, "turn_no": turn.turn_no, "caused_by": caused_by, "trace": turn.trace,
            "created_at": now, "request": turn.request, "response": turn.response,
        },
    )  # fmt: skip


async def turns_after(store: Store, conversation_id: int, after: int, limit: int) -> list[Row]:
    """Read the turns of a thread on from a turn's number."""
    return await store.all(_TURNS, {"conversation_id": conversation_id, "after": after, "limit": limit})


# ── calls ─────────────────────────────────────────────────────────────────────────────────────────────

_BEGIN = sa.insert(call).values(
    conversation_id=_b("conversation_id"), call_no=_b("call_no"), node=_b("node"), caused_by=_b("caused_by"),
    effect=_b("effect"), begun_at=_b("begun_at"), begun_in_turn=_b("turn_no"), begun_trace=_b("trace"),
)  # fmt: skip
_END = (
    sa.update(call)
    .where(call.c.conversation_id == _b("id_"), call.c.call_no == _b("call_no_"), call.c.ended_at.is_(None))
    .values(ended_at=_b("ended_at"), outcome=_b("outcome"), why=_b("why"), ended_in_turn=_b("turn_no"))
)
_OUT = sa.select(call).where(call.c.ended_at.is_(None)).order_by(call.c.conversation_id, call.c.call_no)
_ended = turn.alias("ended")
_CALLS = (
    sa.select(
        call.c.call_no,
        call.c.node,
        call.c.caused_by,
        call.c.begun_at,
        call.c.ended_at,
        call.c.outcome,
        call.c.why,
        sa.func.coalesce(_ended.c.request, call.c.request).label("request"),
        sa.func.coalesce(_ended.c.response, call.c.response).label("response"),
    )
    .outerjoin(
        _ended, (_ended.c.conversation_id == call.c.conversation_id) & (_ended.c.turn_no == call.c.ended_in_turn)
    )
    .where(call.c.conversation_id == _b("conversation_id"), call.c.call_no > _b("after"))
    .order_by(call.c.call_no)
    .limit(_b("limit"))
)


def begins_call(
    conversation_id: int, *, call_no: int, node: str, caused_by: int | None, effect: bytes,
    turn: Traced | None, now: datetime,
) -> Write:  # fmt: skip
    """Note, before its first byte, that a call has begun. turn: the one that began it, unless it is kept elsewhere."""
    return Write(
        _BEGIN,
        {
            "conversation_id": conversation_id, "call_no": call_no, "node": node, "caused_by": caused_by,
            "effect": effect, "begun_at": now,
            "turn_no": turn.turn_no if turn else None, "trace": turn.trace if turn else None,
        },
    )  # fmt: skip


def ends_call(conversation_id: int, call_no: int, *, outcome: str, why: str, turn_no: int, now: datetime) -> Write:
    """Note how a call ended, and which turn has what was asked and answered. Guard: a call ends once."""
    return Write(
        _END,
        {
            "id_": conversation_id, "call_no_": call_no, "outcome": outcome, "why": why, "ended_at": now,
            "turn_no": turn_no,
        },
        must_change=True,
    )  # fmt: skip


async def calls_out(store: Store) -> list[Row]:
    """Read every call that has begun and not ended."""
    return await store.all(_OUT, {})


async def calls_after(store: Store, conversation_id: int, after: int, limit: int) -> list[Row]:
    """Read the calls of a thread on from a call's number."""
    return await store.all(_CALLS, {"conversation_id": conversation_id, "after": after, "limit": limit})


def _highest(number: sa.Column[int], name: str) -> sa.Label[int | None]:
    table = number.table
    return sa.select(sa.func.max(number)).where(table.c.conversation_id == _b("id")).scalar_subquery().label(name)


_NUMBERS = sa.select(
    _highest(turn.c.turn_no, "turns"), _highest(call.c.begun_in_turn, "begun"), _highest(call.c.call_no, "calls")
)


async def numbers_used(store: Store, conversation_id: int) -> tuple[int, int]:
    """Count the turns and calls a thread has made: all that can be known of one whose state is unreadable."""
    row = await store.first(_NUMBERS, {"id": conversation_id})
    if row is None:
        return 0, 0
    return max(row["turns"] or 0, row["begun"] or 0), row["calls"] or 0
