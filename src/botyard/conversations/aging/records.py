"""Traces and calls that are older than they are kept. Both are walked in the order of their keys, a few rows at a time.

The newest of each thread stays, however old: its number says how the next is called, also where all else is lost.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from botyard.conversations.turns.records import call, turn
from botyard.store.commit import Row, Store, Write

_b = sa.bindparam

# ── turns: by id, which is their age too ──────────────────────────────────────────────────────────────

_later_turn = turn.alias("later_turn")
_TURNS = sa.select(turn.c.id, turn.c.created_at).where(turn.c.id > _b("after")).order_by(turn.c.id).limit(_b("at_most"))
_FORGET_TURNS = (
    sa.delete(turn)
    .where(
        turn.c.id > _b("after"),
        turn.c.id <= _b("to"),
        turn.c.created_at < _b("before"),
        sa.exists().where(
            _later_turn.c.conversation_id == turn.c.conversation_id, _later_turn.c.turn_no > turn.c.turn_no
        ),
    )
    .returning(turn.c.id)
)


async def turns_from(store: Store, after: int, at_most: int) -> list[Row]:
    """Read ids and ages of the turns behind an id."""
    return await store.all(_TURNS, {"after": after, "at_most": at_most})


def forgets_turns(after: int, to: int, before: datetime) -> Write:
    """Remove the turns behind one id up to another that are older than a moment; returns theirs."""
    return Write(_FORGET_TURNS, {"after": after, "to": to, "before": before})


# ── calls: by thread and number, all of them; they have no other order ────────────────────────────────

_later_call = call.alias("later_call")
_place = sa.tuple_(call.c.conversation_id, call.c.call_no)
_after = sa.tuple_(_b("thread", type_=sa.BigInteger), _b("number", type_=sa.BigInteger))
_to = sa.tuple_(_b("to_thread", type_=sa.BigInteger), _b("to_number", type_=sa.BigInteger))
_CALLS = (
    sa.select(call.c.conversation_id, call.c.call_no)
    .where(_place > _after)
    .order_by(call.c.conversation_id, call.c.call_no)
    .limit(_b("at_most"))
)
_FORGET_CALLS = (
    sa.delete(call)
    .where(
        _place > _after,
        _place <= _to,
        call.c.ended_at < _b("before"),  # never true of one that is out
        sa.exists().where(
            _later_call.c.conversation_id == call.c.conversation_id, _later_call.c.call_no > call.c.call_no
        ),
    )
    .returning(call.c.call_no)
)


async def calls_from(store: Store, after: Sequence[int], at_most: int) -> list[Row]:
    """Read thread and number of the calls behind such a pair."""
    return await store.all(_CALLS, {"thread": after[0], "number": after[1], "at_most": at_most})


def forgets_calls(after: Sequence[int], to: Sequence[int], before: datetime) -> Write:
    """Remove the calls behind one such pair up to another that ended before a moment; returns their numbers."""
    keys: dict[str, Any] = {"thread": after[0], "number": after[1], "to_thread": to[0], "to_number": to[1]}
    return Write(_FORGET_CALLS, keys | {"before": before})
