"""How long the oldest message has waited for its turn: what tells operators and scalers that workers are missing."""

from datetime import datetime

import sqlalchemy as sa

from botyard.conversations.records import message
from botyard.conversations.turns.records import call
from botyard.store.commit import Store

_IN_A_TURN = sa.exists().where(call.c.conversation_id == message.c.conversation_id, call.c.ended_at.is_(None))
_OLDEST = sa.select(sa.type_coerce(sa.func.min(message.c.created_at), message.c.created_at.type).label("since")).where(
    message.c.starts.is_not(None), sa.not_(_IN_A_TURN)
)


async def age_s(store: Store, now: datetime) -> float:
    """Count the seconds; 0 where nothing waits. What waits for a call of its own conversation waits for no worker."""
    row = await store.first(_OLDEST, {})
    since = row["since"] if row is not None else None
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
