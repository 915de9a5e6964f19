"""Safeguards of conversations taken out on purpose, each with what must be found wrong then."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from botyard.conversations import records, recover, unit
from botyard.conversations.leases import records as leases
from botyard.conversations.turns import records as turns
from botyard.conversations.users.records import end_user
from botyard.store.commit import Row, Store, Write

Patch = Callable[[pytest.MonkeyPatch], None]


def _lose_the_fence(patched: pytest.MonkeyPatch) -> None:
    conversation = records.conversation
    values = {**records._MOVE._values}  # type: ignore[dict-item]  # as the statement has them
    any_version = sa.bindparam("version_", type_=sa.BigInteger) >= 0
    moves = sa.update(conversation).where(conversation.c.id == sa.bindparam("id_"), any_version).values(values)
    patched.setattr(records, "_MOVE", moves)
    patched.setattr(records, "_MOVE_AND_WAKE", moves.values(wake_at=sa.bindparam("wake_at")))
    answered, took_turn, apart = records.is_answered, turns.took_turn, iter(range(10**6, 10**9))
    patched.setattr(records, "is_answered", lambda *which: replace(answered(*which), must_change=False))

    def numbered_apart(conversation_id: int, turn: turns.Traced, **further: Any) -> Write:
        return took_turn(conversation_id, replace(turn, turn_no=turn.turn_no * 10**9 + next(apart)), **further)

    patched.setattr(turns, "took_turn", numbered_apart)  # two turns of the same number are refused, too


def _turn_the_line_round(patched: pytest.MonkeyPatch) -> None:
    unheard, all_of_them = leases.unheard, records.unanswered

    async def of_one(store: Store, conversation_id: int, **after: int) -> tuple[list[Row], list[Row]]:
        others, said = await unheard(store, conversation_id, **after)
        return others, said[::-1]

    async def of_all(store: Store) -> list[Row]:
        return (await all_of_them(store))[::-1]

    patched.setattr(leases, "unheard", of_one)
    patched.setattr(records, "unanswered", of_all)


def _call_again(patched: pytest.MonkeyPatch) -> None:
    async def yes(*_: object) -> bool:
        return True

    patched.setattr(recover, "_is_repeatable", yes)


def _forget_the_answer(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(records, "is_answered", lambda *_: Write(sa.select(sa.literal(1)), {}))


def _forget_keys(patched: pytest.MonkeyPatch) -> None:
    hears = records.hears
    patched.setattr(records, "hears", lambda thread, **said: hears(thread, **said | {"client_key": None}))


def _forget_who_waits(patched: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> list[Any]:
        return []

    patched.setattr(leases, "to_do", nothing)
    patched.setattr(records, "unanswered", nothing)


def _remember_past_others(patched: pytest.MonkeyPatch) -> None:
    any_version = (
        sa.update(end_user)
        .where(end_user.c.id == sa.bindparam("id_"))
        .values(permanent_user_data=sa.bindparam("data", type_=sa.JSON))
    )
    patched.setattr(unit, "remembers", lambda user, _, data: Write(any_version, {"id_": user, "data": data}))


def _forget_hand_overs(patched: pytest.MonkeyPatch) -> None:
    unheard = leases.unheard

    async def only_what_was_said(store: Store, conversation_id: int, **after: int) -> tuple[list[Row], list[Row]]:
        _, said = await unheard(store, conversation_id, **after)
        return [], said

    async def nothing(*_: object) -> list[Any]:
        return []

    patched.setattr(leases, "unheard", only_what_was_said)
    patched.setattr(records, "waiting", nothing)


BUGS: dict[str, tuple[Patch, set[str]]] = {
    "loses the fence": (_lose_the_fence, {"past the fence"}),
    "turns the line round": (_turn_the_line_round, {"reordered", "answers reordered"}),
    "calls again": (_call_again, {"called twice"}),
    "forgets the answer": (_forget_the_answer, {"turn taken twice", "answered twice"}),
    "forgets keys": (_forget_keys, {"heard twice"}),
    "forgets who waits": (_forget_who_waits, {"left waiting"}),
    "remembers past others": (_remember_past_others, {"forgotten"}),
    "forgets hand-overs": (_forget_hand_overs, {"hand-over lost", "left waiting"}),
}
