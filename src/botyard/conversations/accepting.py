"""What comes of a message or a hand-over at the door: stored once, or refused."""

from contextlib import suppress
from datetime import datetime, timedelta

import msgspec

from botyard.conversations import records
from botyard.conversations.inbound import Accepted, Inbound
from botyard.conversations.leases import records as leases
from botyard.engine.happenings import HandOverAsked
from botyard.errors import Stopping, TooMuch
from botyard.hsl.elements import Text
from botyard.hsl.wire import to_json
from botyard.store.commit import Conflict, Store, Write

# Promised (docs/reference/limits.md): more than a person types while a webhook runs, few enough to answer.
MESSAGES_WAITING = 50
# Promised: how long a hand-over asked for inside a turn waits for that turn to say its last.
COUNTDOWN_S = 10.0

_encode = msgspec.json.Encoder().encode


def unit_of(inbound: Inbound, conversation_id: int, now: datetime) -> list[Write]:
    """List what keeps a message. The last write returns its id and seq."""
    return [
        records.has_one_more(conversation_id),
        _hears(inbound, conversation_id, now),
        records.tells_place(conversation_id),
    ]


def shared_unit_of(inbound: Inbound, conversation_id: int, now: datetime, *, after: int) -> list[Write]:
    """List what keeps a message where processes share the database.

    The first write returns the owner, the last what waits past the id `after`: this message is its last row.
    Stale: too much waits.
    """
    return [
        leases.has_one_more(conversation_id),
        _hears(inbound, conversation_id, now),
        leases.tells_waiting(conversation_id, after=after, at_most=MESSAGES_WAITING),
    ]


def _hears(inbound: Inbound, conversation_id: int, now: datetime) -> Write:
    return records.hears(
        conversation_id,
        text=inbound.text,
        body=_encode(to_json(Text(inbound.text))),
        language=inbound.language,
        client_key=inbound.key,
        now=now,
    )


async def refused(store: Store, conversation_id: int, inbound: Inbound, *, is_stopping: bool) -> Accepted:
    """Refuse a message, unless it is one that was accepted before. Raises Stopping, TooMuch."""
    if inbound.key is not None:
        with suppress(Conflict):
            return await records.first_time(store, conversation_id, inbound.key)
    if is_stopping:
        raise Stopping
    raise TooMuch(
        f"{MESSAGES_WAITING} messages of this user already wait for an answer",
        retry_after_s=5,
        conversation_id=conversation_id,
    )


def keeps(asked: HandOverAsked, conversation_id: int, countdown_s: float, now: datetime) -> Write:
    """Keep a hand-over until its turn. The write returns its id."""
    return records.waits(conversation_id, _encode(asked), due_at=now + timedelta(seconds=countdown_s), now=now)
