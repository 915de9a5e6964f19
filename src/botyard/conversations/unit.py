"""What a turn changes, as one unit of writes: state, messages, inbox, calls, the user's memory, the trace."""

from datetime import datetime

import msgspec
from msgspec import structs

from botyard.conversations import records
from botyard.conversations.mailbox import Mailbox, Waiting
from botyard.conversations.mailboxes import NOBODY
from botyard.conversations.turns import records as turns
from botyard.conversations.users.known import KnownUser
from botyard.conversations.users.records import remembers
from botyard.engine.effects import Call, RememberUser, Say
from botyard.engine.happenings import CallReturned, UserSaid, outcome_of
from botyard.engine.state import State
from botyard.engine.turn import Turn
from botyard.hsl.plain import text_of
from botyard.hsl.wire import to_json
from botyard.integrations.performed import Performed
from botyard.store.commit import Write

_encode = msgspec.json.Encoder().encode


def unit_of(mailbox: Mailbox, waiting: Waiting, decided: Turn, user: KnownUser, now: datetime) -> list[Write]:
    """List everything that one turn writes, the guard first. Raises whatever a message that cannot be kept raises."""
    return [
        *_moved_and_said(mailbox, decided, waiting.cause, now),
        *_had_its_turn(mailbox, waiting, decided.state, now),
        *_asked_for(mailbox, decided, user, waiting.cause, now),
        turns.took_turn(
            mailbox.conversation_id,
            turn_no=decided.state.turns,
            caused_by=waiting.cause,
            trace=_encode(decided.trace),
            now=now,
        ),
    ]


def _moved_and_said(mailbox: Mailbox, decided: Turn, cause: int | None, now: datetime) -> list[Write]:
    """Put the thread where the turn left it, which makes room for what was said; then what was said, in order."""
    state, thread = decided.state, mailbox.conversation_id
    messages = [(say.role, message) for say in decided.effects if isinstance(say, Say) for message in say.messages]
    writes = [
        records.moves_thread(
            thread,
            version=mailbox.version,
            state=_encode(structs.replace(state, user=NOBODY)),
            messages=len(messages),
            conversation_no=state.conversation_no,
            standing=state.standing,
            team=state.team,
            wake_at=state.wake_at,
            now=now,
        )
    ]
    for place, (role, message) in enumerate(messages, start=1):
        said = records.says(
            thread,
            back=len(messages) - place,
            conversation_no=state.conversation_no,
            sender="bot",
            text=text_of(message),
            body=_encode(to_json(message)),
            role=role,
            caused_by=cause,
            now=now,
        )
        writes.append(said)
    return writes


def _had_its_turn(mailbox: Mailbox, waiting: Waiting, state: State, now: datetime) -> list[Write]:
    """Take what happened out of wherever it waited."""
    writes = []
    if waiting.cause is not None and isinstance(waiting.happening, UserSaid):
        writes.append(records.is_answered(waiting.cause, state.conversation_no))
    if waiting.inbox_id is not None:
        writes.append(records.is_done(waiting.inbox_id))
    if isinstance(waiting.happening, CallReturned):
        writes.append(_ends(mailbox.conversation_id, waiting.happening, waiting.performed, now))
    return writes


def _asked_for(mailbox: Mailbox, decided: Turn, user: KnownUser, cause: int | None, now: datetime) -> list[Write]:
    """Keep what the turn asked for beside messages: a call that begins, what is remembered of the user."""
    writes = []
    for effect in decided.effects:
        if isinstance(effect, Call):
            begun = turns.begins_call(
                mailbox.conversation_id,
                call_no=effect.call_no,
                node=effect.node,
                caused_by=cause,
                effect=_encode(effect),
                now=now,
            )
            writes.append(begun)
        elif isinstance(effect, RememberUser):
            writes.append(remembers(user.id, user.version, effect.permanent_user_data))
    return writes


def _ends(thread: int, returned: CallReturned, performed: Performed | None, now: datetime) -> Write:
    outcome, why = outcome_of(returned.answer)
    return turns.ends_call(
        thread,
        returned.call_no,
        request=_encode(performed.request if performed else {}),
        response=_encode(performed.response if performed else {}),
        outcome=outcome,
        why=why,
        now=now,
    )
