"""Who ended the server: what was first in line when it happened is counted, so that poison is not tried for ever.

A start counts against everything that was first in line. What has been there twice is suspect: from then on only its
own tries count, each written down before it is made, and suspects are tried one at a time. So what ends the server
again and again collects counts, and what only stood beside it does not.
"""

import sqlalchemy as sa

from botyard.conversations.mailbox import Waiting
from botyard.conversations.records import inbox, message
from botyard.store.commit import Write

SUSPECT = 2
# It is tried no more.
POISON = 5

_first_in_line = (
    sa.select(sa.func.min(message.c.id)).where(message.c.starts.is_not(None)).group_by(message.c.conversation_id)
)
_STARTED_MESSAGES = (
    sa.update(message)
    .where(message.c.id.in_(_first_in_line), message.c.starts < SUSPECT)
    .values(starts=message.c.starts + 1)
)
_STARTED_OTHERS = sa.update(inbox).where(inbox.c.starts < SUSPECT).values(starts=inbox.c.starts + 1)
# What has had its turn meanwhile, in another process or by a commit that shows itself late, has no count: it stays so.
_TRIED_MESSAGE, _TRIED_OTHER = (
    sa.update(table)
    .where(table.c.id == sa.bindparam("id_"), table.c.starts < sa.bindparam("starts_"))
    .values(starts=sa.bindparam("starts_"))
    for table in (message, inbox)
)


def counts_a_start() -> list[Write]:
    """Count a start of the server, before anything is tried, against what is first in line."""
    return [Write(_STARTED_MESSAGES, {}), Write(_STARTED_OTHERS, {})]


def counts_a_try(suspect: Waiting) -> Write:
    """Count a try that is about to be made; made again for the same try, it counts once."""
    tried = {"id_": suspect.inbox_id or suspect.cause, "starts_": suspect.starts + 1}
    return Write(_TRIED_MESSAGE if suspect.inbox_id is None else _TRIED_OTHER, tried)
