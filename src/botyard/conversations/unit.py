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


def unit_of(
    mailbox: Mailbox, waiting: Waiting, decided: Turn, user: KnownUser, *, alarm: datetime | None, now: datetime
) -> list[Write]:
    """List everything that one turn writes, the guard first. Raises whatever a message that cannot be kept raises.

    alarm: where it is to stand (`Mailbox.alarm_after`).
    """
    moves = _moves(mailbox, decided, now)
    return [
        moves if alarm == mailbox.alarm else records.wakes_at(moves, alarm),
        *_said(mailbox.conversation_id, decided, waiting.cause, now),
        *_out_of_the_inbox(waiting, decided.state),
        *_calls_and_trace(mailbox.conversation_id, waiting, decided, now),
        *_remembered(decided, user),
    ]


def _moves(mailbox: Mailbox, decided: Turn, now: datetime) -> Write:
    """Put the thread where the turn left it, which makes room for what was said."""
    state = decided.state
    return records.moves_thread(
        mailbox.conversation_id,
        version=mailbox.version,
        state=_encode(structs.replace(state, user=NOBODY)),
        messages=sum(len(say.messages) for say in decided.effects if isinstance(say, Say)),
        conversation_no=state.conversation_no,
        standing=state.standing,
        team=state.team,
        now=now,
    )


def _said(thread: int, decided: Turn, cause: int | None, now: datetime) -> list[Write]:
    """Keep what was said, in order."""
    messages = [(say.role, message) for say in decided.effects if isinstance(say, Say) for message in say.messages]
    writes = []
    for place, (role, message) in enumerate(messages, start=1):
        said = records.says(
            thread,
            back=len(messages) - place,
            conversation_no=decided.state.conversation_no,
            sender="bot",
            text=text_of(message),
            body=_encode(to_json(message)),
            role=role,
            caused_by=cause,
            now=now,
        )
        writes.append(said)
    return writes


def _out_of_the_inbox(waiting: Waiting, state: State) -> list[Write]:
    """Take what happened out of wherever it waited."""
    writes = []
    if waiting.cause is not None and isinstance(waiting.happening, UserSaid):
        writes.append(records.is_answered(waiting.cause, state.conversation_no))
    if waiting.inbox_id is not None:
        writes.append(records.is_done(waiting.inbox_id))
    return writes


def _calls_and_trace(thread: int, waiting: Waiting, decided: Turn, now: datetime) -> list[Write]:
    """Note the call that ended, the one that begins, and the trace; in the row of the latter if only that one is new.

    A turn begins one call at most: its state has a place for one.
    """
    returned, cause = waiting.happening, waiting.cause
    call = next((effect for effect in decided.effects if isinstance(effect, Call)), None)
    turn = turns.Traced(decided.state.turns, _encode(decided.trace))
    if isinstance(returned, CallReturned):
        ended, turn = _ends(thread, returned, turn, now), _with_exchange(turn, waiting.performed)
        writes = [ended, turns.took_turn(thread, turn, caused_by=cause, now=now)]
        return writes if call is None else [*writes, _begins(thread, call, cause, None, now)]
    if call is not None:
        return [_begins(thread, call, cause, turn, now)]
    return [turns.took_turn(thread, turn, caused_by=cause, now=now)]


def _begins(thread: int, call: Call, cause: int | None, turn: turns.Traced | None, now: datetime) -> Write:
    return turns.begins_call(
        thread, call_no=call.call_no, node=call.node, caused_by=cause, effect=_encode(call), turn=turn, now=now
    )


def _ends(thread: int, returned: CallReturned, turn: turns.Traced, now: datetime) -> Write:
    outcome, why = outcome_of(returned.answer)
    return turns.ends_call(thread, returned.call_no, outcome=outcome, why=why, turn_no=turn.turn_no, now=now)


def _with_exchange(turn: turns.Traced, performed: Performed | None) -> turns.Traced:
    """Add what the call that caused a turn asked and was answered."""
    request, response = (performed.request, performed.response) if performed else ({}, {})
    return turns.Traced(turn.turn_no, turn.trace, _encode(request), _encode(response))


def _remembered(decided: Turn, user: KnownUser) -> list[Write]:
    """Keep what is to be remembered of the user."""
    return [
        remembers(user.id, user.version, effect.permanent_user_data)
        for effect in decided.effects
        if isinstance(effect, RememberUser)
    ]
