"""Forgets the traces of turns, and the requests and answers of calls, once they are as old as they are kept.

A few rows a commit and a pause between commits: turns that are taken meanwhile do not wait. Several processes on one
database may sweep at once; each removes what the others left.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from botyard.conversations.aging import records
from botyard.conversations.failure import failure_of
from botyard.store.commit import Store

log = structlog.get_logger()

FIRST_AFTER_S, EVERY_S = 60.0, 3600.0
ROWS, PAUSE_S = 200, 0.1


async def sweep_for_ever(store: Store, days: int, clock: Callable[[], datetime]) -> None:
    """Sweep once an hour, until cancelled. days: how long traces and calls are kept; 0 is for ever."""
    if not days:
        return
    await asyncio.sleep(FIRST_AFTER_S)
    while True:
        try:
            turns, calls = await sweep(store, clock() - timedelta(days=days))
            log.info("traces_swept", turns=turns, calls=calls)
        except Exception as error:  # noqa: BLE001 - what this one left, the next one takes
            log.error("sweep_failed", error=failure_of(error))  # noqa: TRY400 - its text may hold a user's words
        await asyncio.sleep(EVERY_S)


async def sweep(store: Store, before: datetime, *, pause_s: float = PAUSE_S) -> tuple[int, int]:
    """Remove what is older than a moment; tells how many turns and calls that were."""
    return await _turns(store, before, pause_s), await _calls(store, before, pause_s)


async def _turns(store: Store, before: datetime, pause_s: float) -> int:
    removed, after = 0, 0
    # Ids and moments rise together: behind a batch without an old one there is none.
    while (rows := await records.turns_from(store, after, ROWS)) and any(row["created_at"] < before for row in rows):
        to = rows[-1]["id"]
        [gone] = await store.commit([records.forgets_turns(after, to, before)])
        removed, after = removed + len(gone), to
        await asyncio.sleep(pause_s)
    return removed


async def _calls(store: Store, before: datetime, pause_s: float) -> int:
    removed, after = 0, _NO_CALL
    while rows := await records.calls_from(store, after, ROWS):
        to = (rows[-1]["conversation_id"], rows[-1]["call_no"])
        [gone] = await store.commit([records.forgets_calls(after, to, before)])
        removed, after = removed + len(gone), to
        await asyncio.sleep(pause_s)
    return removed


_NO_CALL: Sequence[int] = (0, 0)
