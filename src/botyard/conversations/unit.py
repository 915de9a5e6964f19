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
from botyard.engine.turn import Turn
from botyard.hsl.plain import text_of
from botyard.hsl.wire import to_json
from botyard.integrations.performed import Performed
from botyard.store.commit import Write

_encode = msgspec.json.Encoder().encode


def unit_of(mailbox: Mailbox, waiting: Waiting, decided: Turn, user: KnownUser, now: datetime) -> list[Write]:
    """List everything that one turn writes, the guard first. Raises whatever a message that cannot be kept raises."""
    state, cause, thread = decided.state, waiting.cause, mailbox.conversation_id
    messages = [(say.role, message) for say in decided.effects if isinstance(say, Say) for message in say.messages]
    unit = [
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
    for back, (role, message) in zip(range(len(messages) - 1, -1, -1), messages, strict=True):
        unit.append(
            records.says(
                thread,
                back=back,
                conversation_no=state.conversation_no,
                sender="bot",
                text=text_of(message),
                body=_encode(to_json(message)),
                role=role,
                caused_by=cause,
                now=now,
            )
        )
    if isinstance(waiting.happening, UserSaid) and cause is not None:
        unit.append(records.is_answered(cause, state.conversation_no))
    if waiting.inbox_id is not None:
        unit.append(records.is_done(waiting.inbox_id))
    if isinstance(waiting.happening, CallReturned):
        unit.append(_ends(thread, waiting.happening, waiting.performed, now))
    for effect in decided.effects:
        if isinstance(effect, Call):
            unit.append(
                turns.begins_call(
                    thread, call_no=effect.call_no, node=effect.node, caused_by=cause, effect=_encode(effect), now=now
                )
            )
        elif isinstance(effect, RememberUser):
            unit.append(remembers(user.id, user.version, effect.permanent_user_data))
    unit.append(turns.took_turn(thread, turn_no=state.turns, caused_by=cause, trace=_encode(decided.trace), now=now))
    return unit


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
