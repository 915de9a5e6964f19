"""Holds the tables of a play against what was confirmed while it was played."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from tests.conversations.small_shell import numbers_of
from tests.interleavings.play import Ledger
from tests.interleavings.tables import Tables
from tests.stores import TURNS

_SAID = "SELECT id, conversation_id, text, starts FROM message WHERE sender = 'user' ORDER BY conversation_id, seq"
_ANSWERS = "SELECT conversation_id, caused_by FROM message WHERE sender = 'bot' ORDER BY conversation_id, seq"
_TURNS = f"SELECT conversation_id, caused_by, trace FROM {TURNS} ORDER BY conversation_id, turn_no"  # noqa: S608 - our own
_THREADS = "SELECT id, business_id, standing FROM conversation"
_REMEMBERED = "SELECT permanent_user_data FROM end_user"


def verdict(ledger: Ledger, tables: Tables) -> Counter[str]:
    """Count what went wrong, by its name; empty where every promise was kept."""
    said = tables.rows(_SAID)
    return Counter(
        [
            *ledger.wrong,
            *_heard(ledger, said),
            *_left(tables),
            *_turns(tables, said),
            *_answers(tables, said),
            *_calls(ledger),
            *_hand_overs(ledger, tables),
            *_forgotten(said, tables),
        ]
    )


def _heard(ledger: Ledger, said: list[tuple[Any, ...]]) -> Iterator[str]:
    """A message that was confirmed is there, once, under the id that was confirmed; any other at most once."""
    texts = Counter(text for _, _, text, _ in said)
    yield from ["heard twice"] * sum(times > 1 for times in texts.values())
    ids = {text: message for message, _, text, _ in said}
    yield from ["lost"] * sum(ids.get(text) != one.message_id for text, one in ledger.confirmed.values())


def _left(tables: Tables) -> Iterator[str]:
    if left := tables.waiting():
        yield from ["left waiting"] * left
    threads = Counter(business for _, business, _ in tables.rows(_THREADS))
    yield from ["two threads"] * sum(times > 1 for times in threads.values())


def _turns(tables: Tables, said: list[tuple[Any, ...]]) -> Iterator[str]:
    """Each message has one turn, in the order they were said."""
    place = {message: number for number, (message, *_) in enumerate(said)}
    turns = [
        (thread, place[cause])
        for thread, cause, trace in tables.rows(_TURNS)
        if json.loads(bytes(trace))["happening"] == "user_said"
    ]
    times = Counter(number for _, number in turns)
    yield from ["turn taken twice"] * sum(one > 1 for one in times.values())
    yield from ["no turn"] * sum(starts is None and number not in times for number, (*_, starts) in enumerate(said))
    yield from ["reordered"] * sum(a[0] == b[0] and a[1] > b[1] for a, b in pairwise(turns))


def _answers(tables: Tables, said: list[tuple[Any, ...]]) -> Iterator[str]:
    """Each message has one answer, unless people have the chat; answers stand in the order of what they answer."""
    place = {message: number for number, (message, *_) in enumerate(said)}
    answers = [(thread, place[cause]) for thread, cause in tables.rows(_ANSWERS) if cause is not None]
    times = Counter(number for _, number in answers)
    pending = {thread for thread, _, standing in tables.rows(_THREADS) if standing == "pending"}
    yield from ["answered twice"] * sum(one > 1 for one in times.values())
    yield from ["unanswered"] * sum(
        starts is None and number not in times and thread not in pending
        for number, (_, thread, _, starts) in enumerate(said)
    )
    yield from ["answers reordered"] * sum(a[0] == b[0] and a[1] > b[1] for a, b in pairwise(answers))


def _calls(ledger: Ledger) -> Iterator[str]:
    """A call that is not repeatable reaches its receiver at most once; one that is keeps its name."""
    times = Counter(numbers_of(name) for name, node in ledger.called if node == "once")
    yield from ["called twice"] * sum(one > 1 for one in times.values())
    names = Counter(numbers_of(name) for name in {name for name, _ in ledger.called})
    yield from ["called by another name"] * sum(given > 1 for given in names.values())


def _hand_overs(ledger: Ledger, tables: Tables) -> Iterator[str]:
    standing = {thread: now for thread, _, now in tables.rows(_THREADS)}
    yield from ["hand-over lost"] * sum(standing.get(thread) != "pending" for thread in ledger.handed)


def _forgotten(said: list[tuple[Any, ...]], tables: Tables) -> Iterator[str]:
    """What was answered "noted" is remembered, whatever was noted beside it."""
    [[kept]] = tables.rows(_REMEMBERED)
    known = kept if isinstance(kept, dict) else json.loads(kept)
    pending = {thread for thread, _, standing in tables.rows(_THREADS) if standing == "pending"}
    yield from ["forgotten"] * sum(
        text.startswith("remember") and text.split()[1] not in known and starts is None and thread not in pending
        for _, thread, text, starts in said
    )
