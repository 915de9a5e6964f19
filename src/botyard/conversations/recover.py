"""After a start: what the last process accepted and did not finish, put back where it was.

A call that had begun may have reached its receiver, so it is never made again, unless its node says `repeatable`:
then its receiver knows the repeat by its name. Otherwise the turn goes on as if the call had failed.
"""

from collections.abc import Callable
from datetime import datetime

import msgspec
import structlog

from botyard.conversations import records
from botyard.conversations.mailbox import Mailbox, Waiting
from botyard.conversations.mailboxes import Mailboxes
from botyard.conversations.ports import Live
from botyard.conversations.suspects.records import counts_a_start
from botyard.conversations.turns.records import calls_out
from botyard.conversations.unreadable import Unreadable, read
from botyard.engine.effects import Call
from botyard.engine.happenings import CallReturned, Happening, Unusable, UserSaid
from botyard.errors import BotyardError
from botyard.integrations.performed import Performed
from botyard.store.commit import Row, Store
from botyard.store.faults import kill_point

log = structlog.get_logger()

INTERRUPTED = Unusable("interrupted", "the server stopped while this call was out; whether it arrived is not known")

_call = msgspec.json.Decoder(Call)
_happening: msgspec.json.Decoder[Happening] = msgspec.json.Decoder(Happening)


async def recover(
    store: Store,
    mailboxes: Mailboxes,
    live: Live,
    *,
    again: Callable[[Mailbox, Call, int | None], None],
    place: Callable[[Mailbox, Waiting, datetime], None],
) -> list[Mailbox]:
    """Fill the mailboxes from the disk. again: makes a call again. place: puts a hand-over where it belongs."""
    found: dict[int, Mailbox] = {}
    await store.commit(counts_a_start())
    kill_point("in_recovery")
    for row in await calls_out(store):
        mailbox = found[row["conversation_id"]] = await mailboxes.by_id(row["conversation_id"])
        await take_up_call(mailbox, row, live, again)
    for row in await records.waiting(store):
        mailbox = found[row["conversation_id"]] = await mailboxes.by_id(row["conversation_id"])
        place(mailbox, what_waits(row), row["due_at"])
    for row in await records.unanswered(store):
        mailbox = found[row["conversation_id"]] = await mailboxes.by_id(row["conversation_id"])
        mailbox.said.append(what_was_said(row))
    return list(found.values())


async def take_up_call(
    mailbox: Mailbox, row: Row, live: Live, again: Callable[[Mailbox, Call, int | None], None]
) -> None:
    """Make a call again that had begun, or end it as interrupted."""
    call = read(_call.decode, row["effect"])
    if call is None:
        log.error("call_unreadable", conversation_id=mailbox.conversation_id, call_no=row["call_no"])
    mailbox.cause_out = row["caused_by"]
    if call is not None and _is_waited_for(mailbox, call) and await _is_repeatable(live, mailbox, call):
        again(mailbox, call, row["caused_by"])
    else:
        returned = CallReturned(row["call_no"], INTERRUPTED)
        performed = Performed(answer=INTERRUPTED)
        mailbox.overtaking.append(Waiting(happening=returned, cause=row["caused_by"], performed=performed))


def what_waits(row: Row) -> Waiting:
    """Read what waits in the inbox and is no message."""
    happening = read(_happening.decode, row["happening"])
    if happening is None:
        log.error("happening_unreadable", conversation_id=row["conversation_id"], inbox_id=row["id"])
    return Waiting(happening=happening or Unreadable(), inbox_id=row["id"], starts=row["starts"])


def what_was_said(row: Row) -> Waiting:
    """Read a message that waits for its turn."""
    return Waiting(happening=UserSaid(row["text"], row["language"]), cause=row["id"], starts=row["starts"])


def _is_waited_for(mailbox: Mailbox, call: Call) -> bool:
    calling = mailbox.state.calling
    return calling is not None and calling.call_no == call.call_no


async def _is_repeatable(live: Live, mailbox: Mailbox, call: Call) -> bool:
    try:
        served = await live.served(mailbox.business_id)
    except BotyardError:
        return False  # no bot is live: nobody can say that a repeat does no harm
    bot = served.bots.by_name.get(call.bot)
    node = bot.nodes.get(call.node) if bot else None
    webhook = node.integration.webhook if node and node.integration else None
    return webhook is not None and webhook.repeatable
