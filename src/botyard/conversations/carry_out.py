"""After the commit: each effect once, in order. Slow calls run here and come back as happenings of their own."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import assert_never

import structlog
from msgspec import Struct

from botyard.conversations.failure import STORAGE_PAUSE_S, failure_of
from botyard.conversations.mailbox import Mailbox, Waiting
from botyard.conversations.ports import Live, Perform
from botyard.conversations.users.known import Users
from botyard.engine.effects import Call, Complete, HandOver, RememberUser, Say, WakeLater
from botyard.engine.happenings import CallReturned, Unusable
from botyard.engine.turn import Turn
from botyard.integrations.performed import Performed
from botyard.store.announce import Announcements
from botyard.store.commit import StorageFailed
from botyard.store.faults import kill_point

log = structlog.get_logger()


class Out(Struct, frozen=True):
    """A call that has begun, as far as anybody can know from the disk. cause: the message that it helps to answer."""

    call: Call
    cause: int | None


class CarryOut:
    """Carries out what committed turns asked for.

    may_call: waits until this process is sure that the conversation is its own; False: it is another's now. None:
    all conversations are this process's.
    """

    def __init__(self, live: Live, perform: Perform, users: Users, announce: Announcements) -> None:
        self.may_call: Callable[[Mailbox], Awaitable[bool]] | None = None
        self._live = live
        self._perform = perform
        self._users = users
        self._announce = announce

    def carry_out(self, mailbox: Mailbox, decided: Turn, *, cause: int | None, was_calling: bool) -> Out | None:
        """Carry out one turn but for its call, which whoever asks makes. Waits for nothing."""
        out = None
        publish, topic = self._announce.publish, mailbox.topic
        if was_calling and not mailbox.is_calling:
            publish(topic, "typing_off")
        for effect in decided.effects:
            match effect:
                case Say():
                    publish(topic, "messages")
                case Call():
                    publish(topic, "typing_on")
                    out, mailbox.cause_out = Out(effect, cause), cause
                case HandOver() | Complete():
                    publish(topic, "standing")
                case RememberUser() | WakeLater():
                    pass  # both are part of the commit
                case _:
                    assert_never(effect)
        publish(topic, "trace")
        return out

    async def call(self, mailbox: Mailbox, out: Out) -> Waiting | None:
        """Make a call whose beginning is committed. Returns what wants its turn then."""
        kill_point("before_call")
        performed = await self._performed(mailbox, out.call)
        if performed is None:
            return None  # whoever took the conversation over has ended the call, or makes it under the same name
        kill_point("after_call")
        returned = CallReturned(out.call.call_no, performed.answer, performed.timings)
        return Waiting(happening=returned, cause=out.cause, performed=performed)

    async def _performed(self, mailbox: Mailbox, call: Call) -> Performed | None:
        """Make a call, if need be when the database is back; None: the conversation is another process's by now."""
        while self.may_call is None or await self.may_call(mailbox):
            try:
                served = await self._live.served(mailbox.business_id)
                user = await self._users.by_id(mailbox.user_id)
                return await self._perform(
                    call, call_id=call_id(mailbox.conversation_id, call), served=served, user=user.user
                )
            except StorageFailed as error:  # nothing was called yet
                log.warning("storage_failed", conversation_id=mailbox.conversation_id, error=error.sentence)
                await asyncio.sleep(STORAGE_PAUSE_S)
            except Exception as error:  # noqa: BLE001 - a port that breaks its word must not leave a turn hanging
                log.error(  # noqa: TRY400 - the traceback's text may hold what the user wrote
                    "call_failed",
                    conversation_id=mailbox.conversation_id,
                    call_no=call.call_no,
                    error=failure_of(error),
                )
                return Performed(answer=Unusable("failed", f"the call could not be made: {type(error).__name__}"))
        return None


def call_id(conversation_id: int, call: Call) -> str:
    """Name a call for ever: the webhook-id its receiver may drop repeats by.

    The numbers alone begin anew in every database, and are given once more where a backup is put back.
    """
    numbered, moment = f"call_{conversation_id}_{call.call_no}", call.moment
    return f"{numbered}_{moment}" if moment else numbered
